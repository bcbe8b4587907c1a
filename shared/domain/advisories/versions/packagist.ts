import { compareDigits, compareNumbers, isDigits, type VersionOrder } from './order.ts';

/**
 * Composer: the version is normalised (leading v and build dropped, numbers padded: 1.0 = 1.0.0.0), the rest compares by
 * PHP's version_compare. https://getcomposer.org/doc/articles/versions.md, https://www.php.net/version_compare
 */
export interface PackagistKey {
  readonly numbers: readonly string[];
  readonly rest: readonly string[];
}

/** PHP looks at how a word begins, in this order: `post1` and `patch1` are both `p`. */
const RANKS: readonly (readonly [beginning: string, rank: number])[] = [
  ['dev', 0],
  ['a', 1],
  ['b', 2],
  ['rc', 3],
  ['p', 5],
];
const NUMBER_RANK = 4;
const UNKNOWN_RANK = -1;

export const packagistOrder: VersionOrder<PackagistKey> = {
  name: 'Composer',
  equality: 'order',
  key(version) {
    const text = version
      .trim()
      .toLowerCase()
      .replace(/^v/, '')
      .replace(/\+.*$/s, '')
      .replace(/[-_.]?stable$/, '');
    // A branch (dev-main, 2.x-dev) moves: no order places what it holds today.
    if (!/^\d/.test(text) || /(?:^|[.])x(?:-|$)/.test(text)) return undefined;
    const tokens = text.match(/\d+|[a-z]+/g) ?? [];
    const firstWord = tokens.findIndex((token) => !isDigits(token));
    return firstWord < 0
      ? { numbers: tokens, rest: [] }
      : { numbers: tokens.slice(0, firstWord), rest: tokens.slice(firstWord) };
  },
  compare: (a, b) => compareNumbers(a.numbers, b.numbers) || compareRest(a.rest, b.rest),
};

function compareRest(a: readonly string[], b: readonly string[]): number {
  const length = Math.max(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const left = a[index];
    const right = b[index];
    if (left !== undefined && right !== undefined && isDigits(left) && isDigits(right)) {
      const difference = compareDigits(left, right);
      if (difference !== 0) return difference;
      continue;
    }
    // Where one ends, a further number is above it and a further word compares as if a number stood there.
    if (left === undefined && right !== undefined && isDigits(right)) return -1;
    if (right === undefined && left !== undefined && isDigits(left)) return 1;
    const difference = rank(left) - rank(right);
    if (difference !== 0) return difference;
  }
  return 0;
}

function rank(token: string | undefined): number {
  if (token === undefined || isDigits(token)) return NUMBER_RANK;
  return RANKS.find(([beginning]) => token.startsWith(beginning))?.[1] ?? UNKNOWN_RANK;
}
