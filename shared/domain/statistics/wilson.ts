import { requireConfidence } from './checks.ts';
import { normalQuantile } from './normal.ts';

/**
 * Wilson's score interval (1927, without continuity correction) for a share of k out of n, as numbers from 0 to 1.
 * Its lower bound is what a success rate proves: 7 of 7 proves 64.6 % at 95 %, not 100 %.
 * @param confidence two-sided, 0.95 means 95 %
 * @throws RangeError unless k and n are whole numbers with 0 <= k <= n and n >= 1
 */
export function wilson(k: number, n: number, confidence: number): { lower: number; upper: number } {
  if (!Number.isSafeInteger(n) || n < 1) throw new RangeError(`wilson: n ${n} is not a whole number of at least 1`);
  if (!Number.isSafeInteger(k) || k < 0 || k > n) {
    throw new RangeError(`wilson: k ${k} is not a whole number from 0 to n = ${n}`);
  }
  requireConfidence('wilson', confidence);
  const z2 = normalQuantile((1 - confidence) / 2) ** 2;
  const centre = (k + z2 / 2) / (n + z2);
  const half = Math.sqrt(z2 * ((k * (n - k)) / n + z2 / 4)) / (n + z2);
  // At the ends the bound is exactly 0 or 1; the difference of two equal roundings is not.
  return { lower: k === 0 ? 0 : centre - half, upper: k === n ? 1 : centre + half };
}
