import { type Admission, decide, targetSlot } from '../domain/admission.ts';
import { type DayRecord, isChainPhase, withSlot } from '../domain/day.ts';
import { InvariantError } from '../domain/errors.ts';
import type { LedgerLine } from '../domain/ledger.ts';
import type { Revision } from '../domain/revision.ts';
import {
  begunBy,
  type ConcludedSlot,
  type Lease,
  type RunningSlot,
  type SlotRecord,
  slotBase,
  summarise,
  type WaitingSlot,
} from '../domain/run.ts';
import { type FanOutRecord, unparked } from '../domain/shard.ts';
import { dateOfSlot, runIdOf, type Slot, startClosesAt } from '../domain/slot.ts';
import { ticketFault } from '../domain/ticket.ts';
import { type Instant, plusSeconds } from '../domain/time.ts';
import type { Trigger } from '../domain/trigger.ts';
import type { Transaction } from '../ports/documents.ts';
import { concludeUnjudged, endExhausted } from './close-slot.ts';
import { type Engine, phaseIn, pinsOf } from './engine.ts';
import type { Holding } from './lease.ts';
import { overtimeAt } from './overtime.ts';
import { type Core, paths, readCore, writeLedger } from './records.ts';
import { countRefusal, type Refused } from './refuse-by-slot.ts';
import { transact } from './transact.ts';

type Decided =
  | {
      readonly kind: 'granted';
      readonly slot: Slot;
      readonly running: RunningSlot;
      readonly holding: Holding;
      readonly day: DayRecord;
      readonly resumed: boolean;
    }
  | { readonly kind: 'waiting'; readonly slot: WaitingSlot }
  | { readonly kind: 'concluded'; readonly slot: ConcludedSlot }
  | { readonly kind: 'rehearse'; readonly slot: Slot }
  | Refused;

export type Admitted = Decided | (Omit<Refused, 'reason'> & { readonly reason: 'malformed' });

/** Decides about a message and, when it is the one to work, takes the lease in the same commit. */
export async function admit(engine: Engine, trigger: Trigger): Promise<Admitted> {
  const slot = targetSlot(trigger);
  if (slot === undefined)
    return {
      kind: 'refused',
      reason: 'malformed',
      detail: 'it names a slot that the schedule does not have',
      slot: undefined,
    };
  const holder = engine.ids.unique();
  const { admitted, at } = await transact(engine, async (transaction) => {
    const core = await readCore(transaction, slot);
    const own = ownGrant(core.slot, holder);
    const decided: Decided =
      own === undefined
        ? await apply(engine, transaction, trigger, slot, core, holder, decide(trigger, slot, core.slot, core))
        : granted(slot, own, core.day, own.stretches > 1);
    return { admitted: decided, at: core.at };
  });
  if (admitted.kind === 'refused') await countRefusal(engine, trigger, admitted, at);
  return admitted;
}

/** An unknown commit that did land is recognised by its holder, which no other worker has. */
function ownGrant(slot: SlotRecord | undefined, holder: string): RunningSlot | undefined {
  return slot?.status === 'running' && slot.lease?.holder === holder ? slot : undefined;
}

function granted(slot: Slot, running: RunningSlot, day: DayRecord, resumed: boolean): Decided {
  if (running.lease === null) throw new InvariantError(`${slot.slotId}: granted without a lease`);
  const holding = { slotId: slot.slotId, attempt: running.attempt, holder: running.lease.holder, token: running.token };
  return { kind: 'granted', slot, running, holding, day, resumed };
}

async function apply(
  engine: Engine,
  transaction: Transaction,
  trigger: Trigger,
  slot: Slot,
  core: Core,
  holder: string,
  admission: Admission,
): Promise<Decided> {
  switch (admission.kind) {
    case 'refuse':
      return { kind: 'refused', reason: admission.reason, detail: admission.detail, slot: core.slot };
    case 'rehearse':
      return { kind: 'rehearse', slot };
    case 'wait':
      return { kind: 'waiting', slot: writeWaiting(transaction, slot, core, admission.waitsFor) };
    case 'conclude':
      return { kind: 'concluded', slot: await concludeUnjudged(engine, transaction, slot, core, admission) };
    case 'start':
      return start(engine, transaction, trigger, slot, core, holder, admission.attempt);
    case 'resume': {
      const shards = await openShards(transaction, admission.slot, core.at);
      if (shards !== undefined) return { kind: 'refused', reason: 'duplicate', detail: shards, slot: core.slot };
      if (admission.slot.stretches >= engine.limits.stretches) {
        return { kind: 'concluded', slot: await endExhausted(engine, transaction, admission.slot, core) };
      }
      return resume(engine, transaction, trigger, slot, core, holder, admission.slot);
    }
  }
}

