import { quantile } from '../../../shared/domain/statistics/index.ts';
import { HORIZON, randomFrom, SEASON, type Series } from './suite.ts';

export type Interval = { mean: readonly number[]; lower: readonly number[]; upper: readonly number[] };
export type Score = { mase: number; msis: number; coverage: number };

const average = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0) / values.length;

/** Mean absolute error of saying "as a season ago" over the past: the unit of MASE and MSIS (M4 competition). */
export function seasonalNaiveError(past: readonly number[], season = SEASON): number {
  return average(past.slice(season).map((value, i) => Math.abs(value - (past[i] as number))));
}

/** Scores one forecast of a confidence of `1 - alpha`. */
export function scoreOf({ past, future }: Series, { mean, lower, upper }: Interval, alpha = 0.05): Score {
  const unit = seasonalNaiveError(past);
  const misses = future.map((value, h) => {
    const [low, high] = [lower[h] as number, upper[h] as number];
    return high - low + (2 / alpha) * (Math.max(0, low - value) + Math.max(0, value - high));
  });
  return {
    mase: average(future.map((value, h) => Math.abs(value - (mean[h] as number)))) / unit,
    msis: average(misses) / unit,
    coverage: average(
      future.map((value, h) => (value >= (lower[h] as number) && value <= (upper[h] as number) ? 1 : 0)),
    ),
  };
}

export function meanScore(scores: readonly Score[]): Score {
  return {
    mase: average(scores.map(({ mase }) => mase)),
    msis: average(scores.map(({ msis }) => msis)),
    coverage: average(scores.map(({ coverage }) => coverage)),
  };
}

/** The forecast everybody has for nothing: a season ago, with the spread of the seasonal differences. */
export function seasonalNaive(past: readonly number[]): Interval {
  const squares = past.slice(SEASON).map((value, i) => (value - (past[i] as number)) ** 2);
  const sigma = Math.sqrt(average(squares));
  const mean = Array.from({ length: HORIZON }, (_, h) => past[past.length - SEASON + (h % SEASON)] as number);
  const half = mean.map((_, h) => 1.959964 * sigma * Math.sqrt(Math.floor(h / SEASON) + 1));
  return {
    mean,
    lower: mean.map((m, h) => m - (half[h] as number)),
    upper: mean.map((m, h) => m + (half[h] as number)),
  };
}

/** What somebody would say who knew the law of the series, and only the chance of each day not. */
export function allKnowing({ redraw }: Series, seed = 1): Interval {
  const random = randomFrom(seed);
  const drawn = Array.from({ length: HORIZON }, (_, h) => Array.from({ length: 2000 }, () => redraw(h + 1, random)));
  const at = (p: number): number[] => drawn.map((values) => quantile(values, p));
  return { mean: at(0.5), lower: at(0.025), upper: at(0.975) };
}
