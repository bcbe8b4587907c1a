/**
 * The day on the embedded default, in one run: what the engine itself costs (wall time less the time inside the ports
 * of the world and inside operations' own judging; the store counts as the engine's), what a duplicate costs, what the
 * process needs. Usage: node day.bench.ts [--quick] [--json]; there is nothing that --quick leaves out.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PHASES } from '../../functions/cli/phases.ts';
import type { PhaseName } from '../../shared/domain/catalog.ts';
import type { Json } from '../../shared/domain/json.ts';
import type { Operation, PlannedEffect } from '../../shared/domain/operation.ts';
import type { Engine } from '../../shared/engine/engine.ts';
import { runPhase } from '../../shared/engine/run-phase.ts';
import type { DocumentsPort, Query, Transaction } from '../../shared/ports/documents.ts';
import type { PortMap } from '../../shared/ports/port-map.ts';
import { createLocalRuntime } from '../../shared/runtime/local.ts';
import { orRefuse, parsedOptions } from '../proof/arguments.ts';
import { createTestEngine, testCheck, testPhase } from '../support/engine.ts';
import { type Row, tell } from './report.ts';

orRefuse(() => parsedOptions({ quick: { type: 'boolean' }, json: { type: 'boolean' } }));
/** The first is genesis: it adopts what is there, and ends degraded. The second is a green day like any other. */
const DAYS = [
  { date: '2026-11-24', label: 'first day, cold' },
  { date: '2026-11-25', label: 'green day' },
] as const;
const CHAIN = [
  ['t-90-prep', '10:30'],
  ['t-30-final-check', '11:30'],
  ['high-noon-sync', '12:00'],
] as const satisfies readonly (readonly [PhaseName, string])[];

/** Time during which at least one call into the world is under way. */
class BusyTime {
  #underWay = 0;
  #since = 0;
  totalMs = 0;

  enter(): void {
    if (this.#underWay++ === 0) this.#since = performance.now();
  }

  leave(): void {
    if (--this.#underWay === 0) this.totalMs += performance.now() - this.#since;
  }
}

function timed<T extends object>(port: T, busy: BusyTime): T {
  return new Proxy(port, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        busy.enter();
        const answer: unknown = (value as (...given: unknown[]) => unknown).apply(target, args);
        if (!(answer instanceof Promise)) {
          busy.leave();
          return answer;
        }
        return answer.finally(() => busy.leave());
      };
    },
  });
}

/** An operation whose own work counts as the world's; what it asks of the engine in between is the engine's. */
function judging(operation: Operation<PortMap>, busy: BusyTime): Operation<PortMap> {
  const asked = <Given extends unknown[], T>(ask: (...given: Given) => Promise<T>) => {
    return async (...given: Given): Promise<T> => {
      busy.leave();
      try {
        return await ask(...given);
      } finally {
        busy.enter();
      }
    };
  };
  return {
    ...operation,
    async run(context) {
      busy.enter();
      try {
        // The context's members may be getters, which a spread would read once.
        const own = Object.create(context, {
          effects: { value: { apply: asked((effect: PlannedEffect) => context.effects.apply(effect)) } },
          saveCursor: { value: asked((cursor: Json) => context.saveCursor(cursor)) },
        }) as typeof context;
        return await operation.run(own);
      } finally {
        busy.leave();
      }
    },
  };
}

interface Counts {
  reads: number;
  writes: number;
}

/** Counts as Firestore would bill: a read for each document that comes back, and at least one for a query. */
function counted(documents: DocumentsPort, counts: Counts): DocumentsPort {
  const reads = (amount: number) => {
    counts.reads += amount;
  };
  const writes = () => {
    counts.writes += 1;
  };
  const transaction = (inner: Transaction): Transaction => ({
    get readAt() {
      return inner.readAt;
    },
    get: (path) => {
      reads(1);
      return inner.get(path);
    },
    getAll: (paths) => {
      reads(paths.length);
      return inner.getAll(paths);
    },
    create: (path, data) => {
      writes();
      inner.create(path, data);
    },
    set: (path, data) => {
      writes();
      inner.set(path, data);
    },
    delete: (path) => {
      writes();
      inner.delete(path);
    },
  });
  return {
    transact: (body) => documents.transact((inner) => body(transaction(inner))),
    get: (path) => {
      reads(1);
      return documents.get(path);
    },
    readAll: (paths) => {
      reads(paths.length);
      return documents.readAll(paths);
    },
    query: async <T>(collection: string, query?: Query) => {
      const found = await documents.query<T>(collection, query);
      reads(Math.max(1, found.length));
      return found;
    },
    increment: (path, amounts) => {
      writes();
      return documents.increment(path, amounts);
    },
  };
}

