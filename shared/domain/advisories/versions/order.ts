/**
 * How one ecosystem orders its versions. A key is computed once per string, because one range compares the same
 * installed version with every event.
 */
export interface VersionOrder<Key = unknown> {
  readonly name: string;
  /** Undefined when the string is no version of this ecosystem: nothing can be said about its place then. */
  key(version: string): Key | undefined;
  /** Negative, zero or positive, like `Array.prototype.sort` expects. */
  compare(a: Key, b: Key): number;
  /** How `affected[].versions` is matched: as published text, or by the ecosystem's own idea of equality. */
  readonly equality: 'text' | 'order';
}

/** Hostile records carry megabytes as one version; no registry publishes one this long. */
export const MAX_VERSION_LENGTH = 1024;

/** Compares runs of decimal digits of any length: calendar and hash-like numbers exceed 2^53. */
export function compareDigits(a: string, b: string): number {
  const left = withoutLeadingZeros(a);
  const right = withoutLeadingZeros(b);
  if (left.length !== right.length) return left.length - right.length;
  return left < right ? -1 : left > right ? 1 : 0;
}

function withoutLeadingZeros(digits: string): string {
  let start = 0;
  while (start < digits.length - 1 && digits.charCodeAt(start) === 48) start += 1;
  return start === 0 ? digits : digits.slice(start);
}

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function isDigits(text: string): boolean {
  if (text.length === 0) return false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < 48 || code > 57) return false;
  }
  return true;
}

/** Compares dotted numbers, a missing one counting as zero: 1.2 = 1.2.0. */
export function compareNumbers(a: readonly string[], b: readonly string[]): number {
  const length = Math.max(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const difference = compareDigits(a[index] ?? '0', b[index] ?? '0');
    if (difference !== 0) return difference;
  }
  return 0;
}
