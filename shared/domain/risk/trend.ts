import { backTest, forecast } from '../forecast/index.ts';
import { mad, mannKendall, pettitt, theilSen } from '../statistics/index.ts';
import { CONFIDENCE } from './phase-metrics.ts';
import { type DailySeries, dateAfter } from './series.ts';

/** A trend is told when chance alone would show one as clear less often than this. */
const TREND_P = 0.05;
/** A step is searched for at every place, so it takes more to be told; and this many points on each side. */
const STEP_P = 0.001;
const STEP_SIDE = 14;
/** Days: releases, batches and people have a weekly rhythm. */
const SEASON = 7;
/** Forecasts are tried out over a week: longer ones would need more past than most deployments have. */
const BACK_TEST_DAYS = 7;

export interface Trend {
  readonly series: DailySeries;
  readonly points: number;
  /** Why nothing is told; null when something is. */
  readonly abstained: string | null;
  readonly told: Told | null;
}

export interface Told {
  /** Theil-Sen, in the unit per day, with its interval. */
  readonly slope: { readonly perDay: number; readonly lower: number; readonly upper: number };
  /** Mann-Kendall, two-sided. */
  readonly p: number;
  readonly direction: 'rising' | 'falling' | 'steady';
  /** The first day after a step of the level, by Pettitt's test on what is left without the trend. */
  readonly step: { readonly date: string; readonly p: number } | null;
  /** From the day after the last value on. */
  readonly forecast: {
    readonly from: string;
    readonly mean: number[];
    readonly lower: number[];
    readonly upper: number[];
  };
  /** What such forecasts were worth in the past; null when the past is too short to try. */
  readonly backTest: { readonly days: number; readonly meanAbsoluteError: number; readonly coverage: number } | null;
}

/** What a series does over time, or that it cannot be told. `fewest`: points below which nothing is. */
export function trendOf(series: DailySeries, options: { readonly horizon: number; readonly fewest: number }): Trend {
  const observed = series.values.flatMap((value, day) => (value === null ? [] : [{ day, value }]));
  const abstain = (abstained: string): Trend => ({ series, points: observed.length, abstained, told: null });
  if (observed.length < options.fewest)
    return abstain(`${observed.length} values observed, at least ${options.fewest} are needed`);
  const days = observed.map(({ day }) => day);
  const values = observed.map(({ value }) => value);
  const answer = forecast(series.values, { season: SEASON, horizon: options.horizon, confidence: CONFIDENCE });
  if ('abstained' in answer) return abstain(answer.abstained);
  const line = theilSen(days, values, CONFIDENCE);
  const { p, s } = mannKendall(values);
  const slopes = p < TREND_P && (line.lower > 0 || line.upper < 0);
  const plain = stepOf(series, days, values);
  // One step of the level looks like a trend to a test of ranks: when nothing is left on either side, it was the step.
  const isStep = plain !== null && mannKendall(withoutStep(values, plain.index)).p >= TREND_P;
  const direction = !slopes || isStep ? 'steady' : s > 0 ? 'rising' : 'falling';
  const level = slopes ? observed.map(({ day, value }) => value - line.slope * day) : values;
  const step = isStep ? plain : stepOf(series, days, level);
  const from = dateAfter(series.firstDate, series.values.length);
  return {
    series,
    points: observed.length,
    abstained: null,
    told: {
      slope: { perDay: line.slope, lower: line.lower, upper: line.upper },
      p,
      direction,
      step: step === null ? null : { date: step.date, p: step.p },
      forecast: { from, ...answer },
      backTest: tried(series),
    },
  };
}

interface Step {
  readonly date: string;
  readonly p: number;
  readonly index: number;
}

function stepOf(series: DailySeries, days: readonly number[], level: readonly number[]): Step | null {
  if (level.length < 2 * STEP_SIDE) return null;
  const { index, p } = pettitt(level);
  const day = days[index];
  if (p >= STEP_P || day === undefined || index < STEP_SIDE || level.length - index < STEP_SIDE) return null;
  return { date: dateAfter(series.firstDate, day), p, index };
}

function withoutStep(values: readonly number[], index: number): number[] {
  const before = mad(values.slice(0, index)).median;
  const after = mad(values.slice(index)).median;
  return values.map((value, place) => value - (place < index ? before : after));
}

function tried(series: DailySeries): Told['backTest'] {
  const answer = backTest(series.values, {
    season: SEASON,
    horizon: BACK_TEST_DAYS,
    confidence: CONFIDENCE,
    origins: 4,
  });
  if ('abstained' in answer) return null;
  return { days: BACK_TEST_DAYS, meanAbsoluteError: answer.meanAbsoluteError, coverage: answer.coverage };
}

/** When the forecast passes a value; each null when it does not within the horizon. */
export interface Crossing {
  readonly likely: string | null;
  readonly earliest: string | null;
  readonly latest: string | null;
}

/** `worse: rising` passes from below, `falling` from above. */
export function crossingOf({ forecast: ahead }: Told, worse: DailySeries['worse'], limit: number): Crossing {
  const first = (values: readonly number[]): string | null => {
    const day = values.findIndex((value) => (worse === 'rising' ? value >= limit : value <= limit));
    return day < 0 ? null : dateAfter(ahead.from, day);
  };
  const [early, late] = worse === 'rising' ? [ahead.upper, ahead.lower] : [ahead.lower, ahead.upper];
  return { likely: first(ahead.mean), earliest: first(early), latest: first(late) };
}
