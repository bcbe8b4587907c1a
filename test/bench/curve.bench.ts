/**
 * How cost grows with size, each with the exponent fitted over its sizes, and the one of the last step beside it, in which
 * what a process costs by itself no longer hides: 1 is linear, 0 is constant. Services answer on
 * a virtual clock with slow and dead hosts among them; repositories are real ones behind a real server; datasets lie in
 * a folder. Usage: node curve.bench.ts [--quick] [--json]
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { LocalMetrics } from '../../shared/adapters/local/metrics.ts';
import { PHASE_NAMES } from '../../shared/domain/catalog.ts';
import type { Escalation } from '../../shared/domain/escalation.ts';
import { slotsOfDate } from '../../shared/domain/slot.ts';
import { relay } from '../../shared/engine/relay.ts';
import { runPhase } from '../../shared/engine/run-phase.ts';
import { sweep } from '../../shared/engine/sweep.ts';
import { prepareIngestion } from '../../shared/operations/data/prepare-ingestion.ts';
import { checkTrinityStatus } from '../../shared/operations/repositories/check-trinity-status.ts';
import { checkServiceHealth } from '../../shared/operations/services/check-service-health.ts';
import type { PortMap } from '../../shared/ports/port-map.ts';
import { CallTally } from '../../shared/runtime/call-tally.ts';
import { countCalls } from '../../shared/runtime/count-calls.ts';
import { makeWorld } from '../operations/repositories/support.ts';
import { orRefuse, parsedOptions } from '../proof/arguments.ts';
import { sampleConfiguration } from '../support/configuration.ts';
import { dataWorld } from '../support/data-world.ts';
import { createTestEngine, greenPhases, scheduled, TestResource, testCheck, testPhase } from '../support/engine.ts';
import { createContext } from '../support/operation-context.ts';
import { fittedExponent, isQuick, type Row, tell } from './report.ts';
import { VirtualNetwork } from './virtual-network.ts';

orRefuse(() => parsedOptions({ quick: { type: 'boolean' }, json: { type: 'boolean' } }));
const rows: Row[] = [];
const sizes = (all: readonly number[]) => (isQuick ? all.slice(0, 3) : all);
/** The same one after the other, each told before it begins: the last of them take minutes. */
function* told(what: string, all: readonly number[]): Generator<number> {
  for (const size of sizes(all)) {
    console.error(`curve: ${what}, ${size}`);
    yield size;
  }
}
type Point = { readonly size: number; readonly cost: number };

function curve(what: string, unit: string, points: readonly Point[], most: number): void {
  for (const { size, cost } of points) rows.push({ what: `${what}: ${size}`, value: cost, unit });
  rows.push({ what: `${what}: fitted exponent`, value: fittedExponent(points), unit: 'exponent', reach: most });
  rows.push({ what: `${what}: exponent of the last step`, value: fittedExponent(points.slice(-2)), unit: 'exponent' });
}

async function timed(body: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await body();
  return performance.now() - startedMs;
}

/** Of twenty hosts one is dead and two are slow. */
const latencyOf = (url: string): number => {
  const number = Number(/service-(\d+)/.exec(url)?.[1]);
  if (number % 20 === 7) return Number.POSITIVE_INFINITY;
  return number % 20 < 2 ? 1500 : 80 + (number % 13) * 10;
};

