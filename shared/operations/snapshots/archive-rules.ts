import type { MemoryCollection } from '../../domain/configuration/index.ts';
import { hoursBetween, type Instant } from '../../domain/time.ts';
import type { SnapshotStatus } from './snapshot-status.ts';

type Rule = Exclude<Extract<MemoryCollection['archive'], string>, 'none'>;

/** Why a snapshot belongs to the archive, and for how long. */
export interface ArchiveClaim {
  readonly collection: string;
  readonly rule: Rule;
  /** Days after its moment; null is forever. */
  readonly keepDays: number | null;
  /** Days after which it leaves the ordinary class. */
  readonly after: number;
}

/** The first snapshot of every span of these is archived. */
const SPANS: Readonly<Record<Exclude<Rule, 'incident'>, (at: Instant) => string>> = {
  weekly: (at) => weekOf(at),
  monthly: (at) => at.slice(0, 7),
  quarterly: (at) => `${at.slice(0, 4)}-Q${Math.floor((Number(at.slice(5, 7)) - 1) / 3) + 1}`,
  yearly: (at) => at.slice(0, 4),
  // A profile is one state for life: a yearly one shows how it came to be.
  permanent_profile: (at) => at.slice(0, 4),
};

const DAY_MS = 86_400_000;
/** Monday of the week: names it as well as the ISO number does, and needs no rule about years. */
function weekOf(at: Instant): string {
  const midnight = Date.parse(`${at.slice(0, 10)}T00:00:00.000Z`);
  const sinceMonday = (new Date(midnight).getUTCDay() + 6) % 7;
  return new Date(midnight - sinceMonday * DAY_MS).toISOString().slice(0, 10);
}

/** Which valid snapshots the archive rules ask for, with every claim on each. `incidents` are times of lockdowns. */
export function claimArchive(
  valid: readonly SnapshotStatus[],
  memory: readonly MemoryCollection[],
  incidents: readonly Instant[],
): Map<string, ArchiveClaim[]> {
  const oldestFirst = valid.toSorted((a, b) => (a.at < b.at ? -1 : 1));
  const claims = new Map<string, ArchiveClaim[]>();
  for (const collection of memory) {
    for (const rule of rulesOf(collection)) {
      const claim = {
        collection: collection.collection,
        rule,
        keepDays: keepDaysOf(collection, rule),
        after: collection.retain_days,
      };
      for (const id of chosenBy(rule, oldestFirst, incidents)) claims.set(id, [...(claims.get(id) ?? []), claim]);
    }
  }
  return claims;
}

function rulesOf({ archive }: MemoryCollection): Rule[] {
  const rules = typeof archive === 'string' ? [archive] : archive;
  return rules.filter((rule): rule is Rule => rule !== 'none');
}

function keepDaysOf({ archive_keep, archive_keep_days }: MemoryCollection, rule: Rule): number | null {
  if (archive_keep === 'forever' || archive_keep_days === undefined || archive_keep_days === null) return null;
  return typeof archive_keep_days === 'number' ? archive_keep_days : (archive_keep_days[rule] ?? null);
}

function chosenBy(rule: Rule, oldestFirst: readonly SnapshotStatus[], incidents: readonly Instant[]): string[] {
  // What was known just before an incident and just after it.
  if (rule === 'incident')
    return incidents
      .flatMap((at) => [
        ...oldestFirst.filter((each) => each.at <= at).slice(-1),
        ...oldestFirst.filter((each) => each.at > at).slice(0, 1),
      ])
      .map(({ id }) => id);
  const spanOf = SPANS[rule];
  return oldestFirst
    .filter((each, index) => {
      const before = oldestFirst[index - 1];
      return before === undefined || spanOf(before.at) !== spanOf(each.at);
    })
    .map(({ id }) => id);
}

/** Why the archive still needs a snapshot; undefined when every claim on it has ended. */
export function liveClaim(claims: readonly ArchiveClaim[], at: Instant, now: Instant): ArchiveClaim | undefined {
  const ageDays = hoursBetween(at, now) / 24;
  return claims.find(({ keepDays }) => keepDays === null || ageDays <= keepDays);
}
