/**
 * The first byte of an encoded value. Doubles and integers have tags of their own, so 3.0 and 3 never meet. A double
 * that is a short decimal is kept as that decimal (mantissa and power of ten): the same bits in fewer, better
 * compressible bytes; every other double as its eight bytes. From `SHORT_STRING` on, the tag itself is the byte count
 * of a string.
 */
export const TAG = {
  null: 0,
  false: 1,
  true: 2,
  integer: 3,
  wideInteger: 4,
  double: 5,
  timestamp: 6,
  string: 7,
  bytes: 8,
  reference: 9,
  geoPoint: 10,
  array: 11,
  map: 12,
  /** 16 + n, n = 0..MAX_DECIMALS: the double is mantissa / 10^n. */
  decimal: 16,
  shortString: 64,
} as const;

/** Ten to this power, and every mantissa up to 2^53, is exact in a double, so their quotient is correctly rounded. */
export const MAX_DECIMALS = 15;
export const LONGEST_SHORT_STRING = 255 - TAG.shortString;

export const POWERS_OF_TEN: readonly number[] = Array.from({ length: MAX_DECIMALS + 1 }, (_, n) => 10 ** n);

/** Mantissas are kept below this: fifteen digits always come back as the same double. */
export const MANTISSA_LIMIT = 1e15;
