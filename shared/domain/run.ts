import type { PhaseName } from './catalog.ts';
import { type Ending, type ExitCode, exitCodeOf, isGood } from './ending.ts';
import type { Evidence, Finding } from './finding.ts';
import type { Json } from './json.ts';
import type { Slot, SlotId } from './slot.ts';
import { type Instant, secondsBetween } from './time.ts';
import type { FailureClass, Verdict } from './verdict.ts';

/** The right to work for a time. The token rises with every grant, over all runs. */
export interface Lease {
  readonly holder: string;
  readonly token: number;
  readonly until: Instant;
  /** The message whose delivery holds it: that message's own redelivery is told to come back, any other is a duplicate. */
  readonly messageId: string;
}

/** What a run was admitted under; a stretch under another one runs nothing further. */
export interface Pins {
  readonly plan: string;
  readonly configuration: string;
  readonly code: string;
}

interface SlotBase {
  readonly slotId: SlotId;
  readonly phase: PhaseName;
  readonly dueAt: Instant;
  readonly date: string;
  /** Messages that began its attempts, newest last; absent before the first. Each begins one, however often it is delivered. */
  readonly begunBy?: readonly string[];
}

/** A person may ask for many reruns of one slot; Pub/Sub delivers none again that is older than so many. */
const REMEMBERED_MESSAGES = 100;

/** What a slot remembers once this message begins an attempt of it. */
export const begunBy = (slot: SlotRecord | undefined, messageId: string): readonly string[] =>
  [...(slot?.begunBy ?? []), messageId].slice(-REMEMBERED_MESSAGES);

/** Whether it is a further copy of a message that began an attempt of the slot. */
export const hasBegun = (slot: SlotRecord | undefined, messageId: string): boolean =>
  slot?.begunBy?.includes(messageId) ?? false;

/** The gate is closed only because something upstream is not settled yet. */
export interface WaitingSlot extends SlotBase {
  readonly status: 'waiting';
  /** The attempt that will start. */
  readonly attempt: number;
  readonly since: Instant;
  readonly waitsFor: string;
  readonly closesAt: Instant;
}

export interface RunningSlot extends SlotBase {
  readonly status: 'running';
  readonly attempt: number;
  readonly startedAt: Instant;
  /** Null between stretches. */
  readonly lease: Lease | null;
  /** The fan-out whose shards it waits for. Nothing is written on it meanwhile; a stretch begins when they have ended. */
  readonly parkedFor?: string;
  /** The newest token granted on this run: what every write must carry. */
  readonly token: number;
  readonly stretches: number;
  readonly publishes: number;
  readonly pins: Pins;
  /** It began while a lockdown was in force: it runs and reports, and opens no gate. */
  readonly underLockdown: boolean;
  /** An earlier attempt of this slot was violated: retrying never lowers that. */
  readonly violatedBefore: boolean;
  /** Effects with an intent in this attempt, in order. */
  readonly effectIds: readonly string[];
  readonly rollback: { readonly token: number; readonly begunAt: Instant; readonly cause: string } | null;
}

export interface ConcludedSlot extends SlotBase {
  readonly status: 'concluded';
  readonly attempt: number;
  readonly startedAt: Instant | null;
  readonly concludedAt: Instant;
  readonly ending: Ending;
  readonly verdict: Verdict | null;
  readonly reason: string;
  readonly underLockdown: boolean;
}

export type SlotRecord = WaitingSlot | RunningSlot | ConcludedSlot;

/** One judged pass over a slot. Written at its start, changed once, at its conclusion. */
export interface AttemptRecord {
  readonly slotId: SlotId;
  readonly attempt: number;
  readonly runId: string;
  readonly startedAt: Instant | null;
  readonly pins: Pins | null;
  readonly concluded: null | {
    readonly at: Instant;
    readonly ending: Ending;
    readonly verdict: Verdict | null;
    readonly exitCode: ExitCode;
    readonly reason: string;
    readonly durationMs: number;
    readonly stretches: number;
    readonly rollback: RollbackRecord | null;
    readonly operations: readonly { readonly name: string; readonly verdict: Verdict; readonly durationMs: number }[];
  };
}

