import { compareDigits, compareText, isDigits, type VersionOrder } from './order.ts';

/** RubyGems: https://docs.ruby-lang.org/en/master/Gem/Version.html. A segment of letters makes a prerelease. */
const SHAPE = /^\d+(?:\.[0-9a-zA-Z]+)*(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;
const LOOSE = /^\d+[0-9A-Za-z.-]*$/;

export const rubygemsOrder: VersionOrder<readonly string[]> = {
  name: 'RubyGems',
  equality: 'order',
  key(version) {
    const text = version.trim();
    if (!SHAPE.test(text) && !LOOSE.test(text)) return undefined;
    return canonicalSegments(text.replaceAll('-', '.pre.'));
  },
  compare(a, b) {
    const length = Math.max(a.length, b.length);
    for (let index = 0; index < length; index += 1) {
      const difference = compareSegment(a[index] ?? '0', b[index] ?? '0');
      if (difference !== 0) return difference;
    }
    return 0;
  },
};

/** Zeros at the end of the release part and of the prerelease part mean nothing: 1.0 = 1, 1.0.0.a = 1.a. */
function canonicalSegments(text: string): string[] {
  const segments = text.match(/\d+|[A-Za-z]+/g) ?? [];
  const firstLetters = segments.findIndex((segment) => !isDigits(segment));
  if (firstLetters < 0) return withoutTrailingZeros(segments);
  return [
    ...withoutTrailingZeros(segments.slice(0, firstLetters)),
    ...withoutTrailingZeros(segments.slice(firstLetters)),
  ];
}

function withoutTrailingZeros(segments: readonly string[]): string[] {
  let end = segments.length;
  while (end > 0 && /^0+$/.test(segments[end - 1] as string)) end -= 1;
  return segments.slice(0, end);
}

function compareSegment(a: string, b: string): number {
  const isNumberA = isDigits(a);
  const isNumberB = isDigits(b);
  if (isNumberA && isNumberB) return compareDigits(a, b);
  if (isNumberA !== isNumberB) return isNumberA ? 1 : -1;
  return compareText(a, b);
}
