import type { PhaseName } from '../catalog.ts';
import type { DayRecord } from '../day.ts';
import { type Ending, isGood } from '../ending.ts';
import type { LedgerEntry } from '../ledger.ts';
import { slotsBetween, startClosesAt } from '../slot.ts';
import { dateOf, type Instant, plusSeconds, secondsBetween } from '../time.ts';

/** What became of one slot that the schedule promised; `ending: null` is a slot that left no row at all. */
export interface SlotOutcome {
  readonly slotId: string;
  readonly phase: PhaseName;
  readonly dueAt: Instant;
  readonly ending: Ending | null;
  readonly attempt: number;
  /** From start to conclusion; null when nothing ran. */
  readonly seconds: number | null;
  readonly concludedAt: Instant | null;
  readonly latenessSeconds: number | null;
}

/** The part of the past that a review looks at. */
export interface Window {
  readonly from: Instant;
  /** Now: slots that are still open then are not counted yet. */
  readonly to: Instant;
}

/**
 * Every slot of the phase that the schedule promised in the window, whether anything ran or not: a rate over what happened
 * to run says nothing about what did not.
 */
export function expectedOutcomes(phase: PhaseName, days: readonly DayRecord[], { from, to }: Window): SlotOutcome[] {
  const byDate = new Map(days.map((day) => [day.date, day]));
  const promised = slotsBetween(phase, `${dateOf(from)}T00:00:00.000Z`, plusSeconds(to, 0.001));
  return promised.flatMap((slot): SlotOutcome[] => {
    const known = byDate.get(dateOf(slot.dueAt))?.slots[slot.slotId];
    const base = { slotId: slot.slotId, phase, dueAt: slot.dueAt };
    if (known?.status === 'concluded') {
      const { startedAt, concludedAt } = known;
      const seconds = startedAt === null || concludedAt === null ? null : secondsBetween(startedAt, concludedAt);
      const { ending, attempt, latenessSeconds } = known;
      return [{ ...base, ending, attempt, seconds, concludedAt, latenessSeconds }];
    }
    if (slot.dueAt < from || startClosesAt(slot) >= to) return [];
    // Its window has closed without an ending: whatever state it was left in, it did not end well.
    const attempt = known?.attempt ?? 0;
    return [{ ...base, ending: null, attempt, seconds: null, concludedAt: null, latenessSeconds: null }];
  });
}

export const endedWell = ({ ending }: Pick<SlotOutcome, 'ending'>): boolean => ending !== null && isGood(ending);

/**
 * Where counting begins: the asked start, or the first line of the ledger if that is later. Days before the first line
 * promised nothing to anybody; a day without a row after it was missed.
 */
export function countingFrom(asked: Instant, ledger: readonly LedgerEntry[]): Instant {
  const [first] = ledger;
  return first !== undefined && first.seq === 1 && first.at > asked ? first.at : asked;
}

/** A run whose ending in the day's document is not the one that the ledger says, or that the ledger does not have. */
export interface Contradiction {
  readonly runId: string;
  readonly inDay: Ending | null;
  readonly inLedger: string | null;
}

/** Compares both records of each ending: state that changed without its line is somebody's doing. */
export function contradictions(
  outcomes: readonly SlotOutcome[],
  ledger: readonly LedgerEntry[],
  from: Instant,
): Contradiction[] {
  const endings = new Map<string, string>();
  for (const { kind, subject, detail } of ledger) {
    if (kind !== 'attempt-concluded' || detail === null || typeof detail !== 'object' || Array.isArray(detail))
      continue;
    endings.set(subject, String((detail as { ending?: unknown }).ending));
  }
  return outcomes.flatMap((outcome): Contradiction[] => {
    if (outcome.concludedAt === null || outcome.concludedAt < from) return [];
    const runId = `${outcome.slotId}#${outcome.attempt}`;
    const inLedger = endings.get(runId) ?? null;
    return inLedger === outcome.ending ? [] : [{ runId, inDay: outcome.ending, inLedger }];
  });
}
