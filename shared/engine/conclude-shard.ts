import type { OperationOutcome } from '../domain/operation.ts';
import type { OutboxRecord } from '../domain/outbox.ts';
import type { SlotRecord } from '../domain/run.ts';
import type { DoneShard, FanOutRecord, ShardRecord } from '../domain/shard.ts';
import { runIdOf } from '../domain/slot.ts';
import { checkHoldingShard, type ShardGrant } from './admit-shard.ts';
import type { Engine } from './engine.ts';
import { type LeaseKeeper, LeaseLost } from './lease.ts';
import { deliver } from './outbox.ts';
import { paths } from './records.ts';
import { transact } from './transact.ts';

/**
 * Stores a shard's outcome, once. The last one of its fan-out owes the run its wake-up in the same commit: whoever dies
 * after it, the watchdog finds a run that is parked for nothing, and wakes it too.
 */
export async function concludeShard(
  engine: Engine,
  { slot, running, shard }: ShardGrant,
  keeper: LeaseKeeper,
  outcome: OperationOutcome,
): Promise<void> {
  keeper.check();
  const { slotId, attempt } = keeper.holding;
  const planPath = paths.fanOut(slotId, attempt, shard.fanOut);
  const path = paths.shard(slotId, attempt, shard.id);
  const owed = await transact(engine, async (transaction) => {
    const all = [paths.slot(slotId), planPath, path] as const;
    const [record, plan, stored] = await transaction.getAll<[SlotRecord, FanOutRecord, ShardRecord]>(all);
    if (plan === undefined) throw new LeaseLost(`${shard.fanOut} has no plan any more`);
    const open = plan.open.filter((id) => id !== shard.id);
    const wake: OutboxRecord | undefined = open.length > 0 ? undefined : wakeFor(plan, slot, running.attempt);
    // Only the holder of that token writes it: this is the very write of which nothing was known.
    if (stored?.status === 'done' && stored.token === keeper.holding.token) return wake;
    const held = checkHoldingShard(record, stored, keeper.holding, transaction.readAt).shard;
    const { lease: _lease, cursor: _cursor, ...base } = held;
    const { findings, evidence, output = null } = outcome;
    const done: DoneShard = {
      ...base,
      status: 'done',
      doneAt: transaction.readAt,
      outcome: { findings, evidence, output },
    };
    transaction.set(path, done);
    transaction.set(planPath, { ...plan, open } satisfies FanOutRecord);
    if (wake !== undefined) transaction.set(paths.outbox(wake.id), wake);
    return wake;
  });
  if (owed !== undefined) await deliver(engine, owed);
}

function wakeFor(plan: FanOutRecord, { slotId, phase, dueAt }: ShardGrant['slot'], attempt: number): OutboxRecord {
  return {
    id: `${runIdOf(slotId, attempt)}~${plan.id}~done`,
    createdAt: plan.plannedAt,
    points: [],
    escalations: [],
    wakes: [{ phase, dueAt }],
    reports: [],
  };
}