const data = mkdtempSync(join(tmpdir(), 'highnoon-bench-'));
const runtime = await createLocalRuntime({ data, at: `${DAYS[0].date}T10:00:00.000Z`, environment: {}, log: () => {} });
const busy = new BusyTime();
/** The same, with the operations' own work. */
const judgingOrPorts = new BusyTime();
const counts: Counts = { reads: 0, writes: 0 };
const ports = Object.fromEntries(
  Object.entries(runtime.engine.ports).map(([name, port]) => [
    name,
    timed(timed(port as object, busy), judgingOrPorts),
  ]),
) as unknown as PortMap;
const phases = Object.fromEntries(
  Object.entries(PHASES).map(([name, phase]) => [
    name,
    { ...phase, operations: phase.operations.map((operation) => judging(operation, judgingOrPorts)) },
  ]),
) as unknown as typeof PHASES;
const engine: Engine = {
  ...runtime.engine,
  ports,
  phases,
  documents: counted(runtime.engine.documents, counts),
};
const trigger = (phase: PhaseName, at: string, messageId: string) => ({
  phase,
  kind: 'schedule' as const,
  messageId,
  publishedAt: at,
  dryRun: false,
  rerun: false,
});

const rows: Row[] = [];
for (const { date, label } of DAYS) {
  let overheadMs = 0;
  let ownMs = 0;
  for (const [phase, time] of CHAIN) {
    const at = `${date}T${time}:00.000Z`;
    await runtime.stepTo(at);
    busy.totalMs = 0;
    judgingOrPorts.totalMs = 0;
    Object.assign(counts, { reads: 0, writes: 0 });
    const startedCpu = process.cpuUsage();
    const startedMs = performance.now();
    const outcome = await runPhase(engine, trigger(phase, at, phase));
    const wallMs = performance.now() - startedMs;
    const { user, system } = process.cpuUsage(startedCpu);
    if (outcome.kind !== 'concluded') throw new Error(`${phase}: ${outcome.kind}`);
    overheadMs += wallMs - judgingOrPorts.totalMs;
    ownMs += judgingOrPorts.totalMs - busy.totalMs;
    const what = `${label}, ${phase} (${outcome.slot.ending})`;
    // A check phase's goal is for five operations, below: these two have eight and seven, and T-90 stages three datasets.
    const goal = label === 'green day' && phase === 'high-noon-sync' ? { reach: 120 } : {};
    rows.push({ what: `${what}: wall`, value: wallMs, unit: 'ms' });
    rows.push({ what: `${what}: processor, the world's servers too`, value: (user + system) / 1000, unit: 'ms' });
    rows.push({ what: `${what}: store reads`, value: counts.reads, unit: 'reads', ...goal });
    rows.push({ what: `${what}: store writes`, value: counts.writes, unit: 'writes', ...goal });
  }
  rows.push({ what: `${label}: engine and store`, value: overheadMs, unit: 'ms', reach: 250 });
  rows.push({ what: `${label}: operations' own judging beside it`, value: ownMs, unit: 'ms' });
}
const five = Array.from({ length: 5 }, (_, number) => testCheck(`check-number-${number}`));
const fiveAt = `${DAYS[0].date}T10:30:00.000Z`;
const small = createTestEngine(fiveAt, { ...PHASES, 't-90-prep': testPhase('t-90-prep', five) });
Object.assign(counts, { reads: 0, writes: 0 });
await runPhase({ ...small.engine, documents: counted(small.documents, counts) }, trigger('t-90-prep', fiveAt, 'five'));
rows.push({
  what: 'a green check phase of five operations: store reads',
  value: counts.reads,
  unit: 'reads',
  reach: 30,
});
rows.push({
  what: 'a green check phase of five operations: store writes',
  value: counts.writes,
  unit: 'writes',
  reach: 30,
});
Object.assign(counts, { reads: 0, writes: 0 });
await runPhase(engine, trigger('t-90-prep', `${DAYS[1].date}T10:30:00.000Z`, 'another'));
rows.push({ what: 'duplicate: store reads', value: counts.reads, unit: 'reads', reach: 2 });
rows.push({ what: 'duplicate: store writes', value: counts.writes, unit: 'writes', reach: 1 });
rows.push({ what: 'resident memory', value: process.memoryUsage().rss / 2 ** 20, unit: 'MiB', reach: 256 });
await runtime.close();
rmSync(data, { recursive: true, force: true });

tell('day', rows);