export interface RollbackRecord {
  readonly begunAt: Instant;
  readonly cause: string;
  readonly outcome: 'done' | 'failed';
  readonly effects: readonly {
    readonly effectId: string;
    readonly target: string;
    readonly outcome: 'undone' | 'never-applied' | 'failed';
    readonly detail: string;
  }[];
}

/** The stored result of an operation: written once, never changed, skipped by the next stretch. */
export interface Checkpoint {
  readonly operation: string;
  readonly index: number;
  readonly kind: 'check' | 'action';
  readonly failure: FailureClass;
  readonly verdict: Verdict;
  readonly findings: readonly Finding[];
  readonly evidence: readonly Evidence[];
  /** What later operations of the run read. */
  readonly output: Json;
  readonly startedAt: Instant;
  readonly finishedAt: Instant;
  readonly durationMs: number;
  readonly tries: number;
  readonly token: number;
}

/** A promise to change one target, and what became of it. */
export interface EffectRecord {
  readonly effectId: string;
  readonly runId: string;
  readonly operation: string;
  readonly target: string;
  /** Everything that `undo` needs to know, the state before included. */
  readonly args: Json;
  readonly argsDigest: string;
  readonly pin: Json;
  readonly token: number;
  readonly order: number;
  readonly forward: boolean;
  readonly intendedAt: Instant;
  readonly deadline: Instant;
  readonly state: 'intended' | 'applied' | 'undone' | 'never-applied';
  readonly settledAt: Instant | null;
  readonly receipt: Evidence | null;
}

export interface SlotSummary {
  readonly slotId: SlotId;
  readonly phase: PhaseName;
  readonly attempt: number;
  readonly status: SlotRecord['status'];
  readonly ending: Ending | null;
  readonly verdict: Verdict | null;
  readonly exitCode: ExitCode | null;
  readonly dueAt: Instant;
  readonly startedAt: Instant | null;
  readonly concludedAt: Instant | null;
  readonly latenessSeconds: number | null;
  readonly reason: string;
  /** A good ending that guards a gate opens it; not one that began under a lockdown. */
  readonly opensGate: boolean;
}

export function summarise(slot: SlotRecord): SlotSummary {
  const base = {
    slotId: slot.slotId,
    phase: slot.phase,
    attempt: slot.attempt,
    status: slot.status,
    dueAt: slot.dueAt,
  };
  switch (slot.status) {
    case 'waiting':
      return {
        ...base,
        ending: null,
        verdict: null,
        exitCode: null,
        startedAt: null,
        concludedAt: null,
        latenessSeconds: null,
        reason: `waits for ${slot.waitsFor}`,
        opensGate: false,
      };
    case 'running':
      return {
        ...base,
        ending: null,
        verdict: null,
        exitCode: null,
        startedAt: slot.startedAt,
        concludedAt: null,
        latenessSeconds: lateness(slot),
        reason: '',
        opensGate: false,
      };
    case 'concluded':
      return {
        ...base,
        ending: slot.ending,
        verdict: slot.verdict,
        exitCode: exitCodeOf(slot.ending, slot.verdict),
        startedAt: slot.startedAt,
        concludedAt: slot.concludedAt,
        latenessSeconds: lateness(slot),
        reason: slot.reason,
        opensGate: isGood(slot.ending) && !slot.underLockdown,
      };
  }
}

function lateness(slot: RunningSlot | ConcludedSlot): number | null {
  return slot.startedAt === null ? null : Math.max(0, Math.floor(secondsBetween(slot.dueAt, slot.startedAt)));
}

export const slotBase = (slot: Slot, date: string): SlotBase => ({
  slotId: slot.slotId,
  phase: slot.phase,
  dueAt: slot.dueAt,
  date,
});
export const isLeaseLive = (lease: Lease | null, at: Instant): lease is Lease => lease !== null && lease.until > at;