async function services(): Promise<void> {
  const one = sampleConfiguration('services:\n  - {name: service-0, url: "https://service-0.example/health"}\n');
  const budgetMs = checkServiceHealth.timeoutSeconds * 1000;
  const cpu: Point[] = [];
  for (const size of told('services', [10, 100, 1_000, 10_000])) {
    const [service] = one.services;
    if (service === undefined) throw new Error('a service is configured');
    const all = Array.from({ length: size }, (_, number) => ({
      ...service,
      name: `service-${number}`,
      url: `https://service-${number}.example/health`,
    }));
    const network = new VirtualNetwork(latencyOf);
    const ports = { http: network };
    const remainingMs = () => budgetMs - network.nowMs;
    const context = createContext({ ports, configuration: { ...one, services: all }, remainingMs });
    let findings = 0;
    const ms = await timed(async () => {
      findings = (await checkServiceHealth.run(context)).findings.filter(({ code }) => code === 'not-sampled').length;
    });
    cpu.push({ size, cost: ms });
    const reach = size <= 1_000 ? { reach: checkServiceHealth.timeoutSeconds } : {};
    rows.push({ what: `${size} services: waited, virtual`, value: network.nowMs / 1000, unit: 's', ...reach });
    rows.push({
      what: `${size} services: most requests at once`,
      value: network.mostAtOnce,
      unit: 'requests',
      reach: 32,
    });
    rows.push({ what: `${size} services: requests`, value: network.requests, unit: 'requests' });
    if (findings > 0) rows.push({ what: `${size} services: not sampled in time`, value: findings, unit: 'services' });
  }
  curve('services, work of the process', 'ms', cpu, 1.15);
}

async function repositories(): Promise<void> {
  const points: Point[] = [];
  for (const size of told('repositories', [3, 10, 30, 100, 300])) {
    const names = Array.from({ length: size }, (_, number) => `repository-${number}`);
    const world = await makeWorld({ names });
    for (const name of names) await world.commit(name, { at: '2026-11-24T09:00:00Z', files: { 'a.txt': name } });
    const context = world.context({ phase: 't-90-prep', dueAt: '2026-11-24T10:30:00.000Z' });
    points.push({ size, cost: await timed(async () => checkTrinityStatus.run(context)) });
    await world.close();
  }
  curve('repositories looked at', 'ms', points, 1.15);
}

const DATASET_ROWS = 50;
async function datasets(): Promise<void> {
  const points: Point[] = [];
  for (const size of told('datasets', [1, 10, 100, 1_000])) {
    const names = Array.from({ length: size }, (_, number) => `dataset-${number}`);
    const yaml = names.map(
      (name) =>
        `{name: ${name}, source: shop, source_uri: "gs://shop-bucket/${name}/", ts: at, max_age_h: 26, key: id}`,
    );
    await using world = await dataWorld(yaml.join('\n'));
    const lines = Array.from({ length: DATASET_ROWS }, (_, id) => ({ id, at: '2026-11-24T09:00:00Z' }));
    for (const name of names) await world.deliver(name, lines);
    const { configuration } = world;
    const context = createContext({
      ports: { datasets: world.datasets },
      configuration,
      phase: 't-90-prep',
      dueAt: '2026-11-24T10:30:00.000Z',
    });
    points.push({ size, cost: await timed(async () => prepareIngestion.run(context)) });
  }
  curve(`datasets of ${DATASET_ROWS} rows prepared`, 'ms', points, 1.15);
}

/** The ports that the engine itself touches, and nothing behind them. */
function countedWorld(start: string, phases: Parameters<typeof createTestEngine>[1]) {
  const world = createTestEngine(start, phases);
  const nothing = async function* () {};
  const objects = {
    ...world.engine.ports.objects,
    read: nothing,
    list: nothing,
    remove: async () => {},
    update: async () => {},
  };
  const ports = { objects, memory: { capture: nothing, restore: async () => {} } } as unknown as PortMap;
  const tally = new CallTally();
  const { engine: told } = world;
  // The weekly self-test is owed until a relay acknowledges it; this one does so at once, and is not counted.
  const messenger = { send: async () => ({ channels: ['chat'] }) };
  const publisher = {
    trigger: told.publisher.trigger.bind(told.publisher),
    escalate: async ({ id }: Escalation) => {
      await relay(told, messenger, id);
    },
  };
  const metrics = new LocalMetrics(world.documents);
  const engine = countCalls({ ...told, ports, metrics, publisher }, tally);
  return { ...world, engine, tally };
}

async function operations(): Promise<void> {
  const points: Point[] = [];
  for (const size of told('operations of a phase', [4, 16, 64, 256])) {
    const checks = Array.from({ length: size }, (_, number) => testCheck(`check-number-${number}`));
    const phases = { ...greenPhases(new TestResource()), 't-90-prep': testPhase('t-90-prep', checks) };
    const { engine, tally } = countedWorld('2026-11-24T10:30:00.000Z', phases);
    await tally.within('run', () => runPhase(engine, scheduled('t-90-prep', '2026-11-24T10:30:00.000Z')));
    const { reads = 0, writes = 0 } = tally.of('run').usage;
    points.push({ size, cost: reads + writes });
  }
  curve('operations of a phase, store operations', 'ops', points, 1);
}

