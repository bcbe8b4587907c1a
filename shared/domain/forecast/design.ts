import type { Observations } from './observations.ts';

/**
 * The columns of the model: level at the end of the past, slope a step, one term per place in the season, and for each
 * earlier segment how far its level lay from the last one's.
 */
export type Design = {
  rows: Float64Array[];
  rowAt(step: number): Float64Array;
  size: number;
  slopeColumn: number;
  seasonColumns: readonly number[];
};

/** @param steps at which a new level begins, ascending */
export function designOf({ at, clock, swell }: Observations, season: number, steps: readonly number[]): Design {
  const seasonTerms = season > 1 ? season : 0;
  const size = 2 + seasonTerms + steps.length;
  const fill = (row: Float64Array, step: number): Float64Array => {
    row[0] = 1;
    // In units of the whole past, so that one penalty means the same for short and long histories.
    row[1] = clock(step);
    if (seasonTerms > 0) row[2 + (step % season)] = swell(step);
    steps.forEach((start, j) => {
      if (step < start) row[2 + seasonTerms + j] = 1;
    });
    return row;
  };
  // All rows lie in one array: a review makes thousands of designs.
  const all = new Float64Array(at.length * size);
  return {
    rows: Array.from(at, (step, i) => fill(all.subarray(i * size, (i + 1) * size), step)),
    rowAt: (step) => fill(new Float64Array(size), step),
    size,
    slopeColumn: 1,
    seasonColumns: Array.from({ length: seasonTerms }, (_, i) => 2 + i),
  };
}

/** Which segment each observation lies in, counted from 0. */
export function segmentsOf({ at }: Observations, steps: readonly number[]): Int32Array {
  return at.map((step) => steps.filter((start) => start <= step).length);
}
