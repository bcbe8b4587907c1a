import { medianOfSorted } from '../statistics/checks.ts';

/** The median of values known to be finite; asked for some hundred thousand times a review, so nothing is checked again. */
export function medianOf(values: Float64Array | readonly number[]): number {
  return medianOfSorted(new Float64Array(values).sort());
}