/** What a parked run still waits for. When its budget is used up it waits no longer: it resumes, and ends. */
async function openShards(transaction: Transaction, running: RunningSlot, at: Instant): Promise<string | undefined> {
  const { slotId, attempt, parkedFor } = running;
  if (parkedFor === undefined || at > overtimeAt(running, running.startedAt)) return undefined;
  const plan = await transaction.get<FanOutRecord>(paths.fanOut(slotId, attempt, parkedFor));
  if (plan === undefined || plan.open.length === 0) return undefined;
  return `${runIdOf(slotId, attempt)} waits for ${plan.open.length} of ${plan.shards.length} shards`;
}

function writeWaiting(transaction: Transaction, slot: Slot, core: Core, waitsFor: string): WaitingSlot {
  if (core.slot?.status === 'waiting' && core.slot.waitsFor === waitsFor) return core.slot;
  const since = core.slot?.status === 'waiting' ? core.slot.since : core.at;
  const waiting: WaitingSlot = {
    ...slotBase(slot, dateOfSlot(slot)),
    status: 'waiting',
    attempt: 1,
    since,
    waitsFor,
    closesAt: startClosesAt(slot),
  };
  transaction.set(paths.slot(slot.slotId), waiting);
  transaction.set(paths.day(core.day.date), withSlot(core.day, summarise(waiting)));
  if (core.slot === undefined) {
    writeLedger(
      transaction,
      core.head,
      [{ kind: 'slot-waiting', subject: slot.slotId, actor: 'engine', detail: { waitsFor } }],
      core.at,
    );
  }
  return waiting;
}

function leaseFor(engine: Engine, trigger: Trigger, core: Core, holder: string): Lease {
  return {
    holder,
    token: core.head.token + 1,
    until: plusSeconds(core.at, engine.limits.leaseSeconds),
    messageId: trigger.messageId,
  };
}

async function start(
  engine: Engine,
  transaction: Transaction,
  trigger: Trigger,
  slot: Slot,
  core: Core,
  holder: string,
  attempt: number,
): Promise<Decided> {
  const lastKnownGood = slot.phase === 't-90-prep' ? await transaction.get<Revision>(paths.lastKnownGood) : undefined;
  const lease = leaseFor(engine, trigger, core, holder);
  const runId = runIdOf(slot.slotId, attempt);
  const running: RunningSlot = {
    ...slotBase(slot, dateOfSlot(slot)),
    status: 'running',
    begunBy: begunBy(core.slot, trigger.messageId),
    attempt,
    startedAt: core.at,
    lease,
    token: lease.token,
    stretches: 1,
    publishes: 0,
    pins: pinsOf(engine, phaseIn(engine, slot.phase)),
    underLockdown: core.lockdown.active,
    violatedBefore: core.slot?.status === 'concluded' && core.slot.verdict === 'violated',
    effectIds: [],
    rollback: null,
  };
  const genesis = slot.phase === 't-90-prep' ? lastKnownGood === undefined : core.day.genesis;
  const opened = { ...openDay(engine, core, slot, genesis), ticket: claimTicket(core, slot, runId) };
  const day = withSlot(opened, summarise(running));
  transaction.set(paths.slot(slot.slotId), running);
  transaction.set(paths.day(day.date), day);
  const lines: LedgerLine[] = [
    {
      kind: 'attempt-started',
      subject: runId,
      actor: 'engine',
      detail: { trigger: trigger.kind, reason: trigger.reason ?? null, token: lease.token },
    },
  ];
  if (day.hold !== core.day.hold)
    lines.push({ kind: 'hold-set', subject: day.date, actor: 'engine', detail: { cause: 'genesis' } });
  writeLedger(transaction, { ...core.head, token: lease.token }, lines, core.at);
  return granted(slot, running, day, false);
}

/** The first day of all on a real cloud waits for a person before noon. */
function openDay(engine: Engine, core: Core, slot: Slot, genesis: boolean): DayRecord {
  if (!isChainPhase(slot.phase)) return core.day;
  const sets = genesis && engine.holdAtGenesis && core.day.hold === null;
  if (!sets) return { ...core.day, genesis };
  return {
    ...core.day,
    genesis,
    hold: { status: 'active', cause: 'genesis', reason: 'genesis', setBy: 'engine', setAt: core.at },
  };
}

function claimTicket(core: Core, slot: Slot, runId: string): DayRecord['ticket'] {
  const ticket = core.day.ticket;
  if (slot.phase !== 'high-noon-sync' || ticket === null || ticketFault(ticket, runId, core.at) !== undefined)
    return ticket;
  return ticket.status === 'open' ? { ...ticket, status: 'claimed', claimedBy: runId, claimedAt: core.at } : ticket;
}

function resume(
  engine: Engine,
  transaction: Transaction,
  trigger: Trigger,
  slot: Slot,
  core: Core,
  holder: string,
  running: RunningSlot,
): Decided {
  const lease = leaseFor(engine, trigger, core, holder);
  const next: RunningSlot = { ...unparked(running), lease, token: lease.token, stretches: running.stretches + 1 };
  transaction.set(paths.slot(slot.slotId), next);
  transaction.set(paths.head, { ...core.head, token: lease.token });
  return granted(slot, next, core.day, true);
}
