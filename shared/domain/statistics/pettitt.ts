import { requireNumbers } from './checks.ts';

export type Pettitt = {
  /** Largest absolute rank sum difference between the part before and the part after. */
  k: number;
  /** How many values stand before the step: the 0-based index of the first value after it. The earliest, if several. */
  index: number;
  /** Two-sided, by Pettitt's approximation, which is good below 0.5; never above 1. */
  p: number;
};

/** Ranks from 1, tied values share the mean of their ranks. */
function ranks(ys: ArrayLike<number>): Float64Array {
  const order = Uint32Array.from({ length: ys.length }, (_, i) => i).sort(
    (a, b) => (ys[a] as number) - (ys[b] as number),
  );
  const result = new Float64Array(ys.length);
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && ys[order[end] as number] === ys[order[start] as number]) end++;
    for (let place = start; place < end; place++) result[order[place] as number] = (start + end + 1) / 2;
    start = end;
  }
  return result;
}

/**
 * Pettitt's rank test (1979) for one step in the level of values taken in order: equal to `pettitt.test` of R's
 * trend package. A trend makes a step too: take the trend out first where there may be one.
 * @throws RangeError for fewer than 2 values or a value that is not finite
 */
export function pettitt(ys: ArrayLike<number>): Pettitt {
  requireNumbers('pettitt', ys, 2);
  const n = ys.length;
  const rank = ranks(ys);
  let k = 0;
  let index = 1;
  let rankSum = 0;
  for (let before = 1; before < n; before++) {
    rankSum += rank[before - 1] as number;
    const u = Math.abs(2 * rankSum - before * (n + 1));
    if (u > k) {
      k = u;
      index = before;
    }
  }
  return { k, index, p: Math.min(1, 2 * Math.exp((-6 * k * k) / (n ** 3 + n ** 2))) };
}
