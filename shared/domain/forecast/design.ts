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
  const rowAt = (step: number): Float64Array => {
    const row = new Float64Array(size);
    row[0] = 1;
    // In units of the whole past, so that one penalty means the same for short and long histories.
    row[1] = clock(step);
    if (seasonTerms > 0) row[2 + (step % season)] = swell(step);
    steps.forEach((start, j) => {
      if (step < start) row[2 + seasonTerms + j] = 1;
    });
    return row;
  };
  return {
    rows: Array.from(at, rowAt),
    rowAt,
    size,
    slopeColumn: 1,
    seasonColumns: Array.from({ length: seasonTerms }, (_, i) => 2 + i),
  };
}

/** Which segment each observation lies in, counted from 0. */
export function segmentsOf({ at }: Observations, steps: readonly number[]): Int32Array {
  return at.map((step) => steps.filter((start) => start <= step).length);
}
