import { requireNumbers } from './checks.ts';

export type HoltWintersOptions = {
  /** Smoothing of the level, above 0 up to 1. */
  alpha: number;
  /** Smoothing of the trend, 0 to 1. */
  beta: number;
  /** Smoothing of the season, 0 to 1. */
  gamma: number;
  /** Values in a season, at least 2: 7 for days with a weekly rhythm. */
  season: number;
};

export type HoltWinters = {
  /** Level, trend a step and seasonal terms (the next value's first) after the last value. */
  level: number;
  trend: number;
  seasonal: number[];
  /** One-step-ahead predictions of ys[season], ys[season + 1], ... */
  fitted: number[];
  /** Sum of their squared errors. */
  sse: number;
  /** What the recursions say of the next `horizon` values. */
  ahead(horizon: number): number[];
};

type State = { level: number; trend: number; seasonal: number[] };

/** Trend of the first two seasons by a centred moving average; the ends of an even window weigh half. */
function movingAverage(ys: ArrayLike<number>, season: number): number[] {
  const half = Math.floor(season / 2);
  const averages: number[] = [];
  for (let centre = half; centre + half < 2 * season; centre++) {
    let total = 0;
    for (let offset = -half; offset <= half; offset++) {
      const isHalfWeighted = season % 2 === 0 && Math.abs(offset) === half;
      total += (ys[centre + offset] as number) * (isHalfWeighted ? 0.5 : 1);
    }
    averages.push(total / season);
  }
  return averages;
}

/** Start values as R's HoltWinters takes them: a line through the averages, centred seasonal means of the rest. */
function startState(ys: ArrayLike<number>, season: number): State {
  const averages = movingAverage(ys, season);
  const n = averages.length;
  const middle = (n + 1) / 2;
  const mean = averages.reduce((total, value) => total + value, 0) / n;
  let covariance = 0;
  let variance = 0;
  averages.forEach((value, i) => {
    covariance += (i + 1 - middle) * (value - mean);
    variance += (i + 1 - middle) ** 2;
  });
  const trend = covariance / variance;

  const offset = Math.floor(season / 2);
  const figure = Array.from({ length: season }, (_, place) => {
    const rests = averages.flatMap((value, i) =>
      (i + offset) % season === place ? [(ys[i + offset] as number) - value] : [],
    );
    return rests.reduce((total, value) => total + value, 0) / rests.length;
  });
  const figureMean = figure.reduce((total, value) => total + value, 0) / season;
  return { level: mean - trend * middle, trend, seasonal: figure.map((value) => value - figureMean) };
}

function requireShare(name: string, value: number, isZeroAllowed: boolean): void {
  if (!(value <= 1 && (isZeroAllowed ? value >= 0 : value > 0))) {
    throw new RangeError(
      `holtWinters: ${name} ${value} is not ${isZeroAllowed ? 'from 0 to 1' : 'above 0 and up to 1'}`,
    );
  }
}

/**
 * Additive Holt-Winters recursions with fixed parameters, equal to R's `HoltWinters(ts(ys, frequency = season),
 * alpha, beta, gamma)`: start values from the first two seasons, recursions from the second season on.
 * @throws RangeError for fewer than two seasons, values that are not finite, parameters out of range
 */
export function holtWinters(ys: ArrayLike<number>, options: HoltWintersOptions): HoltWinters {
  const { alpha, beta, gamma, season } = options;
  if (!Number.isSafeInteger(season) || season < 2) {
    throw new RangeError(`holtWinters: season ${season} is not a whole number of at least 2`);
  }
  requireNumbers('holtWinters', ys, 2 * season);
  requireShare('alpha', alpha, false);
  requireShare('beta', beta, true);
  requireShare('gamma', gamma, true);

  let { level, trend, seasonal } = startState(ys, season);
  const fitted: number[] = [];
  let sse = 0;
  for (let i = season; i < ys.length; i++) {
    const y = ys[i] as number;
    const term = seasonal[0] as number;
    const predicted = level + trend + term;
    fitted.push(predicted);
    sse += (y - predicted) ** 2;
    const nextLevel = alpha * (y - term) + (1 - alpha) * (level + trend);
    trend = beta * (nextLevel - level) + (1 - beta) * trend;
    level = nextLevel;
    seasonal = [...seasonal.slice(1), gamma * (y - level) + (1 - gamma) * term];
  }
  const ahead = (horizon: number): number[] =>
    Array.from({ length: horizon }, (_, h) => level + (h + 1) * trend + (seasonal[h % season] as number));
  return { level, trend, seasonal, fitted, sse, ahead };
}
