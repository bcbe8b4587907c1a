import { requireNumbers, sorted } from './checks.ts';

/** The nine definitions of Hyndman and Fan, "Sample Quantiles in Statistical Packages" (1996), numbered as in R. */
export type QuantileType = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;

/** R's tolerance for positions that rounding moved off a whole number. */
const FUZZ = 4 * Number.EPSILON;

/** Plotting-position constants (a, b) of the continuous types. */
const POSITIONS: Readonly<Record<4 | 5 | 6 | 8 | 9, readonly [a: number, b: number]>> = {
  4: [0, 1],
  5: [0.5, 0.5],
  6: [0, 0],
  8: [1 / 3, 1 / 3],
  9: [3 / 8, 3 / 8],
};

type Place = { below: number; weight: number };

/** Where the quantile lies: after the `below`-th smallest value (1-based), `weight` of the way to the next. */
function placeOf(n: number, p: number, type: QuantileType): Place {
  switch (type) {
    case 1:
      return stepPlace(n * p, (position, below) => (position > below ? 1 : 0));
    case 2:
      return stepPlace(n * p, (position, below) => (position > below ? 1 : 0.5));
    case 3:
      return stepPlace(n * p - 0.5, (position, below) => (position === below && below % 2 === 0 ? 0 : 1));
    case 7: {
      const position = 1 + (n - 1) * p;
      const below = Math.floor(position);
      return { below, weight: position - below };
    }
    case 4:
    case 5:
    case 6:
    case 8:
    case 9: {
      const [a, b] = POSITIONS[type];
      const position = a + p * (n + 1 - a - b);
      const below = Math.floor(position + FUZZ);
      const weight = position - below;
      return { below, weight: Math.abs(weight) < FUZZ ? 0 : weight };
    }
    default:
      throw new RangeError(`quantile: type ${String(type satisfies never)} is not one of 1 to 9`);
  }
}

function stepPlace(position: number, weight: (position: number, below: number) => number): Place {
  const below = Math.floor(position);
  return { below, weight: weight(position, below) };
}

/**
 * The p-quantile of the values, in their unit, equal to R's `quantile(xs, p, type = type)`.
 * @param p from 0 to 1
 * @param type which definition; 7 is R's and NumPy's default, 8 is nearly unbiased for the median of any distribution
 * @throws RangeError for no values, a value that is not finite, p outside 0..1, an unknown type
 */
export function quantile(xs: ArrayLike<number>, p: number, type: QuantileType = 7): number {
  requireNumbers('quantile', xs);
  if (!(p >= 0 && p <= 1)) throw new RangeError(`quantile: probability ${p} is not between 0 and 1`);
  const values = sorted(xs);
  const { below, weight } = placeOf(values.length, p, type);
  const at = (place: number): number => values[Math.min(Math.max(place, 1), values.length) - 1] as number;
  const low = at(below);
  const high = at(below + 1);
  // Equal neighbours, 0 and 1 are answered without arithmetic: (1 - h) * x + h * x need not be x.
  if (weight === 0 || low === high) return low;
  return weight === 1 ? high : (1 - weight) * low + weight * high;
}
