import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createIapIdentity } from '../../shared/adapters/gcp/iap.ts';
import type { SteppedClock } from '../../shared/adapters/local/clock.ts';
import { LocalDocuments } from '../../shared/adapters/local/documents.ts';
import type { PhaseName } from '../../shared/domain/catalog.ts';
import type { Engine } from '../../shared/engine/engine.ts';
import { runPhase } from '../../shared/engine/run-phase.ts';
import type { OperatorContext } from '../../shared/operator/context.ts';
import { handle } from '../../shared/operator/handle.ts';
import type { OperatorRequest, Reply } from '../../shared/operator/http.ts';
import type { IdentityVerifier } from '../../shared/operator/identity/identity.ts';
import type { DocumentsPort } from '../../shared/ports/documents.ts';
import { createTestEngine, greenPhases, scheduled, type TestEngine, TestResource } from '../support/engine.ts';
import { AUDIENCE, createProxy } from './iap-proxy.ts';

export const DATE = '2026-11-24';
export const at = (time: string): string => `${DATE}T${time}:00.000Z`;

const configuration = {
  deployment: { environment: 'production', compliance_level: '21+', project_id: 'test' },
  repositories: [],
  guardrails: [
    { id: 'GR-1', title: 'age gate', severity: 'critical' },
    { id: 'GR-2', title: 'label', severity: 'high' },
  ],
  people: {
    viewers: ['vic@example.com', 'robot@p.iam.gserviceaccount.com'],
    operators: ['Ana@example.com', 'rogue@p.iam.gserviceaccount.com'],
    security: ['sam@example.com', 'kim@example.com'],
    single_operator: false,
    overrides_per_month: 3,
  },
  reports: { uri: 'gs://reports' },
  weekly: { backups: [] },
} as unknown as Engine['configuration'];

export interface Operator extends Disposable, TestEngine {
  readonly proxy: Awaited<ReturnType<typeof createProxy>>;
  readonly context: OperatorContext;
  setPhases(phases: Engine['phases']): void;
  use(verifier: IdentityVerifier): void;
  run(phase: PhaseName, time: string): Promise<void>;
  send(request: Partial<OperatorRequest> & { readonly path: string }): Promise<Extract<Reply, { kind: 'content' }>>;
  /** A request of this person, signed by the proxy. */
  as(
    email: string,
    path: string,
    body?: unknown,
    more?: Record<string, string>,
  ): Promise<Extract<Reply, { kind: 'content' }>>;
  /** Every stored document, by path. */
  stored(): Record<string, string>;
  /** Documents read since the last call. */
  reads(): number;
}

/** An operator over an embedded store, behind a proxy of the test's own. */
export async function openOperator(
  time = '09:00',
  change: Partial<Engine> = {},
  dryRunsHere = true,
): Promise<Operator> {
  const folder = mkdtempSync(join(tmpdir(), 'highnoon-operator-'));
  const file = join(folder, 'store.sqlite');
  const base = createTestEngine(at(time), greenPhases(new TestResource()), { configuration });
  const clock = base.clock as SteppedClock;
  const local = new LocalDocuments(file, clock);
  const counted = counting(local);
  const objects = { ...base.engine.ports.objects, async *list() {} };
  const ports = { ...base.engine.ports, objects };
  let engine: Engine = { ...base.engine, ports, documents: counted.documents, ...change };
  const proxy = await createProxy(() => clock.now());
  let verifier: IdentityVerifier = createIapIdentity({
    audience: AUDIENCE,
    now: () => clock.now(),
    fetch: proxy.fetch,
  });
  const operator: Operator = {
    ...base,
    get engine() {
      return engine;
    },
    documents: local,
    proxy,
    get context() {
      return context();
    },
    setPhases(phases) {
      engine = { ...engine, phases };
    },
    use(other) {
      verifier = other;
    },
    async run(phase, when) {
      clock.advanceTo(at(when));
      await runPhase(engine, scheduled(phase, at(when)));
    },
    async send(request) {
      const url = new URL(request.path, 'http://operator.example');
      const { host, ...headers } = { host: 'operator.example', ...request.headers };
      const reply = await handle(context(), {
        method: 'GET',
        query: url.searchParams,
        body: '',
        localAddress: '10.0.0.1',
        remoteAddress: '10.0.0.2',
        ...request,
        path: url.pathname,
        headers: { host, ...headers },
      });
      if (reply.kind !== 'content') throw new Error('a stream');
      return reply;
    },
    async as(email, path, body, more = {}) {
      const token = await proxy.sign({ email });
      const headers = { 'x-goog-iap-jwt-assertion': token, ...more };
      if (body === undefined) return operator.send({ path, headers });
      return operator.send({
        method: 'POST',
        path,
        headers: { 'content-type': 'application/json', 'x-highnoon-act': '1', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      });
    },
    stored() {
      const database = new DatabaseSync(file, { readOnly: true });
      try {
        const rows = database.prepare('SELECT path, data FROM documents ORDER BY path').all() as {
          path: string;
          data: string;
        }[];
        return Object.fromEntries(rows.map(({ path, data }) => [path, data]));
      } finally {
        database.close();
      }
    },
    reads: () => counted.taken(),
    [Symbol.dispose]() {
      local.close();
      base.documents.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  const context = (): OperatorContext => ({
    engine,
    verifier,
    loadPhase: async (name) => {
      const phase = engine.phases[name];
      if (phase === undefined) throw new Error(`no phase ${name}`);
      return phase;
    },
    dryRunsHere,
    resourceName: (name) => `highnoon-${name}`,
  });
  return operator;
}

/** Counts what Firestore would bill: a document each, an empty query as one. */
function counting(documents: DocumentsPort): { documents: DocumentsPort; taken(): number } {
  let reads = 0;
  return {
    documents: {
      transact: (body) =>
        documents.transact((transaction) =>
          body({
            get readAt() {
              return transaction.readAt;
            },
            get: (path) => {
              reads += 1;
              return transaction.get(path);
            },
            getAll: (paths) => {
              reads += paths.length;
              return transaction.getAll(paths);
            },
            create: (path, data) => transaction.create(path, data),
            set: (path, data) => transaction.set(path, data),
            delete: (path) => transaction.delete(path),
          }),
        ),
      get: (path) => {
        reads += 1;
        return documents.get(path);
      },
      readAll: (paths) => {
        reads += paths.length;
        return documents.readAll(paths);
      },
      query: async <T>(collection: string, query?: Parameters<DocumentsPort['query']>[1]) => {
        const found = await documents.query<T>(collection, query);
        reads += Math.max(1, found.length);
        return found;
      },
      increment: (path, amounts) => documents.increment(path, amounts),
    },
    taken() {
      const count = reads;
      reads = 0;
      return count;
    },
  };
}

export const json = <T = Record<string, unknown>>(reply: { readonly body: string }): T => JSON.parse(reply.body) as T;
