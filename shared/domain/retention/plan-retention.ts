import { bucketOf } from './bucket.ts';
import { formatDuration } from './duration.ts';
import { calendar, earlier, type Instant, parseInstant } from './instant.ts';
import { type CountRule, parsePolicy, type RetentionPolicy, type WithinRule } from './policy.ts';

export type RetentionSnapshot = {
  id: string;
  /** RFC 3339 (to the nanosecond), a Date, or milliseconds since 1970 */
  time: string | number | Date;
  tags?: readonly string[] | null | undefined;
};

/** Both newest first; every kept snapshot has at least one reason. */
export type RetentionPlan = { keep: { id: string; reasons: string[] }[]; remove: string[] };

type Dated = { id: string; time: Instant; calendar: Date; tags: readonly string[] };
type Place = { snapshot: Dated; position: number; isOldest: boolean };
/** Says why the rule keeps the snapshot, or undefined; it remembers what it has kept so far. */
type Judge = (place: Place) => string | undefined;

function carriesAll(tags: readonly string[], wanted: readonly string[]): boolean {
  return wanted.every((tag) => (tag === '' && tags.length === 0) || tags.includes(tag));
}

function byTags(wanted: readonly string[]): Judge {
  return ({ snapshot }) => (carriesAll(snapshot.tags, wanted) ? `has tags [${wanted.join(', ')}]` : undefined);
}

function byCount({ period, count }: CountRule): Judge {
  let left = count;
  let previous: string | undefined;
  return ({ snapshot, position, isOldest }) => {
    if (left === 0) return undefined;
    const bucket = period === 'last' ? String(position) : bucketOf(period, snapshot.calendar);
    const isNew = bucket !== previous;
    // The oldest stays while the rule has counts left, so that history is as long as the rule can make it.
    if (!isNew && !isOldest) return undefined;
    previous = bucket;
    left -= 1;
    return `${isNew ? '' : 'oldest '}${period} snapshot`;
  };
}

function byAge({ period, within }: WithinRule, latest: Instant | undefined): Judge {
  const since = latest === undefined ? undefined : earlier(latest, within);
  let previous: string | undefined;
  return ({ snapshot, isOldest }) => {
    if (since !== undefined && snapshot.time <= since) return undefined;
    if (period === 'all') return `within ${formatDuration(within)}`;
    const bucket = bucketOf(period, snapshot.calendar);
    const isNew = bucket !== previous;
    if (!isNew && !isOldest) return undefined;
    previous = bucket;
    return `${isNew ? '' : 'oldest '}${period} within ${formatDuration(within)}`;
  };
}

function parseSnapshots(snapshots: readonly RetentionSnapshot[]): Dated[] {
  const seen = new Set<string>();
  return snapshots.map(({ id, time, tags }, index) => {
    if (typeof id !== 'string' || id === '') throw new RangeError(`snapshots[${index}].id: ${String(id)} is not an id`);
    if (seen.has(id)) throw new RangeError(`snapshots[${index}].id: ${id} stands there twice`);
    seen.add(id);
    const instant = parseInstant(time, `snapshots[${index}].time`);
    return { id, time: instant, calendar: calendar(instant), tags: tags ?? [] };
  });
}

/**
 * The newest not in the future: a snapshot with a wrong clock must not age all the others out. If all are in the
 * future there is none, and nothing is too old.
 */
function latestOf(newestFirst: readonly Dated[], now: Instant | undefined): Instant | undefined {
  return newestFirst.find(({ time }) => now === undefined || time < now)?.time;
}

/**
 * Which snapshots stay under the policy, by restic's rules (`forget`, version 0.16 and later, for one group): newest
 * first; a counting rule keeps a snapshot that opens a new span of UTC calendar time, or that is the oldest of all;
 * rules count independently; `within` rules look back from the latest snapshot by calendar arithmetic. A policy that
 * asks for nothing keeps everything. A policy that asks only for what no snapshot has (a tag nobody carries) plans to
 * remove everything, where restic's command stops: whoever carries the plan out protects the newest valid one.
 * @param options.now snapshots at or after it are kept from being "the latest"; without it all count
 * @throws RangeError for a bad rule, a time that is none, an id given twice
 */
export function planRetention(
  policy: RetentionPolicy,
  snapshots: readonly RetentionSnapshot[],
  options: { now?: string | number | Date } = {},
): RetentionPlan {
  const { tagLists, rules } = parsePolicy(policy);
  const now = options.now === undefined ? undefined : parseInstant(options.now, 'now');
  const newestFirst = parseSnapshots(snapshots).sort((a, b) => (a.time < b.time ? 1 : a.time > b.time ? -1 : 0));
  if (tagLists.length === 0 && rules.length === 0) {
    return { keep: newestFirst.map(({ id }) => ({ id, reasons: ['policy is empty'] })), remove: [] };
  }

  const latest = latestOf(newestFirst, now);
  const judges: Judge[] = [
    ...tagLists.map(byTags),
    ...rules.map((rule) => (rule.kind === 'count' ? byCount(rule) : byAge(rule, latest))),
  ];
  const plan: RetentionPlan = { keep: [], remove: [] };
  newestFirst.forEach((snapshot, position) => {
    const place = { snapshot, position, isOldest: position === newestFirst.length - 1 };
    const reasons = judges.flatMap((judge) => judge(place) ?? []);
    if (reasons.length > 0) plan.keep.push({ id: snapshot.id, reasons });
    else plan.remove.push(snapshot.id);
  });
  return plan;
}
