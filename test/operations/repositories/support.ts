import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gitRepositories } from '../../../shared/adapters/git/index.ts';
import { type GitServerOptions, startGitServer } from '../../../shared/adapters/local/git-server.ts';
import { LocalObjects } from '../../../shared/adapters/local/objects.ts';
import type { Configuration } from '../../../shared/domain/configuration/index.ts';
import type { DayRecord } from '../../../shared/domain/day.ts';
import type { Observation } from '../../../shared/domain/finding.ts';
import type { OperationOutcome } from '../../../shared/domain/operation.ts';
import type { Checkpoint } from '../../../shared/domain/run.ts';
import type { HistoryPort } from '../../../shared/ports/history.ts';
import type { PortMap } from '../../../shared/ports/port-map.ts';
import type { ObjectId, RepositoriesPort } from '../../../shared/ports/repositories.ts';
import { gitIn } from '../../adapters/git/git-world.ts';
import { sampleConfiguration } from '../../support/configuration.ts';
import { type ContextOptions, createContext, type TestContext } from '../../support/operation-context.ts';

export const NOON = '2026-11-24T12:00:00.000Z';
export const RELEASE = 'refs/heads/high-noon/release';
export const COPY = 'refs/heads/high-noon/context';
export const FENCE = 'refs/heads/high-noon/fence';
export const MANIFEST_URI = 'gs://fixture-context/highnoon/context_manifest.yaml';

export interface NewCommit {
  readonly message?: string;
  readonly at?: string;
  readonly files?: Readonly<Record<string, string>>;
  /** Default: where the branch is. Null: a history of its own. */
  readonly parent?: ObjectId | null;
  /** Default `refs/heads/main`. */
  readonly ref?: string;
}

/** Real repositories behind a real server, and real objects in a folder. */
export interface World {
  readonly configuration: Configuration;
  readonly objects: LocalObjects;
  readonly repositories: RepositoriesPort;
  /** What the operations may use; a test replaces a part to spoil it. */
  readonly ports: { -readonly [P in keyof PortMap]?: PortMap[P] };
  readonly past: { days: DayRecord[]; checkpoints: Checkpoint[] };
  git(name: string, args: readonly string[], input?: string): Promise<string>;
  commit(name: string, commit?: NewCommit): Promise<ObjectId>;
  ref(name: string, ref: string): Promise<ObjectId | null>;
  setRef(name: string, ref: string, id: ObjectId | null): Promise<void>;
  /** Every ref of every repository, the fences apart. */
  refs(): Promise<Record<string, string>>;
  context(options?: ContextOptions): TestContext;
  close(): Promise<void>;
}

export interface WorldOptions {
  readonly names?: readonly string[];
  /** More keys of each repository of the configuration, as YAML flow: `max_age_h: 72`. */
  readonly keys?: Readonly<Record<string, string>>;
  readonly manifest?: string;
  readonly server?: Omit<GitServerOptions, 'root'>;
}

export async function makeWorld(options: WorldOptions = {}): Promise<World> {
  const { names = ['alpha', 'beta'], keys = {}, manifest = '' } = options;
  const root = await mkdtemp(join(tmpdir(), 'high-noon-world-'));
  const folder = (name: string) => join(root, `${name}.git`);
  for (const name of names) await gitIn(root)(['init', '--quiet', '--bare', '--initial-branch=main', folder(name)]);
  const server = await startGitServer({ ...options.server, root });
  const lines = names.map((name) => {
    const more = keys[name] === undefined ? '' : `, ${keys[name]}`;
    return `  - {name: ${name}, url: "${server.url(`${name}.git`)}"${more}}`;
  });
  const configuration = sampleConfiguration(
    `repositories:\n${lines.join('\n')}\ncontext_manifest: {uri: "${MANIFEST_URI}"${manifest}}\n`,
  );
  const objects = new LocalObjects({ data: join(root, 'data'), clock: { now: () => NOON } });
  const repositories = gitRepositories();
  const past: World['past'] = { days: [], checkpoints: [] };
  const git = (name: string, args: readonly string[], input?: string) => gitIn(folder(name))(args, input);
  const ref = async (name: string, full: string) =>
    (await git(name, ['for-each-ref', '--format=%(objectname)', full])) || null;
  const ports = { objects, repositories, history: historyOf(past) };
  return {
    configuration,
    objects,
    repositories,
    ports,
    past,
    git,
    ref,
    async commit(
      name,
      { message = 'work', at = '2026-11-24T08:00:00Z', files = {}, parent, ref: full = 'refs/heads/main' } = {},
    ) {
      const from = parent === undefined ? await ref(name, full) : parent;
      const data = (text: string) => `data ${Buffer.byteLength(text)}\n${text}\n`;
      const stream = [
        `reset ${full}\n`,
        `commit ${full}\ncommitter A Person <person@example.invalid> ${Date.parse(at) / 1000} +0000\n`,
        data(message),
        from === null ? '' : `from ${from}\n`,
        ...Object.entries(files).map(([path, content]) => `M 100644 inline ${path}\n${data(content)}`),
      ].join('');
      await git(name, ['fast-import', '--quiet', '--force'], stream);
      return (await ref(name, full)) ?? '';
    },
    async setRef(name, full, id) {
      await git(name, id === null ? ['update-ref', '-d', full] : ['update-ref', full, id]);
    },
    async refs() {
      const found: Record<string, string> = {};
      for (const name of names) {
        const listed = await git(name, ['for-each-ref', '--format=%(refname) %(objectname)']);
        for (const line of listed.split('\n').filter(Boolean)) {
          const [full = '', id = ''] = line.split(' ');
          if (full !== FENCE) found[`${name} ${full}`] = id;
        }
      }
      return found;
    },
    context: (more = {}) => createContext({ ports, configuration, dueAt: NOON, ...more }),
    async close() {
      objects.close();
      await server.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}

function historyOf(past: World['past']): HistoryPort {
  return {
    days: async (from, to) => past.days.filter(({ date }) => from <= date && date < to),
    checkpoints: async () => past.checkpoints,
    attempts: async () => [],
    effects: async () => [],
    ledger: async () => [],
    overrides: async () => [],
    waivers: async () => [],
  };
}

/** `state code subject` of each finding, with `(soft)` where it is. */
export const said = (outcome: { readonly findings: readonly Observation[] }): string[] =>
  outcome.findings.map(
    ({ state, code, subject, soft }) => `${state} ${code} ${subject}${soft === true ? ' (soft)' : ''}`,
  );

/** The findings that judge: notes left out. */
export const judged = (outcome: OperationOutcome): string[] =>
  said({ findings: outcome.findings.filter(({ state }) => state !== 'noted') });

export async function textOf(world: World, uri: string): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of world.objects.read(uri)) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

/** What a checkpoint of the past held, as far as anybody reads it. */
export function pastCheckpoint(operation: string, output: Checkpoint['output']): Checkpoint {
  const judgement = { kind: 'check', failure: 'hard', verdict: 'passed', findings: [], evidence: [] } as const;
  const at = '2026-11-24T10:31:00.000Z';
  return {
    operation,
    index: 0,
    ...judgement,
    output,
    startedAt: at,
    finishedAt: at,
    durationMs: 0,
    tries: 1,
    token: 1,
  };
}

export function present<T>(value: T | undefined | null): T {
  assert.ok(value !== undefined && value !== null);
  return value;
}
