import { chainSlot, emptyDay, isGoPhase, summaryOf } from '../../domain/day.ts';
import { isHeld } from '../../domain/hold.ts';
import { startClosesAt } from '../../domain/slot.ts';
import type { Engine } from '../engine.ts';
import { paths } from '../records.ts';
import { type ActAnswer, type Actor, act } from './act.ts';

/** Noon of that date waits for a person from now on; refused once its launch window has closed. */
export function holdNoon(
  engine: Engine,
  who: Actor,
  { date, reason }: { date: string; reason: string },
): Promise<ActAnswer> {
  return act(engine, who, reason, date, ({ day = emptyDay(date), at }) => {
    const noon = summaryOf(day, 'high-noon-sync');
    if (noon?.status === 'concluded') return `noon of ${date} has ended ${noon.ending}`;
    const closesAt = startClosesAt(chainSlot('high-noon-sync', date));
    if (closesAt < at) return `the launch window of ${date} closed at ${closesAt}: there is nothing left to hold`;
    if (isHeld(day.hold)) return `noon of ${date} is held already by ${day.hold.setBy} (${day.hold.reason})`;
    const next = {
      ...day,
      hold: { status: 'active' as const, cause: 'operator' as const, reason, setBy: who.name, setAt: at },
    };
    return {
      writes: [{ path: paths.day(date), data: next }],
      lines: [{ kind: 'hold-set', subject: date, actor: who.name, detail: { cause: 'operator', reason } }],
      message: `noon of ${date} is held`,
      day: next,
    };
  });
}

/** Lets noon go, inside the launch window; a hold that T-30 set needs a T-30 that is go by now. */
export function releaseNoon(
  engine: Engine,
  who: Actor,
  { date, reason }: { date: string; reason: string },
): Promise<ActAnswer> {
  return act(engine, who, reason, date, ({ day = emptyDay(date), at }) => {
    if (!isHeld(day.hold)) return `noon of ${date} is not held`;
    const closesAt = startClosesAt(chainSlot('high-noon-sync', date));
    if (at > closesAt) return `the launch window of ${date} closed at ${closesAt}`;
    if (day.hold.cause === 't-30' && !isGoPhase(day, 't-30-final-check')) {
      return 'the hold is releasable when t-30-final-check passes: mend what it found, rerun it, then release';
    }
    const { status: _active, ...hold } = day.hold;
    const released = {
      ...hold,
      status: 'released' as const,
      releasedBy: who.name,
      releasedAt: at,
      releaseReason: reason,
    };
    const next = { ...day, hold: released };
    return {
      writes: [{ path: paths.day(date), data: next }],
      lines: [{ kind: 'hold-released', subject: date, actor: who.name, detail: { reason } }],
      message: `the hold of ${date} is released`,
      day: next,
    };
  });
}
