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

/**
 * True when two versions differ in one of the plain numbers they begin with (1.2.x and 1.3.x), which makes them unequal in
 * every order here. False says nothing. Lists of versions are long, and this needs neither a key nor memory.
 */
export function differInNumbers(a: string, b: string): boolean {
  let left = 0;
  let right = 0;
  for (;;) {
    const endLeft = endOfNumber(a, left);
    const endRight = endOfNumber(b, right);
    if (endLeft < 0 || endRight < 0) return false;
    if (numberIn(a, left, endLeft) !== numberIn(b, right, endRight)) return true;
    if (endLeft === a.length || endRight === b.length) return false;
    left = endLeft + 1;
    right = endRight + 1;
  }
}

/** Where a run of digits ends, if a dot or the end of the text follows it; an epoch or a letter does not. */
function endOfNumber(text: string, start: number): number {
  let end = start;
  while (end < text.length && text.charCodeAt(end) >= 48 && text.charCodeAt(end) <= 57) end += 1;
  // Longer numbers are not exact below.
  if (end === start || end - start > 15) return -1;
  return end === text.length || text[end] === '.' ? end : -1;
}

function numberIn(text: string, start: number, end: number): number {
  let value = 0;
  for (let index = start; index < end; index += 1) value = value * 10 + text.charCodeAt(index) - 48;
  return value;
}