/** In order; at noon the release first, as what meets it there waits for it. */
const slotsOfDay = (date: string) =>
  PHASE_NAMES.flatMap((name) => slotsOfDate(name, date)).sort((a, b) => {
    if (a.dueAt !== b.dueAt) return a.dueAt < b.dueAt ? -1 : 1;
    return a.phase === 'high-noon-sync' ? -1 : 1;
  });

async function history(): Promise<void> {
  const { engine, clock, tally } = countedWorld('2026-01-01T00:00:00.000Z', greenPhases(new TestResource()));
  const wanted = new Set(told('days of history', [1, 4, 16, 64]));
  const points: Point[] = [];
  for (let day = 0; day < Math.max(...wanted); day += 1) {
    const date = new Date(Date.UTC(2026, 0, 1 + day)).toISOString().slice(0, 10);
    for (const { phase, dueAt } of slotsOfDay(date)) {
      clock.advanceTo(dueAt);
      await runPhase(engine, scheduled(phase, dueAt));
    }
    // The watchdog goes through the ledger piece by piece; an idle tick is one that finds nothing left to go through.
    let cost = Number.NaN;
    for (let minute = 31; minute < 60; minute += 1) {
      clock.advanceTo(`${date}T18:${minute}:00.000Z`);
      const name = `${date} ${minute}`;
      await tally.within(name, () => sweep(engine));
      const { reads = 0, writes = 0 } = tally.of(name).usage;
      if (reads + writes === cost) break;
      cost = reads + writes;
    }
    if (wanted.has(day + 1)) points.push({ size: day + 1, cost });
  }
  curve('days of history, store operations of an idle tick', 'ops', points, 0.25);
}

/** Snapshots of one collection, each size in a process of its own. Ten million documents take minutes and a gigabyte of disk. */
async function documents(): Promise<void> {
  const points: Point[] = [];
  const run = promisify(execFile);
  for (const size of told('documents of a snapshot', [1_000, 10_000, 100_000, 1_000_000, 10_000_000])) {
    const { stdout } = await run(process.execPath, ['test/bench/curve-documents.ts', String(size)]);
    const { cpuMs, peakMiB } = JSON.parse(stdout) as { cpuMs: number; peakMiB: number };
    points.push({ size, cost: cpuMs });
    rows.push({ what: `${size} documents: memory at the peak`, value: peakMiB, unit: 'MiB', reach: 256 });
  }
  curve('documents in a snapshot, processor time', 'ms', points, 1.15);
}

/** Each environment has its own functions, store and topics; here they are beside each other in one process. */
async function environments(): Promise<void> {
  const points: Point[] = [];
  for (const size of told('environments', [1, 3, 10, 30, 100])) {
    const at = '2026-11-24T10:30:00.000Z';
    const worlds = Array.from({ length: size }, (_, number) => {
      const { engine, tally } = countedWorld(at, greenPhases(new TestResource()));
      return { engine: { ...engine, environmentName: `environment-${number}` }, tally };
    });
    await Promise.all(
      worlds.map(({ engine, tally }) => tally.within('run', () => runPhase(engine, scheduled('t-90-prep', at)))),
    );
    const operations = worlds.map(({ tally }) => {
      const { reads = 0, writes = 0 } = tally.of('run').usage;
      return reads + writes;
    });
    points.push({ size, cost: operations.reduce((sum, one) => sum + one, 0) });
  }
  curve('environments, store operations of a T-90 in each', 'ops', points, 1.05);
}

await services();
await repositories();
await datasets();
await operations();
await history();
await documents();
await environments();
rows.push({
  what: 'resident memory after all of it',
  value: process.memoryUsage().rss / 2 ** 20,
  unit: 'MiB',
  reach: 512,
});
tell('curve', rows);
