/**
 * How good the forecast is against an ETS of the textbook and against "as a week ago", on fresh suites of 64 series; and
 * what somebody would score who knew the law of every series, below which nothing is to be had.
 *   node test/bench/forecast.bench.ts [--seeds 1,2,3] [--suites N] [--outliers usual|spiky] [--quick] [--json]
 * Without --seeds the suites come from the clock, so that nobody can tune to them: five, or one with --quick.
 */
import { forecast } from '../../shared/domain/forecast/index.ts';
import { ets } from '../domain/forecast/ets.ts';
import { allKnowing, type Interval, meanScore, type Score, scoreOf, seasonalNaive } from '../domain/forecast/score.ts';
import { HORIZON, OUTLIERS, SEASON, type Series, suiteOf } from '../domain/forecast/suite.ts';
import { orRefuse, parsedOptions, Refusal, wholeNumber } from '../proof/arguments.ts';

const { values, seeds, outliers } = orRefuse(() => {
  const values = parsedOptions({
    seeds: { type: 'string' },
    suites: { type: 'string' },
    outliers: { type: 'string', default: 'usual' },
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  });
  if (values.seeds !== undefined && values.suites !== undefined)
    throw new Refusal(`--suites '${values.suites}': not allowed beside --seeds, which says how many there are`);
  const outliers = Object.entries(OUTLIERS).find(([name]) => name === values.outliers)?.[1];
  if (outliers === undefined)
    throw new Refusal(`--outliers '${values.outliers}': allowed are ${Object.keys(OUTLIERS).join(', ')}`);
  const suites = wholeNumber('--suites', values.suites ?? (values.quick ? '1' : '5'), { least: 1, most: 10_000 });
  return { values, seeds: seedsOf(values.seeds) ?? freshSeeds(suites), outliers };
});

function seedsOf(text: string | undefined): number[] | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,9}(,\d{1,9})*$/.test(text))
    throw new Refusal(`--seeds '${text}': allowed are whole numbers below 1000000000 with commas between, like 1,2,3`);
  return text.split(',').map(Number);
}

function freshSeeds(count: number): number[] {
  const first = Date.now() % 1_000_000;
  return Array.from({ length: count }, (_, number) => first + number);
}

function ours({ past }: Series): Interval {
  const answer = forecast(past, { season: SEASON, horizon: HORIZON, confidence: 0.95 });
  if ('abstained' in answer) throw new Error(`the forecast abstained on ${past.length} values: ${answer.abstained}`);
  return answer;
}

type Scores = { naive: Score; ets: Score; ours: Score; floor: Score };
const scored = (suite: readonly Series[], method: (series: Series) => Interval): Score =>
  meanScore(suite.map((series) => scoreOf(series, method(series))));
let milliseconds = 0;
const suites = seeds.map((seed): { seed: number } & Scores => {
  const suite = suiteOf(seed, outliers);
  const began = performance.now();
  const our = scored(suite, ours);
  milliseconds += performance.now() - began;
  return {
    seed,
    naive: scored(suite, ({ past }) => seasonalNaive(past)),
    ets: scored(suite, ({ past }) => ets(past)),
    ours: our,
    floor: scored(suite, (series) => allKnowing(series)),
  };
});

const over = (pick: (scores: Scores) => Score): Score => meanScore(suites.map(pick));
const all: Scores = {
  naive: over(({ naive }) => naive),
  ets: over((scores) => scores.ets),
  ours: over((scores) => scores.ours),
  floor: over(({ floor }) => floor),
};
const ratio = (key: 'mase' | 'msis', { ours: our, ets: peer }: Scores): number => our[key] / peer[key];
const worst = (key: 'mase' | 'msis'): number => Math.max(...suites.map((scores) => ratio(key, scores)));
const coverages = suites.map((scores) => scores.ours.coverage);
const result = {
  bench: 'forecast',
  outliers: values.outliers,
  suites,
  all,
  maseToEts: ratio('mase', all),
  msisToEts: ratio('msis', all),
  worstMaseToEts: worst('mase'),
  worstMsisToEts: worst('msis'),
  coverage: all.ours.coverage,
  floorMaseToEts: all.floor.mase / all.ets.mase,
  floorMsisToEts: all.floor.msis / all.ets.msis,
  millisecondsPerSeries: milliseconds / (64 * seeds.length),
};

if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
else {
  const cell = ({ mase, msis, coverage }: Score): string =>
    `${mase.toFixed(3)} ${msis.toFixed(2).padStart(6)} ${coverage.toFixed(3)}`;
  const line = (name: string, scores: Scores): string =>
    [name.padEnd(8), ...[scores.naive, scores.ets, scores.ours, scores.floor].map(cell)].join('   ');
  const fixed = (figure: number): string => figure.toFixed(3);
  const lines = [
    `64 daily series each, ${HORIZON} days ahead, 95 %, ${values.outliers} outliers: MASE, MSIS, coverage`,
    ['seed    ', ...['a week ago', 'ETS', 'this', 'all-knowing'].map((name) => name.padEnd(18))].join('   '),
    ...suites.map((scores) => line(String(scores.seed), scores)),
    line('all', all),
    `MASE ${fixed(result.maseToEts)} x ETS (reach 0.82; worst suite ${fixed(result.worstMaseToEts)}, all-knowing ${fixed(result.floorMaseToEts)})`,
    `MSIS ${fixed(result.msisToEts)} x ETS (reach 0.76; worst suite ${fixed(result.worstMsisToEts)}, all-knowing ${fixed(result.floorMsisToEts)})`,
    `coverage ${fixed(result.coverage)}, by suite ${fixed(Math.min(...coverages))} to ${fixed(Math.max(...coverages))} (reach 0.93-0.98)`,
    `${result.millisecondsPerSeries.toFixed(1)} ms a series`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
