import { medianInPlace, medianOf, Scratch } from './median.ts';
import type { Observations } from './observations.ts';

const MOST_PAIRS = 30_000;
const scratch = new Scratch();

/**
 * Theil-Sen through pairs a whole number of seasons apart, so that the season cancels. Pairs on both sides of a known
 * step are left out. At most MOST_PAIRS and one for each value are taken, evenly by distance.
 */
function seasonFreeSlope({ at, ys, clock }: Observations, season: number, segmentOf: Int32Array): number {
  const slopes = scratch.take(MOST_PAIRS + at.length);
  let count = 0;
  const times = Array.from(at, clock);
  const pairs = (at.length * at.length) / (2 * season);
  const stride = Math.max(1, Math.ceil(pairs / MOST_PAIRS));
  for (let i = 0; i < at.length; i++) {
    for (let j = i - 1, met = 0; j >= 0; j--) {
      const run = (at[i] as number) - (at[j] as number);
      if (run % season !== 0 || segmentOf[i] !== segmentOf[j]) continue;
      if (met++ % stride === 0)
        slopes[count++] = ((ys[i] as number) - (ys[j] as number)) / ((times[i] as number) - (times[j] as number));
    }
  }
  return count < 3 ? 0 : medianInPlace(slopes.subarray(0, count));
}

/** A first fit that no outlier moves: slope, then level of each segment and weekday terms by medians in turn. */
export function robustStart(observations: Observations, season: number, segmentOf: Int32Array): Float64Array {
  const { at, ys, clock } = observations;
  const slope = seasonFreeSlope(observations, season, segmentOf);
  const rest = Float64Array.from(ys, (y, i) => y - slope * clock(at[i] as number));
  const placeOf = at.map((step) => step % season);
  for (let round = 0; round < 3; round++) {
    subtractMedians(rest, segmentOf);
    if (season > 1) subtractMedians(rest, placeOf);
  }
  return Float64Array.from(ys, (y, i) => y - (rest[i] as number));
}

function subtractMedians(rest: Float64Array, groupOf: Int32Array): void {
  const groups = new Map<number, number[]>();
  rest.forEach((value, i) => {
    const group = groupOf[i] as number;
    const members = groups.get(group);
    if (members === undefined) groups.set(group, [value]);
    else members.push(value);
  });
  const medians = new Map([...groups].map(([group, members]) => [group, medianOf(members)]));
  rest.forEach((value, i) => {
    rest[i] = value - (medians.get(groupOf[i] as number) as number);
  });
}
