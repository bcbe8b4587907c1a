import { PHASE_NAMES, type PhaseName, phaseNamed } from './catalog.ts';
import { chainSlot, type DayRecord } from './day.ts';
import { type Ending, isGood, noonStatus } from './ending.ts';
import { unreachable } from './errors.ts';
import type { Lockdown } from './lockdown.ts';
import type { SnapshotLevels } from './operation.ts';
import type { Point } from './points.ts';
import type { SlotSummary } from './run.ts';
import { newestSlot, startClosesAt } from './slot.ts';
import { dateOf, hoursBetween, type Instant, plusSeconds, secondsBetween } from './time.ts';
import type { RecentSlot, Totals } from './totals.ts';
import { badness } from './verdict.ts';

/** Says that the watchdog is alive, by being there. */
export const HEARTBEAT = 'watchdog_heartbeat';

/** Everything the levels are computed from, as stored. */
export interface LevelState {
  readonly environment: string;
  /** The day of `now` and the one before. */
  readonly days: readonly DayRecord[];
  readonly lockdown: Lockdown;
  readonly totals: Totals | undefined;
  readonly anchoredAt: Instant | null;
  /** The newest self-test of delivery that was acknowledged in time; null before the first. */
  readonly selfTestedAt: Instant | null;
  /** Surplus starts refused today and yesterday. */
  readonly surplusStarts: number;
  /** Since when the oldest effect still owed is owed; null when nothing is. */
  readonly oldestOwedAt: Instant | null;
  /** The configuration read has another digest than deployment pinned. */
  readonly configurationChanged: boolean;
  readonly snapshots: Pick<SnapshotLevels, 'newestValidAt' | 'bytes' | 'dedupeRatio'> | undefined;
  /** Slots due before it were nobody's to start. */
  readonly watchedSince: Instant;
}

/** At least once, says Pub/Sub: so many copies a day are its own. A second subscription of a topic makes one of every message. */
const USUAL_COPIES = 3;

/** Of one day's refusals, by their reason: starts by another message than the one that began the work, and unusually many copies. */
export function surplusStartsOf(refusals: Readonly<Record<string, number>>): number {
  return (refusals.duplicate ?? 0) + Math.max(0, (refusals['duplicate-copy'] ?? 0) - USUAL_COPIES);
}

/**
 * The level gauges that alerts read, written anew at every tick of the watchdog: one point a day cannot page anybody.
 * A level that is not known yet has no point.
 */
export function levels(state: LevelState, now: Instant): Point[] {
  const points: Point[] = [];
  const gauge = (
    metric: string,
    value: number,
    labels: Record<string, string> = {},
    kind: 'int64' | 'double' = 'int64',
  ) => {
    points.push({ metric, labels: { ...labels, environment: state.environment }, at: now, value: { kind, value } });
  };
  for (const phase of PHASE_NAMES) {
    const recent = state.totals?.recent[phase] ?? [];
    const newest = recent.at(-1);
    if (newest !== undefined) gauge('phase_verdict', newest.verdict === null ? 2 : badness(newest.verdict), { phase });
    if (newest !== undefined) gauge('phase_ending', endingLevel(newest.ending), { phase });
    const overrun = overrunOf(phase, state.days, now);
    if (overrun !== undefined) gauge('slot_overrun_seconds', overrun, { phase });
    const lateness = latenessOf(phase, state, newest, now);
    if (lateness !== undefined) gauge('slot_lateness_seconds', lateness, { phase });
    gauge('consecutive_failures', failuresInARow(recent), { phase });
    if (recent.length > 0)
      gauge(
        'scheduler_success_rate',
        recent.filter(({ ending }) => isGood(ending)).length / recent.length,
        { phase },
        'double',
      );
  }
  const noon = state.totals?.recent['high-noon-sync']?.at(-1);
  gauge('high_noon_sync_status', noonStatus(noon?.ending ?? null));
  const today = state.days.find(({ date }) => date === dateOf(now));
  gauge('degraded_services', today?.degradedServices.length ?? 0);
  gauge('lockdown_active', state.lockdown.active ? 1 : 0);
  gauge('surplus_starts', state.surplusStarts);
  gauge('configuration_changed', state.configurationChanged ? 1 : 0);
  gauge(
    'outbox_age_seconds',
    state.oldestOwedAt === null ? 0 : Math.max(0, Math.round(secondsBetween(state.oldestOwedAt, now))),
  );
  gauge(HEARTBEAT, 1);
  gauge(
    'ledger_anchor_age_seconds',
    Math.max(0, Math.round(secondsBetween(state.anchoredAt ?? state.watchedSince, now))),
  );
  gauge(
    'delivery_self_test_age_seconds',
    Math.max(0, Math.round(secondsBetween(state.selfTestedAt ?? state.watchedSince, now))),
  );
  const finalCheck = state.totals?.recent['t-30-final-check']?.at(-1);
  if (finalCheck !== undefined) {
    const due = chainSlot('high-noon-sync', dateOf(finalCheck.dueAt)).dueAt;
    gauge('margin_to_noon_seconds', Math.round(secondsBetween(finalCheck.concludedAt, due)));
  }
  if (state.snapshots !== undefined) {
    const since = state.snapshots.newestValidAt ?? state.watchedSince;
    gauge('snapshot_freshness_hours', hoursBetween(since, now), {}, 'double');
    gauge('snapshot_storage_bytes', state.snapshots.bytes);
    const { dedupeRatio } = state.snapshots;
    // Stored before the ratio was known, or while a manifest cannot be read.
    if (typeof dedupeRatio === 'number') gauge('snapshot_dedupe_ratio', dedupeRatio, {}, 'double');
  }
  return points;
}

