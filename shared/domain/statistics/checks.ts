/**
 * What every function of this folder refuses. A statistic of nothing, or of a value that is not a number, would
 * come out as NaN and be drawn as a gap in a report, which a reader takes for "no problem".
 */

/** Throws RangeError naming the place of the first value that is not a finite number, or that there are too few. */
export function requireNumbers(what: string, xs: ArrayLike<number>, atLeast = 1): void {
  if (typeof xs !== 'object' || xs === null || typeof xs.length !== 'number') {
    throw new TypeError(`${what}: ${String(xs)} is not a list of numbers`);
  }
  if (xs.length < atLeast) {
    throw new RangeError(`${what}: ${xs.length} values, at least ${atLeast} are needed`);
  }
  for (let i = 0; i < xs.length; i++) {
    if (!Number.isFinite(xs[i])) {
      throw new RangeError(`${what}: value ${String(xs[i])} at index ${i} is not a finite number`);
    }
  }
}

/** Throws RangeError unless the value lies strictly between 0 and 1, as a confidence must. */
export function requireConfidence(what: string, confidence: number): void {
  if (!(confidence > 0 && confidence < 1)) {
    throw new RangeError(`${what}: confidence ${confidence} is not between 0 and 1 (0.95 means 95 %)`);
  }
}

export function requireSameLength(what: string, xs: ArrayLike<number>, ys: ArrayLike<number>): void {
  if (xs.length !== ys.length) {
    throw new RangeError(`${what}: ${xs.length} xs but ${ys.length} ys`);
  }
}

/** A sorted copy; typed, so that the sort is numeric and holds eight bytes a value. */
export function sorted(xs: ArrayLike<number>): Float64Array {
  return Float64Array.from(xs).sort();
}

export function medianOfSorted(xs: ArrayLike<number>): number {
  const upper = Math.floor(xs.length / 2);
  const high = xs[upper] as number;
  return xs.length % 2 === 1 ? high : ((xs[upper - 1] as number) + high) / 2;
}

/** How often each value occurs that occurs more than once: the tie groups of a rank statistic. */
export function tieSizes(xs: ArrayLike<number>): number[] {
  const counts = new Map<number, number>();
  for (let i = 0; i < xs.length; i++) {
    const x = xs[i] as number;
    counts.set(x, (counts.get(x) ?? 0) + 1);
  }
  return [...counts.values()].filter((count) => count > 1);
}
