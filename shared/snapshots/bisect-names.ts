import { comparePaths } from './compare-names.ts';

/** What an ordered store can tell of the paths `from <= path < below` without reading what stands there. */
export interface CountedNames {
  /** The first of them. */
  first(from: string, below: string): Promise<string | undefined>;
  /** How many there are; with `most`, no more than that are counted. */
  count(from: string, below: string, most?: number): Promise<number>;
}

export interface BisectOptions {
  readonly size: number;
  readonly most: number;
}

/** A range may be larger or smaller than another by this share of it: each further halving costs one more count. */
const TOLERANCE = 0.1;
/** Names share beginnings, which take some six halvings a character. */
const MOST_STEPS = 200;

interface Edge {
  readonly path: string;
  /** How many documents stand before it. */
  readonly rank: number;
}

/**
 * Paths between ranges of about equal size, found by halving the space of names: no range is ever read. None when there
 * are at most `size` documents. Names of whatever form are cut; those that cannot be parted stay together.
 */
export async function bisectNames(
  names: CountedNames,
  [from, below]: readonly [string, string],
  { size, most }: BisectOptions,
): Promise<string[]> {
  if ((await names.count(from, below, size + 1)) <= size) return [];
  const total = await names.count(from, below);
  const ranges = Math.min(most, Math.ceil(total / size));
  const slack = Math.max(1, (total / ranges) * TOLERANCE);
  const first = await names.first(from, below);
  if (first === undefined) return [];
  const cutBetween = async (low: Edge, high: Edge, begin: number, end: number): Promise<Edge[]> => {
    if (end - begin < 2) return [];
    const middle = Math.floor((begin + end) / 2);
    const cut = await findCut(names, low, high, (total * middle) / ranges, slack);
    if (cut === undefined) return [];
    const halves = await Promise.all([cutBetween(low, cut, begin, middle), cutBetween(cut, high, middle, end)]);
    return [...(halves[0] ?? []), cut, ...(halves[1] ?? [])];
  };
  const cuts = await cutBetween({ path: first, rank: 0 }, { path: below, rank: total }, 0, ranges);
  return [...new Set(cuts.map(({ path }) => path))].sort(comparePaths);
}

async function findCut(
  names: CountedNames,
  from: Edge,
  to: Edge,
  target: number,
  slack: number,
): Promise<Edge | undefined> {
  let [low, high] = [from, to];
  let best: Edge | undefined;
  for (let step = 0; step < MOST_STEPS; step++) {
    const probe = pathBetween(low.path, high.path);
    if (probe === undefined) break;
    const found = await names.first(probe, high.path);
    if (found === undefined) {
      high = { path: probe, rank: high.rank };
      continue;
    }
    const edge = { path: found, rank: low.rank + (await names.count(low.path, found)) };
    if (best === undefined || Math.abs(edge.rank - target) < Math.abs(best.rank - target)) best = edge;
    if (Math.abs(edge.rank - target) <= slack) return edge;
    // Between the probe and what was found there is nothing: the probe is the nearer end.
    if (edge.rank < target) low = edge;
    else high = { path: probe, rank: edge.rank };
  }
  return best;
}

/** Printable ASCII characters are digits; `/`, which ends a segment, comes before all, and beyond ASCII all count as one. */
const CHARACTERS = [
  '/',
  ...Array.from({ length: 0x5e }, (_, at) => String.fromCharCode(0x21 + at)).filter((c) => c !== '/'),
];
const DIGIT_OF = new Map(CHARACTERS.map((character, digit) => [character, digit]));
const BEYOND = CHARACTERS.length;
const BASE = BigInt(BEYOND + 1);
const DIGITS = 12;

function digitOf(character: string | undefined): number {
  if (character === undefined) return 0;
  return DIGIT_OF.get(character) ?? (character < '!' ? 1 : BEYOND);
}

function sumOf(characters: readonly string[]): bigint {
  let sum = 0n;
  for (let at = 0; at < DIGITS; at++) sum = sum * BASE + BigInt(digitOf(characters[at]));
  return sum;
}

/** A path about in the middle between two others that a store takes for a document's; undefined when there is none. */
export function pathBetween(low: string, high: string): string | undefined {
  const [a, b] = [[...low], [...high]];
  let common = 0;
  while (common < a.length && a[common] === b[common]) common++;
  const [lower, upper] = [a.slice(common), b.slice(common)];
  const areBeyond = digitOf(lower[0]) === BEYOND && digitOf(upper[0]) === BEYOND;
  const middle = areBeyond ? middleBeyond(lower, upper[0] ?? '') : textOf((sumOf(lower) + sumOf(upper)) / 2n, lower);
  const text = `${a.slice(0, common).join('')}${middle}`.replace(/\/{2,}/g, '/').replace(/\/$/, '');
  const path = text.split('/').length % 2 === 0 ? text : `${text}/!`;
  const isUsable = !path.split('/').some((segment) => segment === '.' || segment === '..' || /^__.*__$/.test(segment));
  return isUsable && comparePaths(low, path) < 0 && comparePaths(path, high) < 0 ? path : undefined;
}

function textOf(value: bigint, lower: readonly string[]): string {
  const digits: number[] = [];
  for (let rest = value; digits.length < DIGITS; rest /= BASE) digits.unshift(Number(rest % BASE));
  let text = '';
  let isLower = true;
  for (const [at, digit] of digits.entries()) {
    const own = lower[at];
    // As long as it runs along the lower path, its very characters are kept where a digit stands for many.
    const keeps: boolean = isLower && own !== undefined && digit === digitOf(own);
    text += keeps ? own : (CHARACTERS[digit] ?? '\u0080');
    isLower &&= keeps;
  }
  return text;
}

/** Between two characters beyond ASCII; when there is none, behind the lower one. */
function middleBeyond(lower: readonly string[], upper: string): string {
  const [first = '', ...rest] = lower;
  const [low, high] = [first.codePointAt(0) ?? 0, upper.codePointAt(0) ?? 0];
  const middle = Math.floor((low + high) / 2);
  const isSurrogate = middle >= 0xd800 && middle < 0xe000;
  if (middle > low) return isSurrogate ? '\ue000' : String.fromCodePoint(middle);
  const behind = Array.from({ length: DIGITS }, () => '\u{10ffff}');
  return `${first}${textOf((sumOf(rest) + sumOf(behind)) / 2n, rest)}`;
}
