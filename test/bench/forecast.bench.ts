/**
 * How good the forecast is against an ETS of the textbook and against "as a week ago", on fresh suites of 64 series.
 *   node test/bench/forecast.bench.ts [--seeds 1,2,3] [--json]
 * Without --seeds the suites come from the clock, so that nobody can tune to them.
 */
import { parseArgs } from 'node:util';
import { forecast } from '../../shared/domain/forecast/index.ts';
import { ets } from '../domain/forecast/ets.ts';
import { type Interval, meanScore, type Score, scoreOf, seasonalNaive } from '../domain/forecast/score.ts';
import { HORIZON, SEASON, type Series, suiteOf } from '../domain/forecast/suite.ts';

const { values } = parseArgs({ options: { seeds: { type: 'string' }, json: { type: 'boolean', default: false } } });
const first = Date.now() % 1_000_000;
const seeds = values.seeds?.split(',').map(Number) ?? Array.from({ length: 5 }, (_, i) => first + i);
if (seeds.length === 0 || !seeds.every(Number.isSafeInteger)) {
  process.stderr.write(`--seeds ${values.seeds}: allowed are whole numbers with commas between, like 1,2,3\n`);
  process.exit(2);
}

function ours({ past }: Series): Interval {
  const answer = forecast(past, { season: SEASON, horizon: HORIZON, confidence: 0.95 });
  if ('abstained' in answer) throw new Error(`the forecast abstained on ${past.length} values: ${answer.abstained}`);
  return answer;
}

type Row = { seed: number; naive: Score; ets: Score; ours: Score };
const scored = (suite: readonly Series[], method: (series: Series) => Interval): Score =>
  meanScore(suite.map((series) => scoreOf(series, method(series))));
let milliseconds = 0;
const rows = seeds.map((seed): Row => {
  const suite = suiteOf(seed);
  const began = performance.now();
  const our = scored(suite, ours);
  milliseconds += performance.now() - began;
  return {
    seed,
    naive: scored(suite, ({ past }) => seasonalNaive(past)),
    ets: scored(suite, ({ past }) => ets(past)),
    ours: our,
  };
});

const over = (pick: (row: Row) => Score): Score => meanScore(rows.map(pick));
const all = { naive: over((row) => row.naive), ets: over((row) => row.ets), ours: over((row) => row.ours) };
const result = {
  rows,
  all,
  maseToEts: all.ours.mase / all.ets.mase,
  msisToEts: all.ours.msis / all.ets.msis,
  coverage: all.ours.coverage,
  millisecondsPerSeries: milliseconds / (64 * seeds.length),
};

if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
else {
  const cell = ({ mase, msis, coverage }: Score): string =>
    `${mase.toFixed(3)} ${msis.toFixed(2).padStart(6)} ${coverage.toFixed(3)}`;
  const line = (name: string, row: Omit<Row, 'seed'>): string =>
    `${name.padEnd(8)}  ${cell(row.naive)}   ${cell(row.ets)}   ${cell(row.ours)}`;
  const lines = [
    `64 daily series each, ${HORIZON} days ahead, 95 %: MASE, MSIS, coverage`,
    `seed      ${'a week ago'.padEnd(18)}   ${'ETS'.padEnd(18)}   this`,
    ...rows.map((row) => line(String(row.seed), row)),
    line('all', all),
    `MASE ${result.maseToEts.toFixed(3)} x ETS (reach 0.82), MSIS ${result.msisToEts.toFixed(3)} x ETS (reach 0.76), coverage ${result.coverage.toFixed(3)} (reach 0.93-0.98)`,
    `${result.millisecondsPerSeries.toFixed(1)} ms a series`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
