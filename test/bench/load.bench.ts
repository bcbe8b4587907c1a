/**
 * A burst of ten thousand messages on one function process over the embedded store in memory: the latency of each kind
 * of answer under load, and what the process needs. A refusal is every answer to a forged message, a stale one, or a
 * duplicate. The client is a thread of its own, so that its work is not taken for the function's; both share the machine.
 * Usage: node load.bench.ts [--quick] [--json]
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { SlotRecord } from '../../shared/domain/run.ts';
import { type Answered, burstOf, NOW, pushAll, pushAtNothing } from '../functions/burst.ts';
import { orRefuse, parsedOptions } from '../proof/arguments.ts';
import { createTestEngine, greenPhases, TestResource } from '../support/engine.ts';
import { isQuick, quantile, type Row, tell } from './report.ts';

orRefuse(() => parsedOptions({ quick: { type: 'boolean' }, json: { type: 'boolean' } }));
const MESSAGES = isQuick ? 2_000 : 10_000;
/** The code is loaded and compiled by then; what a start costs stands in start.bench.ts. */
const WARM_UP = 400;

/** A phase function is deployed with one request an instance at a time. */
const ONE_AT_A_TIME = isQuick ? 500 : 2_000;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const freshWorld = () => createTestEngine(NOW, greenPhases(new TestResource()));
await pushAll(freshWorld().engine, burstOf(WARM_UP));

const world = freshWorld();
collect();
const heapBefore = process.memoryUsage().heapUsed;
let peak = 0;
const watch = setInterval(() => {
  peak = Math.max(peak, process.memoryUsage().rss);
}, 20);
const startedCpu = process.threadCpuUsage();
const startedMs = performance.now();
const answers = await pushAll(world.engine, burstOf(MESSAGES));
const wallMs = performance.now() - startedMs;
const { user, system } = process.threadCpuUsage(startedCpu);
clearInterval(watch);

const slots = await world.documents.query<SlotRecord>('slots');
const runs = slots.filter(({ data }) => data.status === 'concluded' && data.ending === 'passed').length;
const documents = slots.length + (await world.documents.query('quarantine')).length;
const unacknowledged = answers.filter(({ status }) => status >= 300).length;
const times = (from: readonly Answered[], kind: Answered['kind']) =>
  from.filter((answer) => answer.kind === kind).map(({ ms }) => ms);
const crowded = { valid: times(answers, 'valid'), forged: times(answers, 'forged'), stale: times(answers, 'stale') };
answers.length = 0;
world.logs.length = 0;
collect();
const kept = process.memoryUsage().heapUsed - heapBefore;

const alone = await pushAll(freshWorld().engine, burstOf(ONE_AT_A_TIME), 1);
const nothingAlone = await pushAtNothing(burstOf(ONE_AT_A_TIME), 1);
const nothingCrowded = await pushAtNothing(burstOf(ONE_AT_A_TIME));
const floor = (what: string, from: readonly Answered[]): Row => ({
  what,
  value: quantile(
    from.map(({ ms }) => ms),
    0.99,
  ),
  unit: 'ms',
});
const p99 = (what: string, values: readonly number[]): Row => ({
  what,
  value: quantile(values, 0.99),
  unit: 'ms',
  reach: 20,
});
tell('load', [
  { what: 'messages', value: MESSAGES, unit: 'messages' },
  { what: 'runs of the one open slot', value: runs, unit: 'runs', reach: 1 },
  { what: 'not acknowledged', value: unacknowledged, unit: 'messages', reach: 0 },
  { what: 'slots and quarantined documents left', value: documents, unit: 'documents', reach: 200 },
  { what: 'messages a second', value: (MESSAGES / wallMs) * 1000, unit: '1/s' },
  { what: 'CPU a message, of the thread that serves', value: (user + system) / MESSAGES / 1000, unit: 'ms' },
  floor('one at a time: p99 of a function that does nothing', nothingAlone),
  p99('one at a time: p99 of a duplicate', times(alone, 'valid')),
  p99('one at a time: p99 of a forgery', times(alone, 'forged')),
  p99('one at a time: p99 of a stale one', times(alone, 'stale')),
  floor('32 at a time: p99 of a function that does nothing', nothingCrowded),
  p99('32 at a time: p99 of a duplicate', crowded.valid),
  p99('32 at a time: p99 of a forgery', crowded.forged),
  p99('32 at a time: p99 of a stale one', crowded.stale),
  { what: 'resident memory at the peak, client included', value: peak / 2 ** 20, unit: 'MiB', reach: 512 },
  { what: 'kept on the heap after the burst', value: kept / 2 ** 20, unit: 'MiB', reach: 16 },
]);
