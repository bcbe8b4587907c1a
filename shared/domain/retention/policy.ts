import type { Period } from './bucket.ts';
import { type Duration, isZero, parseDuration } from './duration.ts';

/** How many to keep; 0 switches the rule off, 'unlimited' keeps one of every span for ever. */
export type KeepCount = number | 'unlimited';

/** restic's `forget --keep-*` rules. A snapshot stays when any one of them asks for it. */
export type RetentionPolicy = {
  keepLast?: KeepCount | undefined;
  keepHourly?: KeepCount | undefined;
  keepDaily?: KeepCount | undefined;
  keepWeekly?: KeepCount | undefined;
  keepMonthly?: KeepCount | undefined;
  keepYearly?: KeepCount | undefined;
  /** Everything newer than this before the latest snapshot. */
  keepWithin?: string | undefined;
  keepWithinHourly?: string | undefined;
  keepWithinDaily?: string | undefined;
  keepWithinWeekly?: string | undefined;
  keepWithinMonthly?: string | undefined;
  keepWithinYearly?: string | undefined;
  /** Keeps what carries all tags of at least one of the lists; the list `['']` means "has no tags". */
  keepTags?: readonly (readonly string[])[] | undefined;
};

export type CountRule = { kind: 'count'; period: Period | 'last'; count: number };
export type WithinRule = { kind: 'within'; period: Period | 'all'; within: Duration };
export type Rule = CountRule | WithinRule;
export type ParsedPolicy = { tagLists: readonly (readonly string[])[]; rules: readonly Rule[] };

const COUNTS: readonly (readonly [keyof RetentionPolicy, CountRule['period']])[] = [
  ['keepLast', 'last'],
  ['keepHourly', 'hourly'],
  ['keepDaily', 'daily'],
  ['keepWeekly', 'weekly'],
  ['keepMonthly', 'monthly'],
  ['keepYearly', 'yearly'],
];
const WITHINS: readonly (readonly [keyof RetentionPolicy, WithinRule['period']])[] = [
  ['keepWithin', 'all'],
  ['keepWithinHourly', 'hourly'],
  ['keepWithinDaily', 'daily'],
  ['keepWithinWeekly', 'weekly'],
  ['keepWithinMonthly', 'monthly'],
  ['keepWithinYearly', 'yearly'],
];
const KNOWN: ReadonlySet<string> = new Set([...COUNTS, ...WITHINS].map(([name]) => name).concat('keepTags'));

function parseCount(value: unknown, name: string): number {
  if (value === 'unlimited') return Number.POSITIVE_INFINITY;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new RangeError(
    `${name}: ${JSON.stringify(value) ?? String(value)} is not allowed; allowed are whole numbers from 0 and 'unlimited'`,
  );
}

function parseTagLists(value: unknown): string[][] {
  const isTagLists =
    Array.isArray(value) &&
    value.every((list) => Array.isArray(list) && list.length > 0 && list.every((tag) => typeof tag === 'string'));
  if (!isTagLists) {
    throw new RangeError(
      `keepTags: ${JSON.stringify(value)} is not allowed; allowed is a list of lists of at least one tag, like [["keep"]]`,
    );
  }
  return value as string[][];
}

/**
 * Only the rules that ask for something, in the order in which reasons are told.
 * @throws RangeError for an unknown rule, a negative count, a bad duration: a slip here deletes what should stay
 */
export function parsePolicy(policy: RetentionPolicy): ParsedPolicy {
  if (typeof policy !== 'object' || policy === null) throw new RangeError(`policy: ${String(policy)} is not an object`);
  for (const name of Object.keys(policy)) {
    if (!KNOWN.has(name))
      throw new RangeError(`policy: there is no rule ${name}; allowed are ${[...KNOWN].join(', ')}`);
  }
  const rules: Rule[] = [];
  for (const [name, period] of COUNTS) {
    const value = policy[name];
    const count = value === undefined ? 0 : parseCount(value, name);
    if (count > 0) rules.push({ kind: 'count', period, count });
  }
  for (const [name, period] of WITHINS) {
    const value = policy[name];
    const within = value === undefined ? undefined : parseDuration(value, name);
    if (within !== undefined && !isZero(within)) rules.push({ kind: 'within', period, within });
  }
  // restic tells the reason "within" before those of the counting rules.
  const [all, others] = [rules.filter((rule) => rule.period === 'all'), rules.filter((rule) => rule.period !== 'all')];
  return { tagLists: policy.keepTags === undefined ? [] : parseTagLists(policy.keepTags), rules: [...all, ...others] };
}
