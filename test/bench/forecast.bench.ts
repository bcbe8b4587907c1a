/**
 * How good the forecast is against an ETS of the textbook and against "as a week ago", on fresh suites of 64 series; and
 * what somebody would score who knew the law of every series, below which nothing is to be had.
 *   node test/bench/forecast.bench.ts [--seeds 1,2,3] [--suites N] [--outliers usual|spiky] [--quick] [--json]
 * Without --seeds the suites come from the clock, so that nobody can tune to them: twenty, or one with --quick.
 */
import { forecast } from '../../shared/domain/forecast/index.ts';
import { ets } from '../domain/forecast/ets.ts';
import { allKnowing, type Interval, meanScore, type Score, scoreOf, seasonalNaive } from '../domain/forecast/score.ts';
import { HORIZON, OUTLIERS, SEASON, type Series, suiteOf } from '../domain/forecast/suite.ts';
import { orRefuse, parsedOptions, Refusal, wholeNumber } from '../proof/arguments.ts';
import { type Row, tell } from './report.ts';

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
  const suites = wholeNumber('--suites', values.suites ?? (values.quick ? '1' : '20'), { least: 1, most: 10_000 });
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
const coverages = suites.map((scores) => scores.ours.coverage);

/** What a method scored over all suites, beside ETS on the same series. */
function rowsOf(name: string, key: keyof Scores, reach?: { readonly mase: number; readonly msis: number }): Row[] {
  const { mase, msis, coverage } = all[key];
  const beside = (kind: 'mase' | 'msis') => ({ ratio: all[key][kind] / all.ets[kind], of: 'ETS' });
  return [
    { what: `${name}: MASE`, value: mase, unit: '', ...beside('mase'), ...(reach && { reach: reach.mase }) },
    { what: `${name}: MSIS`, value: msis, unit: '', ...beside('msis'), ...(reach && { reach: reach.msis }) },
    { what: `${name}: coverage of what is to be 0.95`, value: coverage, unit: '' },
  ];
}

const worst = (key: 'mase' | 'msis'): number => Math.max(...suites.map((scores) => ratio(key, scores)));
tell('forecast', [
  { what: `suites of 64 daily series, ${values.outliers} outliers`, value: seeds.length, unit: 'suites' },
  { what: 'seed of the first', value: seeds[0] ?? Number.NaN, unit: '' },
  { what: 'days ahead', value: HORIZON, unit: 'days' },
  ...rowsOf('as a week ago', 'naive'),
  ...rowsOf('ETS', 'ets'),
  ...rowsOf('this', 'ours', { mase: 0.82, msis: 0.76 }),
  { what: 'this: coverage, at least', value: all.ours.coverage, unit: '', reach: 0.93, least: true },
  { what: 'this: coverage, at most', value: all.ours.coverage, unit: '', reach: 0.98 },
  { what: 'this: coverage in the worst suite', value: Math.min(...coverages), unit: '' },
  { what: 'this: MASE in the worst suite', value: worst('mase'), unit: 'x ETS' },
  { what: 'this: MSIS in the worst suite', value: worst('msis'), unit: 'x ETS' },
  ...rowsOf('all-knowing, the floor', 'floor'),
  { what: 'a series', value: milliseconds / (64 * seeds.length), unit: 'ms' },
]);
