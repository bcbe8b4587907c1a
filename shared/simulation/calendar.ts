import { PHASE_NAMES, phaseNamed } from '../domain/catalog.ts';
import { rerunClosesAt, type Slot, slotsBetween, startClosesAt } from '../domain/slot.ts';
import { epochMs, instant } from '../domain/time.ts';

export const DAY_MS = 86_400_000;
export const HOUR_MS = 3_600_000;
export const TICK_MS = 300_000;

const byDay = new Map<number, readonly Slot[]>();

/** Every slot due on the day that begins then, in order. The same few weekdays come again and again. */
export function slotsOfDay(startMs: number): readonly Slot[] {
  const known = byDay.get(startMs);
  if (known !== undefined) return known;
  const slots = PHASE_NAMES.flatMap((name) => slotsBetween(name, instant(startMs), instant(startMs + DAY_MS)));
  slots.sort((a, b) => (a.dueAt < b.dueAt ? -1 : a.dueAt > b.dueAt ? 1 : a.slotId < b.slotId ? -1 : 1));
  if (byDay.size > 400) byDay.clear();
  byDay.set(startMs, slots);
  return slots;
}

const TEN_MINUTES_MS = 600_000;

/** I3: by then an attempt has its ending, unless faults lasted longer. */
export function endsByMs(slot: Slot, attempt: number): number {
  const closes = attempt === 1 ? startClosesAt(slot) : rerunClosesAt(slot);
  return epochMs(closes) + (phaseNamed(slot.phase)?.budgetSeconds ?? 0) * 1000 + TEN_MINUTES_MS;
}