/** How late the newest due slot began; one that has not begun is late by now, and more so at every tick. */
function latenessOf(
  phase: PhaseName,
  state: LevelState,
  newest: RecentSlot | undefined,
  now: Instant,
): number | undefined {
  const due = newestSlot(phase, plusSeconds(now, -60));
  if (due.dueAt < state.watchedSince) return newest === undefined ? undefined : 0;
  const day = state.days.find(({ date }) => date === dateOf(due.dueAt));
  // Its day is past and its lateness was told then: a weekly slot must not stay late all week.
  if (day === undefined && newest?.slotId === due.slotId) return 0;
  const known = day?.slots[due.slotId];
  // A rerun starts when a person asks for it; the lateness was the first attempt's.
  if (known !== undefined && known.attempt > 1) return 0;
  const startedAt = known?.startedAt ?? (newest?.slotId === due.slotId ? newest.startedAt : null);
  if (startedAt !== null && startedAt !== undefined)
    return Math.max(0, Math.round(secondsBetween(freeSince(phase, due.dueAt, startedAt, day), startedAt)));
  // It waits for its upstream, or was refused: that is told by its upstream's verdict, not as lateness of the scheduler.
  if (known !== undefined && known.ending !== 'missed' && known.ending !== 'expired') return 0;
  return Math.max(0, Math.round(secondsBetween(due.dueAt, known?.concludedAt ?? now)));
}

function failuresInARow(recent: readonly RecentSlot[]): number {
  const newestFirst = [...recent].reverse();
  const firstGood = newestFirst.findIndex(({ ending }) => isGood(ending));
  return firstGood === -1 ? newestFirst.length : firstGood;
}

/** The newest moment, not after its start, until which a slot had to wait for its upstream, for a person or for noon. */
function freeSince(phase: PhaseName, dueAt: Instant, startedAt: Instant, day: DayRecord | undefined): Instant {
  if (day === undefined) return dueAt;
  const noon = chainSlot('high-noon-sync', day.date);
  const concluded = (name: 't-90-prep' | 't-30-final-check' | 'high-noon-sync') =>
    day.slots[chainSlot(name, day.date).slotId]?.concludedAt ?? null;
  const waits: (Instant | null)[] = [];
  if (phase === 't-30-final-check') waits.push(concluded('t-90-prep'));
  if (phase === 'high-noon-sync')
    waits.push(concluded('t-30-final-check'), day.hold?.status === 'released' ? day.hold.releasedAt : null);
  if (phase !== 'high-noon-sync' && dueAt === noon.dueAt)
    waits.push(concluded('high-noon-sync') ?? startClosesAt(noon));
  return waits.reduce<Instant>((free, at) => (at !== null && at > free && at <= startedAt ? at : free), dueAt);
}

/** By how much the newest started slot exceeded its budget, or does by now; undefined when none has started. */
function overrunOf(phase: PhaseName, days: readonly DayRecord[], now: Instant): number | undefined {
  const started = days
    .flatMap((day) => Object.values(day.slots))
    .filter((slot): slot is SlotSummary & { startedAt: Instant } => slot.phase === phase && slot.startedAt !== null)
    .sort((a, b) => (a.dueAt < b.dueAt ? -1 : 1))
    .at(-1);
  if (started === undefined) return undefined;
  const worked = secondsBetween(started.startedAt, started.concludedAt ?? now);
  return Math.max(0, Math.round(worked - phaseNamed(phase).budgetSeconds));
}

/** The value of `phase_ending`: what alerts on a phase must tell apart, so that each cause pages once. */
export function endingLevel(ending: Ending): 0 | 1 | 2 | 3 | 4 | 5 {
  switch (ending) {
    case 'passed':
    case 'degraded':
      return 0;
    case 'skipped':
    case 'scrubbed':
    case 'refused':
      return 1;
    case 'missed':
    case 'expired':
      return 2;
    case 'failed':
    case 'inconclusive':
    case 'rolled-back':
      return 3;
    case 'violated':
    case 'locked':
      return 4;
    case 'rollback-failed':
      return 5;
    default:
      return unreachable(ending, 'ending');
  }
}
