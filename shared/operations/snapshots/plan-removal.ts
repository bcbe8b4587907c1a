import type { Configuration } from '../../domain/configuration/index.ts';
import { planRetention, type RetentionPolicy } from '../../domain/retention/index.ts';
import { hoursBetween, type Instant } from '../../domain/time.ts';
import { claimArchive, liveClaim } from './archive-rules.ts';
import { newestValid, type SnapshotStatus } from './snapshot-status.ts';

export interface RemovalPlan {
  readonly keep: readonly { readonly id: string; readonly reasons: readonly string[] }[];
  readonly remove: readonly { readonly id: string; readonly reason: string }[];
}

/** A snapshot whose checks never passed is kept so long for whoever looks into it. */
const UNPROVEN_HOURS = 7 * 24;

/**
 * What goes and what stays, each with its reason. The rules of retention are asked about valid snapshots alone; beside
 * them the newest valid one, that of the last known good, held ones and those of the archive stay.
 */
export function planRemoval(
  statuses: readonly SnapshotStatus[],
  { snapshots, memory }: Pick<Configuration, 'snapshots' | 'memory'>,
  known: {
    readonly now: Instant;
    readonly lastKnownGoodAt: Instant | undefined;
    readonly incidents: readonly Instant[];
  },
): RemovalPlan {
  const valid = statuses.filter(({ state }) => state === 'valid');
  const plan = planRetention(
    policyOf(snapshots.retention),
    valid.map(({ id, at, tags }) => ({ id, time: at, tags })),
  );
  const kept = new Map<string, string[]>(plan.keep.map(({ id, reasons }) => [id, [...reasons]]));
  const keep = (id: string | undefined, reason: string) => {
    if (id !== undefined) kept.set(id, [...(kept.get(id) ?? []), reason]);
  };
  const newest = newestValid(statuses);
  keep(newest?.id, 'newest valid snapshot');
  const { lastKnownGoodAt, now } = known;
  if (lastKnownGoodAt !== undefined)
    keep(valid.find(({ at }) => at <= lastKnownGoodAt)?.id, `memory of the last known good (${lastKnownGoodAt})`);
  for (const { id, isHeld } of statuses) if (isHeld) keep(id, 'legal hold');
  for (const [id, claims] of claimArchive(valid, memory, known.incidents)) {
    const at = valid.find((each) => each.id === id)?.at ?? now;
    const claim = liveClaim(claims, at, now);
    if (claim !== undefined)
      keep(
        id,
        `archive: ${claim.rule} of ${claim.collection}${claim.keepDays === null ? ', forever' : `, ${claim.keepDays} days`}`,
      );
  }
  const remove: { id: string; reason: string }[] = [];
  for (const { id, at, state } of statuses) {
    if (kept.has(id)) continue;
    if (state === 'valid') remove.push({ id, reason: 'no rule keeps it' });
    else if (newest !== undefined && newest.at > at && hoursBetween(at, now) > UNPROVEN_HOURS)
      remove.push({ id, reason: 'its checks never passed, and a newer one is valid' });
    else keep(id, 'not checked through yet');
  }
  return { keep: statuses.flatMap(({ id }) => (kept.has(id) ? [{ id, reasons: kept.get(id) ?? [] }] : [])), remove };
}

/** `keep_within_daily` -> `keepWithinDaily`. */
export function policyOf(retention: Configuration['snapshots']['retention']): RetentionPolicy {
  return Object.fromEntries(
    Object.entries(retention)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name.replaceAll(/_([a-z])/g, (_all, letter: string) => letter.toUpperCase()), value]),
  ) as RetentionPolicy;
}
