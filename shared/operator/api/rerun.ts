import { decide } from '../../domain/admission.ts';
import type { PhaseName } from '../../domain/catalog.ts';
import { type DayRecord, emptyDay } from '../../domain/day.ts';
import type { SlotRecord } from '../../domain/run.ts';
import { dateOfSlot, newestSlot, parseSlotId, runIdOf, type Slot, slotAt, slotsOfDate } from '../../domain/slot.ts';
import { isDate, parseInstant, toSeconds } from '../../domain/time.ts';
import { type ActAnswer, type Actor, act } from '../../engine/acts/act.ts';
import type { Engine } from '../../engine/engine.ts';
import { paths } from '../../engine/records.ts';

/** The slot of the phase that a text names; left out, the newest that is due. Undefined: the schedule has no such slot. */
export function slotOfPhase(phase: PhaseName, text: string | undefined, now: string): Slot | undefined {
  if (text === undefined) return newestSlot(phase, now);
  if (isDate(text)) return slotsOfDate(phase, text).at(-1);
  const named = parseSlotId(text);
  if (named !== undefined) return named.phase === phase ? named : undefined;
  const at = parseInstant(text);
  return at === undefined ? undefined : slotAt(phase, at);
}

/**
 * Notes who asked and why, then publishes the message. What stored state does not allow is refused here in the words
 * that the phase itself would use; the phase judges it again.
 */
export async function askRerun(
  engine: Engine,
  who: Actor,
  {
    phase,
    slot: text,
    reason,
  }: { readonly phase: PhaseName; readonly slot?: string | undefined; readonly reason: string },
): Promise<ActAnswer> {
  const slot = slotOfPhase(phase, text, engine.clock.now());
  if (slot === undefined) return { ok: false, why: `'${text}' is not a slot of ${phase}` };
  const date = dateOfSlot(slot);
  const answer = await act(engine, who, reason, date, async ({ day, lockdown, at, transaction }) => {
    const record = await transaction.get<SlotRecord>(paths.slot(slot.slotId));
    const fault = faultOf(slot, record, { day: day ?? emptyDay(date), lockdown, at });
    if (fault !== undefined) return fault;
    const runId = runIdOf(slot.slotId, (record?.attempt ?? 0) + 1);
    return {
      writes: [],
      lines: [{ kind: 'rerun-asked', subject: runId, actor: who.name, detail: { reason } }],
      message: `${runId} is asked for`,
      detail: { run: runId },
    };
  });
  if (!answer.ok) return answer;
  await engine.publisher.trigger(phase, { phase, trigger: 'manual', rerun: true, slot: toSeconds(slot.dueAt), reason });
  return answer;
}

type State = {
  readonly day: DayRecord;
  readonly lockdown: Parameters<typeof decide>[3]['lockdown'];
  readonly at: string;
};

function faultOf(slot: Slot, record: SlotRecord | undefined, state: State): string | undefined {
  const trigger = {
    phase: slot.phase,
    kind: 'manual' as const,
    messageId: 'operator',
    publishedAt: state.at,
    dryRun: false,
    rerun: true,
    slotDueAt: slot.dueAt,
  };
  const admission = decide(trigger, slot, record, state);
  switch (admission.kind) {
    case 'start':
      return undefined;
    case 'refuse':
      return `${admission.reason}: ${admission.detail}`;
    case 'conclude':
      return `${admission.ending}: ${admission.reason}`;
    case 'wait':
      return `busy: it would wait for ${admission.waitsFor}`;
    case 'resume':
    case 'rehearse':
      return `not-rerunnable: ${slot.slotId} has not concluded`;
  }
}
