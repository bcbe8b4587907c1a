import { type TrendClock, trendClock } from './trend-clock.ts';

/**
 * What was observed: `at` counts steps from the first value, so that missing days keep their place; `length` is how many
 * steps the past has, observed or not, and the forecast begins there; `clock` is the shape of the trend,
 * `swell` how large the season is at a step against the end of the past.
 */
export type Observations = {
  at: Int32Array;
  ys: Float64Array;
  length: number;
  clock: TrendClock;
  swell: (step: number) => number;
};

export function observationsOf(ys: ArrayLike<number | null>): Observations {
  const at: number[] = [];
  const values: number[] = [];
  for (let i = 0; i < ys.length; i++) {
    const y = ys[i];
    if (y === null || y === undefined) continue;
    at.push(i);
    values.push(y);
  }
  return {
    at: Int32Array.from(at),
    ys: Float64Array.from(values),
    length: ys.length,
    clock: trendClock(ys.length, 0),
    swell: () => 1,
  };
}
