// Time and size of a page view over a year of history on the embedded store, with --quick over a month.
//   node test/bench/operator-page.bench.ts [--quick] [--json]
import { quantile } from '../../shared/domain/statistics/index.ts';
import { runPhase } from '../../shared/engine/run-phase.ts';
import { green, LOCAL, openLocally } from '../operator/days.ts';
import { orRefuse, parsedOptions } from '../proof/arguments.ts';
import { scheduled } from '../support/engine.ts';
import { isQuick, tell } from './report.ts';

orRefuse(() => parsedOptions({ quick: { type: 'boolean' }, json: { type: 'boolean' } }));
const DAYS = isQuick ? 30 : 365;
const VIEWS = isQuick ? 50 : 300;

using operator = await openLocally('00:00');
operator.setPhases(green());
const first = Date.parse('2026-11-24T00:00:00Z');
for (let day = 0; day < DAYS; day++) {
  const date = new Date(first + day * 86_400_000).toISOString().slice(0, 10);
  for (const [phase, time] of [
    ['snapshot-orchestration', '00:00'],
    ['snapshot-orchestration', '06:00'],
    ['t-90-prep', '10:30'],
    ['t-30-final-check', '11:30'],
    ['high-noon-sync', '12:00'],
    ['snapshot-orchestration', '18:00'],
  ] as const) {
    operator.clock.advanceTo(`${date}T${time}:00.000Z`);
    await runPhase(operator.engine, scheduled(phase, `${date}T${time}:00.000Z`));
  }
}
operator.reads();
const times: number[] = [];
let bytes = 0;
for (let view = 0; view < VIEWS; view++) {
  const began = performance.now();
  const reply = await operator.send({ path: '/', ...LOCAL });
  times.push(performance.now() - began);
  bytes = Buffer.byteLength(reply.body);
}
tell('operator-page', [
  { what: 'days of history', value: DAYS, unit: 'days' },
  { what: 'documents stored', value: Object.keys(operator.stored()).length, unit: 'documents' },
  { what: 'views', value: VIEWS, unit: 'views' },
  { what: 'a view, half of them', value: quantile(times, 0.5), unit: 'ms' },
  { what: 'a view, p95', value: quantile(times, 0.95), unit: 'ms', reach: 100 },
  { what: 'store reads of a view', value: operator.reads() / VIEWS, unit: 'reads', reach: 3 },
  { what: 'the page', value: bytes, unit: 'bytes', reach: 60_000 },
]);
