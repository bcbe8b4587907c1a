import { medianOfSorted, requireConfidence, requireNumbers, requireSameLength, sorted, tieSizes } from './checks.ts';
import { normalQuantile } from './normal.ts';

export type TheilSen = {
  /** ys' unit per unit of xs */
  slope: number;
  intercept: number;
  /** Interval of the slope at the asked confidence. */
  lower: number;
  upper: number;
};

function pairSlopes(xs: ArrayLike<number>, ys: ArrayLike<number>): Float64Array {
  const slopes = new Float64Array((xs.length * (xs.length - 1)) / 2);
  let count = 0;
  for (let i = 1; i < xs.length; i++) {
    for (let j = 0; j < i; j++) {
      const run = (xs[i] as number) - (xs[j] as number);
      if (run !== 0) slopes[count++] = ((ys[i] as number) - (ys[j] as number)) / run;
    }
  }
  return slopes.subarray(0, count).sort();
}

const tieTerm = (size: number): number => size * (size - 1) * (2 * size + 5);
const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

/** Half to even, as the reference implementations round a rank. */
function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

/**
 * The median of the slopes through all pairs of points with different x; the intercept is
 * median(ys) - slope * median(xs) (Conover). The interval takes the slopes at the ranks of Sen (1968), equation 2.6,
 * with ties in both variables: equal to `scipy.stats.theilslopes` and to `sens.slope` of R's trend package. Where ties
 * are so many that this variance is not positive, the interval is the whole range of slopes: nothing narrower is known.
 * Time and memory grow with the square of the number of points (a year of days: 66,430 slopes).
 * @param xs real time, so that missing days count
 * @throws RangeError for fewer than 2 points, values that are not finite, all xs equal
 */
export function theilSen(xs: ArrayLike<number>, ys: ArrayLike<number>, confidence: number): TheilSen {
  requireSameLength('theilSen', xs, ys);
  requireNumbers('theilSen xs', xs, 2);
  requireNumbers('theilSen ys', ys, 2);
  requireConfidence('theilSen', confidence);
  const slopes = pairSlopes(xs, ys);
  if (slopes.length === 0) throw new RangeError(`theilSen: all ${xs.length} xs are equal, so there is no slope`);

  const slope = medianOfSorted(slopes);
  const intercept = medianOfSorted(sorted(ys)) - slope * medianOfSorted(sorted(xs));
  const n = xs.length;
  const variance = (n * (n - 1) * (2 * n + 5) - sum(tieSizes(xs).map(tieTerm)) - sum(tieSizes(ys).map(tieTerm))) / 18;
  const last = slopes.length - 1;
  const spread = variance >= 0 ? -normalQuantile((1 - confidence) / 2) * Math.sqrt(variance) : Number.POSITIVE_INFINITY;
  const lowRank = Math.max(roundHalfEven((slopes.length - spread) / 2) - 1, 0);
  const highRank = Math.min(roundHalfEven((slopes.length + spread) / 2), last);
  return {
    slope,
    intercept,
    lower: slopes[Math.min(lowRank, last)] as number,
    upper: slopes[Math.max(highRank, 0)] as number,
  };
}
