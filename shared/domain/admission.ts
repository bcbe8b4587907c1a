import { activeChainSlot, type DayRecord, isChainPhase } from './day.ts';
import { isGood } from './ending.ts';
import { type GateAnswer, type GateState, gateFor, unstartedEnding } from './gate.ts';
import { isHeld } from './hold.ts';
import { type ConcludedSlot, hasBegun, isLeaseLive, type RunningSlot, type SlotRecord } from './run.ts';
import {
  EARLY_CLOCK_SECONDS,
  newestSlot,
  parseRunId,
  rerunClosesAt,
  runIdOf,
  type Slot,
  slotAt,
  startClosesAt,
} from './slot.ts';
import { type Instant, plusSeconds } from './time.ts';
import type { Trigger } from './trigger.ts';

/** Why a message that is well formed does not become work. Each is a heading of the runbook. */
export const REFUSALS = [
  'duplicate',
  'redelivery',
  'not-due',
  'stale-continuation',
  'not-rerunnable',
  'rerun-too-late',
  'no-new-ticket',
  'busy',
  'configuration-changed',
] as const;
export type Refusal = (typeof REFUSALS)[number];

export type Admission =
  /** A first attempt or a rerun begins. */
  | { readonly kind: 'start'; readonly attempt: number; readonly rerun: boolean }
  /** A further stretch of the running attempt. */
  | { readonly kind: 'resume'; readonly slot: RunningSlot }
  | { readonly kind: 'wait'; readonly waitsFor: string }
  /** The slot ends here, without a judged attempt. */
  | {
      readonly kind: 'conclude';
      readonly ending: 'refused' | 'expired' | 'missed' | 'skipped' | 'scrubbed';
      readonly reason: string;
    }
  | { readonly kind: 'rehearse' }
  | { readonly kind: 'refuse'; readonly reason: Refusal; readonly detail: string };

const refuse = (reason: Refusal, detail: string): Admission => ({ kind: 'refuse', reason, detail });

/**
 * The slot a message is for: what it names if that is an instant of the schedule, else the newest at or before its
 * publish time. Undefined when the message names an instant that the schedule does not have.
 */
export function targetSlot(trigger: Trigger): Slot | undefined {
  if (trigger.runId !== undefined) {
    const run = parseRunId(trigger.runId);
    return run?.slot.phase === trigger.phase ? run.slot : undefined;
  }
  return trigger.slotDueAt === undefined
    ? newestSlot(trigger.phase, trigger.publishedAt)
    : slotAt(trigger.phase, trigger.slotDueAt);
}

/** What the slot's own document says, before anything else is read: undefined when more is needed. Duplicates cost one read. */
export function decideFromSlot(trigger: Trigger, slot: SlotRecord | undefined, at: Instant): Admission | undefined {
  if (slot?.status === 'running') return decideRunning(trigger, slot, at);
  if (trigger.kind === 'continuation')
    return refuse('stale-continuation', `${trigger.runId ?? 'the run'} is not running`);
  if (slot?.status !== 'concluded') return undefined;
  if (hasBegun(slot, trigger.messageId))
    return refuse('duplicate', `this message has begun an attempt of ${slot.slotId} already`);
  if (!trigger.rerun) return decideConcluded(trigger, slot);
  // It was not asked because of how the attempt ended: it may have worked on that one, or been refused while it ran.
  return trigger.publishedAt < slot.concludedAt
    ? refuse(
        'duplicate',
        `it was published at ${trigger.publishedAt}, before ${runIdOf(slot.slotId, slot.attempt)} ended`,
      )
    : undefined;
}

function decideRunning(trigger: Trigger, slot: RunningSlot, at: Instant): Admission {
  const runId = `${slot.slotId}#${slot.attempt}`;
  if (trigger.kind === 'continuation' && trigger.runId !== runId)
    return refuse('stale-continuation', `${runId} is running, not ${trigger.runId ?? '?'}`);
  if (!isLeaseLive(slot.lease, at)) return { kind: 'resume', slot };
  return slot.lease.messageId === trigger.messageId
    ? refuse('redelivery', `this delivery's first copy holds the lease until ${slot.lease.until}`)
    : refuse('duplicate', `${runId} is running`);
}

function decideConcluded(trigger: Trigger, slot: ConcludedSlot): Admission {
  const namesSlot = trigger.slotDueAt !== undefined || trigger.publishedAt <= startClosesAt(slot);
  if (namesSlot) return refuse('duplicate', `${slot.slotId} ended ${slot.ending}`);
  // The message came between slots: nothing is due.
  return trigger.kind === 'schedule'
    ? refuse('not-due', `${slot.slotId} ended ${slot.ending} and nothing else is due`)
    : { kind: 'rehearse' };
}

