import { PHASE_NAMES, type PhaseName } from './catalog.ts';
import { chainSlot, type DayRecord } from './day.ts';
import { isGood, noonStatus } from './ending.ts';
import type { Lockdown } from './lockdown.ts';
import type { Point } from './points.ts';
import { newestSlot } from './slot.ts';
import { dateOf, hoursBetween, type Instant, plusSeconds, secondsBetween } from './time.ts';
import type { RecentSlot, Totals } from './totals.ts';
import { badness } from './verdict.ts';

/** Everything the levels are computed from, as stored. */
export interface LevelState {
  readonly environment: string;
  /** The day of `now` and the one before. */
  readonly days: readonly DayRecord[];
  readonly lockdown: Lockdown;
  readonly totals: Totals | undefined;
  readonly anchoredAt: Instant | null;
  /** Duplicate starts refused in the last 24 hours. */
  readonly surplusStarts: number;
  readonly snapshots: { readonly newestValidAt: Instant | null; readonly bytes: number } | undefined;
  /** Slots due before it were nobody's to start. */
  readonly watchedSince: Instant;
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
  gauge('watchdog_heartbeat', 1);
  gauge(
    'ledger_anchor_age_seconds',
    Math.max(0, Math.round(secondsBetween(state.anchoredAt ?? state.watchedSince, now))),
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
  const known = state.days.find(({ date }) => date === dateOf(due.dueAt))?.slots[due.slotId];
  const startedAt = known?.startedAt ?? (newest?.slotId === due.slotId ? newest.startedAt : null);
  if (startedAt !== null && startedAt !== undefined)
    return Math.max(0, Math.round(secondsBetween(due.dueAt, startedAt)));
  // It waits for its upstream, or was refused: that is told by its upstream's verdict, not as lateness of the scheduler.
  if (known !== undefined && known.ending !== 'missed' && known.ending !== 'expired') return 0;
  return Math.max(0, Math.round(secondsBetween(due.dueAt, known?.concludedAt ?? now)));
}

function failuresInARow(recent: readonly RecentSlot[]): number {
  const newestFirst = [...recent].reverse();
  const firstGood = newestFirst.findIndex(({ ending }) => isGood(ending));
  return firstGood === -1 ? newestFirst.length : firstGood;
}
