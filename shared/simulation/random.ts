/**
 * Randomness that hangs on names instead of on an order: the same key gives the same draw whatever else happened, so
 * that leaving one fault out leaves the others where they were.
 */

/** Two 32-bit numbers to one, well spread (the finaliser of MurmurHash3). */
export function mix(a: number, b: number): number {
  let h = Math.imul(a ^ Math.imul(b + 0x9e3779b9, 0x85ebca6b), 0xc2b2ae35);
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** FNV-1a, then mixed with the seed. */
export function hashText(text: string, seed: number): number {
  let h = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) h = Math.imul(h ^ text.charCodeAt(index), 0x01000193);
  return mix(h >>> 0, seed);
}

/** In [0, 1). */
export const unit = (hash: number): number => hash / 2 ** 32;

/** A stream of draws from one seed. */
export class Dice {
  readonly #seed: number;
  #drawn = 0;

  constructor(seed: number) {
    this.#seed = seed >>> 0;
  }

  next(): number {
    return unit(mix(this.#seed, this.#drawn++));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** From `low` up to and without `high`. */
  between(low: number, high: number): number {
    return low + this.next() * (high - low);
  }

  pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.next() * list.length)] as T;
  }
}
