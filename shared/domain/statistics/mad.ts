import { medianOfSorted, requireNumbers, sorted } from './checks.ts';

/** For normal values, the median absolute deviation times this estimates the standard deviation: 1 / z(0.75). */
export const MAD_TO_SIGMA = 1.482602218505602;

/**
 * The median and the median absolute deviation from it, both in the values' unit and unscaled (R's `mad` with
 * constant = 1, SciPy's `median_abs_deviation`): one outlier moves neither.
 * @throws RangeError for no values or a value that is not finite
 */
export function mad(xs: ArrayLike<number>): { median: number; mad: number } {
  requireNumbers('mad', xs);
  const median = medianOfSorted(sorted(xs));
  const deviations = Float64Array.from(xs, (x) => Math.abs(x - median)).sort();
  return { median, mad: medianOfSorted(deviations) };
}