/** The whole decision, with everything read. */
export function decide(trigger: Trigger, slot: Slot, record: SlotRecord | undefined, state: GateState): Admission {
  const early = decideFromSlot(trigger, record, state.at);
  if (early !== undefined) return early;
  if (record?.status === 'concluded') return decideRerun(slot, record, state);
  if (trigger.rerun) return refuse('not-rerunnable', `${slot.slotId} has not concluded`);
  if (record === undefined) {
    const fault = dueFault(trigger, slot, state.at);
    if (fault !== undefined) return refuse('not-due', fault);
  }
  if (state.at > startClosesAt(slot)) return decideLate(trigger, slot, record, state.day);
  return fromGate(gateFor(slot, state), 1);
}

/** Two days back the watchdog has long closed everything that was expected. */
const FORGOTTEN_SECONDS = 2 * 86_400;

/** A message may name any instant of the schedule; only one that has come, and not long ago, can get a row by it. */
function dueFault(trigger: Trigger, slot: Slot, at: Instant): string | undefined {
  if (slot.dueAt > plusSeconds(at, EARLY_CLOCK_SECONDS)) return `${slot.slotId} is not due yet`;
  const isForgotten = at > plusSeconds(startClosesAt(slot), FORGOTTEN_SECONDS);
  return isForgotten && trigger.slotDueAt !== undefined
    ? `${slot.slotId} was due long ago, and nobody expected it`
    : undefined;
}

function decideLate(trigger: Trigger, slot: Slot, record: SlotRecord | undefined, day: DayRecord): Admission {
  if (record !== undefined || trigger.kind === 'sweep') return { kind: 'conclude', ...unstartedEnding(slot, day) };
  const namesSlot = trigger.slotDueAt !== undefined || trigger.publishedAt <= startClosesAt(slot);
  // Of a day on which nothing ever ran here there is no slot to lose: the message came between slots.
  if (namesSlot || Object.keys(day.slots).length > 0) {
    return {
      kind: 'conclude',
      ending: 'expired',
      reason: `the message came after ${startClosesAt(slot)}, when the window had closed`,
    };
  }
  return trigger.kind === 'schedule' ? refuse('not-due', 'nothing is due at the publish time') : { kind: 'rehearse' };
}

function fromGate(answer: GateAnswer, attempt: number): Admission {
  if (answer.kind === 'open') return { kind: 'start', attempt, rerun: false };
  return answer.kind === 'wait' ? answer : { kind: 'conclude', ending: 'refused', reason: answer.why };
}

function decideRerun(slot: Slot, record: ConcludedSlot, state: GateState): Admission {
  const fault = rerunFault(slot, record, state.day);
  if (fault !== undefined) return refuse('not-rerunnable', fault);
  if (state.at > rerunClosesAt(slot))
    return refuse('rerun-too-late', `${slot.slotId} could be rerun until ${rerunClosesAt(slot)}`);
  const start: Admission = { kind: 'start', attempt: record.attempt + 1, rerun: true };
  if (!isChainPhase(slot.phase)) return fromRerunGate(gateFor(slot, state), start);
  const active = activeChainSlot(state.day, slot.slotId);
  if (active !== undefined) return refuse('busy', `${active.slotId} is running`);
  // In a lockdown too, as the permissions say: what began in one opens no gate.
  if (slot.phase !== 'high-noon-sync') return start;
  if (state.day.ticket?.status !== 'open')
    return refuse('no-new-ticket', 'noon runs again only on a new go ticket: rerun t-30-final-check first');
  if (isHeld(state.day.hold))
    return refuse('not-rerunnable', `noon is held (${state.day.hold.reason}); release it first`);
  return fromRerunGate(gateFor(slot, state), start);
}

function fromRerunGate(answer: GateAnswer, start: Admission): Admission {
  if (answer.kind === 'open') return start;
  return refuse(
    answer.kind === 'wait' ? 'busy' : 'not-rerunnable',
    answer.kind === 'wait' ? `it would wait for ${answer.waitsFor}` : answer.why,
  );
}

/** A slot that did not pass may run again; so may a go T-30 whose ticket is spent without a good noon. */
function rerunFault(slot: Slot, record: ConcludedSlot, day: DayRecord): string | undefined {
  if (!isGood(record.ending)) return undefined;
  const ticket = day.ticket;
  const isSpent = ticket !== null && (ticket.status === 'void' || (ticket.status === 'used' && !ticket.good));
  if (slot.phase === 't-30-final-check' && isSpent) return undefined;
  return `${slot.slotId} ended ${record.ending}`;
}
