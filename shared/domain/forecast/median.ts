/** Numbers beside each other that are needed for a moment and by one at a time: a forecast needs millions, none of them later. */
export class Scratch {
  #numbers = new Float64Array(1024);

  /** Room for so many, whatever stands in it. */
  take(count: number): Float64Array {
    if (count > this.#numbers.length) this.#numbers = new Float64Array(2 ** Math.ceil(Math.log2(count)));
    return this.#numbers.subarray(0, count);
  }
}

const scratch = new Scratch();

/** The median of values known to be finite; asked for some hundred thousand times a review, so nothing is checked again. */
export function medianOf(values: Float64Array | readonly number[]): number {
  const copy = scratch.take(values.length);
  copy.set(values);
  return medianInPlace(copy);
}

/** By halving what is looked at (Hoare's selection): half the values need no order among themselves. Changes their order. */
export function medianInPlace(values: Float64Array): number {
  const upper = values.length >> 1;
  const high = select(values, upper);
  if (values.length % 2 === 1) return high;
  let low = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < upper; i++) low = Math.max(low, values[i] as number);
  return (low + high) / 2;
}

function select(values: Float64Array, rank: number): number {
  let [left, right] = [0, values.length - 1];
  while (left < right) {
    const pivot = middleOf(values[left] as number, values[(left + right) >> 1] as number, values[right] as number);
    let [i, j] = [left, right];
    while (i <= j) {
      while ((values[i] as number) < pivot) i++;
      while ((values[j] as number) > pivot) j--;
      if (i > j) break;
      const swapped = values[i] as number;
      values[i++] = values[j] as number;
      values[j--] = swapped;
    }
    if (rank <= j) right = j;
    else if (rank >= i) left = i;
    else break;
  }
  return values[rank] as number;
}

const middleOf = (a: number, b: number, c: number): number => Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
