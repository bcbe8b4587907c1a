import { requireNumbers, tieSizes } from './checks.ts';
import { twoSidedP } from './normal.ts';

export type MannKendall = {
  /** Rising pairs minus falling pairs. */
  s: number;
  /** Standard normal statistic with continuity correction; 0 when s is 0. */
  z: number;
  /** Two-sided, normal approximation. */
  p: number;
  /** Kendall's tau-b, from -1 to 1: ties in ys are taken out of the denominator. */
  tau: number;
};

/**
 * Mann-Kendall test for a monotonic trend in values taken in order, with the variance corrected for ties
 * (Kendall 1975) and the continuity correction: equal to `mk.test` of R's trend package. Constant values give
 * s = 0, z = 0, p = 1, tau = 0: no trend is known, and none is claimed.
 * @throws RangeError for fewer than 3 values or a value that is not finite
 */
export function mannKendall(ys: ArrayLike<number>): MannKendall {
  requireNumbers('mannKendall', ys, 3);
  const n = ys.length;
  let s = 0;
  for (let later = 1; later < n; later++) {
    for (let earlier = 0; earlier < later; earlier++) s += Math.sign((ys[later] as number) - (ys[earlier] as number));
  }
  let variance18 = n * (n - 1) * (2 * n + 5);
  let tiedPairs = 0;
  for (const size of tieSizes(ys)) {
    variance18 -= size * (size - 1) * (2 * size + 5);
    tiedPairs += (size * (size - 1)) / 2;
  }
  // A sign of zero would be -0 for some inputs; adding 0 makes the answer for "no trend" one value.
  s += 0;
  if (s === 0) return { s: 0, z: 0, p: 1, tau: 0 };
  const z = (s - Math.sign(s)) / Math.sqrt(variance18 / 18) + 0;
  const pairs = (n * (n - 1)) / 2;
  return { s, z, p: twoSidedP(z), tau: s / (Math.sqrt(pairs - tiedPairs) * Math.sqrt(pairs)) };
}
