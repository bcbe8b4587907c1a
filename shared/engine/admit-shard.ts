import { EMPTY_HEAD, type LedgerHead } from '../domain/ledger.ts';
import { isLeaseLive, type RunningSlot, type SlotRecord } from '../domain/run.ts';
import type { OpenShard, ShardRecord } from '../domain/shard.ts';
import { parseRunId, runIdOf, type Slot } from '../domain/slot.ts';
import { type Instant, plusSeconds } from '../domain/time.ts';
import type { Trigger } from '../domain/trigger.ts';
import type { Transaction } from '../ports/documents.ts';
import type { Engine } from './engine.ts';
import { type Holding, LeaseLost, type Renew } from './lease.ts';
import { paths } from './records.ts';
import { countRefusal } from './refuse-by-slot.ts';
import { transact } from './transact.ts';

/** The right to work one shard of a parked run. */
export interface ShardGrant {
  readonly kind: 'granted';
  readonly slot: Slot;
  readonly running: RunningSlot;
  readonly shard: OpenShard;
  readonly holding: Holding;
}

export interface ShardRefusal {
  readonly kind: 'refused';
  readonly reason: 'duplicate' | 'redelivery' | 'stale-continuation' | 'malformed';
  readonly detail: string;
  readonly slot: SlotRecord | undefined;
}

/**
 * Decides about a message for a shard and takes its lease in the same commit, under a token of its own. A shard that is
 * done is a duplicate, and so is one that somebody works on.
 */
export async function admitShard(engine: Engine, trigger: Trigger, id: string): Promise<ShardGrant | ShardRefusal> {
  const run = trigger.runId === undefined ? undefined : parseRunId(trigger.runId);
  if (run === undefined || run.slot.phase !== trigger.phase)
    return refusal('malformed', 'it names a run that the schedule does not have');
  const { slot, attempt } = run;
  const path = paths.shard(slot.slotId, attempt, id);
  const {
    documents: [known],
    readAt,
  } = await engine.documents.readAll<[ShardRecord]>([path]);
  const early = refuseFromShard(trigger, known, readAt);
  if (early !== undefined) {
    await countRefusal(engine, trigger, early, readAt);
    return early;
  }
  const holder = engine.ids.unique();
  const { admitted, at } = await transact(engine, async (transaction) => {
    const decided = await decideShard(engine, transaction, trigger, { slot, attempt, id, holder });
    return { admitted: decided, at: transaction.readAt };
  });
  if (admitted.kind === 'refused') await countRefusal(engine, trigger, admitted, at);
  return admitted;
}

async function decideShard(
  engine: Engine,
  transaction: Transaction,
  trigger: Trigger,
  { slot, attempt, id, holder }: { slot: Slot; attempt: number; id: string; holder: string },
): Promise<ShardGrant | ShardRefusal> {
  const path = paths.shard(slot.slotId, attempt, id);
  const all = [paths.slot(slot.slotId), path, paths.head] as const;
  const [record, shard, head = EMPTY_HEAD] = await transaction.getAll<[SlotRecord, ShardRecord, LedgerHead]>(all);
  const running = parkedRun(record, attempt, shard);
  if (running === undefined) return refusal('stale-continuation', `${trigger.runId} does not wait for ${id}`, record);
  const own = shard?.status === 'open' && shard.lease?.holder === holder ? shard : undefined;
  if (own !== undefined) return granted(slot, running, own, holder);
  const refused = refuseFromShard(trigger, shard, transaction.readAt);
  if (refused !== undefined || shard?.status !== 'open') return refused ?? refusal('stale-continuation', 'it is gone');
  const token = head.token + 1;
  const until = plusSeconds(transaction.readAt, engine.limits.leaseSeconds);
  const lease = { holder, token, until, messageId: trigger.messageId };
  const next: OpenShard = { ...shard, lease, token, stretches: shard.stretches + 1 };
  transaction.set(path, next);
  transaction.set(paths.head, { ...head, token });
  return granted(slot, running, next, holder);
}

const refusal = (reason: ShardRefusal['reason'], detail: string, slot?: SlotRecord): ShardRefusal => ({
  kind: 'refused',
  reason,
  detail,
  slot,
});

function granted(slot: Slot, running: RunningSlot, shard: OpenShard, holder: string): ShardGrant {
  const holding = { slotId: slot.slotId, attempt: running.attempt, holder, token: shard.token };
  return { kind: 'granted', slot, running, shard, holding };
}

/** The run, if it is parked for the fan-out that this shard belongs to. */
export function parkedRun(
  record: SlotRecord | undefined,
  attempt: number,
  shard: ShardRecord | undefined,
): RunningSlot | undefined {
  if (record?.status !== 'running' || record.attempt !== attempt || shard === undefined) return undefined;
  return record.parkedFor === shard.fanOut ? record : undefined;
}

function refuseFromShard(trigger: Trigger, shard: ShardRecord | undefined, at: Instant): ShardRefusal | undefined {
  if (shard === undefined) return refusal('stale-continuation', `${trigger.runId} has no such shard`);
  if (shard.status === 'done') return refusal('duplicate', `${shard.id} was done at ${shard.doneAt}`);
  if (!isLeaseLive(shard.lease, at)) return undefined;
  return shard.lease.messageId === trigger.messageId
    ? refusal('redelivery', `this delivery's first copy holds the lease until ${shard.lease.until}`)
    : refusal('duplicate', `${shard.id} is being worked on`);
}

/** The stored shard, if this stretch still holds it and its run still waits for it. Throws LeaseLost otherwise. */
export async function assertHoldingShard(
  transaction: Transaction,
  holding: Holding,
  id: string,
): Promise<{ readonly shard: OpenShard; readonly running: RunningSlot }> {
  const { slotId, attempt } = holding;
  const all = [paths.slot(slotId), paths.shard(slotId, attempt, id)] as const;
  const [record, shard] = await transaction.getAll<[SlotRecord, ShardRecord]>(all);
  return checkHoldingShard(record, shard, holding, transaction.readAt);
}

export function checkHoldingShard(
  record: SlotRecord | undefined,
  shard: ShardRecord | undefined,
  { slotId, attempt, holder, token }: Holding,
  at: Instant,
): { readonly shard: OpenShard; readonly running: RunningSlot } {
  const running = parkedRun(record, attempt, shard);
  if (running === undefined) throw new LeaseLost(`${runIdOf(slotId, attempt)} does not wait for ${shard?.id} any more`);
  const isHeld = shard?.status === 'open' && shard.lease?.holder === holder && shard.token === token;
  if (!isHeld || !isLeaseLive(shard.lease, at)) throw new LeaseLost(`${shard?.id}: token ${token} is not its lease's`);
  return { shard, running };
}

export const renewShard =
  (id: string): Renew =>
  async (engine, transaction, holding) => {
    const { shard } = await assertHoldingShard(transaction, holding, id);
    if (shard.lease === null) return;
    const until = plusSeconds(transaction.readAt, engine.limits.leaseSeconds);
    const next: OpenShard = { ...shard, lease: { ...shard.lease, until } };
    transaction.set(paths.shard(holding.slotId, holding.attempt, id), next);
  };
