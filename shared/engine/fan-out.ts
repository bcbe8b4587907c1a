import { InvariantError } from '../domain/errors.ts';
import type { Operation } from '../domain/operation.ts';
import type { OutboxRecord } from '../domain/outbox.ts';
import type { RunningSlot, SlotRecord } from '../domain/run.ts';
import {
  type DoneShard,
  type FannedOut,
  type FanOutPlan,
  type FanOutRecord,
  fanOutIdOf,
  MOST_SHARDS,
  type OpenShard,
  parked,
  type ShardRecord,
  shardIdOf,
} from '../domain/shard.ts';
import type { Transaction } from '../ports/documents.ts';
import type { PortMap } from '../ports/port-map.ts';
import { checkHolding } from './lease.ts';
import { paths } from './records.ts';
import type { Stretch } from './stretch.ts';
import { transact } from './transact.ts';

/** Thrown when the run was parked for its shards: nobody holds it now, and this stretch is over. */
export class RunParks extends Error {
  override readonly name = 'RunParks';
  /** The messages that were promised with the plan; undefined when they went out in an earlier stretch. */
  readonly owed: OutboxRecord | undefined;

  constructor(fanOut: string, owed: OutboxRecord | undefined) {
    super(`the run waits for the shards of ${fanOut}`);
    this.owed = owed;
  }
}

/** Gives the work out, waits for it, or answers what came of it: whichever the stored plan says. */
export async function fanOut(
  stretch: Stretch,
  operation: Operation<PortMap>,
  name: string,
  plan: () => Promise<FanOutPlan>,
): Promise<FannedOut | undefined> {
  const { engine, slot, attempt } = stretch;
  if (operation.runShard === undefined)
    throw new InvariantError(`${operation.name} gives out shares and cannot work one`);
  const id = fanOutIdOf(operation.name, name);
  const path = paths.fanOut(slot.slotId, attempt, id);
  // A plan ends the stretch that made it: a first stretch has none yet.
  const known = stretch.resumed ? await engine.documents.get<FanOutRecord>(path) : undefined;
  if (known?.open.length === 0) return collect(stretch, known);
  if (known !== undefined) {
    await transact(engine, (transaction) => park(transaction, stretch, known, 0));
    throw new RunParks(id, undefined);
  }
  const wanted = await plan();
  if (wanted.shares.length === 0) return undefined;
  throw new RunParks(id, await giveOut(stretch, operation.name, id, wanted));
}

async function collect({ engine, slot, attempt }: Stretch, { id, about, shards }: FanOutRecord): Promise<FannedOut> {
  const stored = await Promise.all(
    shards.map((shard) => engine.documents.get<ShardRecord>(paths.shard(slot.slotId, attempt, shard))),
  );
  const done = stored.filter((shard): shard is DoneShard => shard?.status === 'done');
  if (done.length !== shards.length) throw new InvariantError(`${id} is said to be done, and a shard is not`);
  return { about, outcomes: done.map(({ outcome }) => outcome) };
}

/** The plan, its shards, the promise of their messages and the end of the stretch, in one commit. */
async function giveOut(
  stretch: Stretch,
  operation: string,
  id: string,
  { about, shares }: FanOutPlan,
): Promise<OutboxRecord> {
  const { engine, slot, attempt, runId } = stretch;
  const shards = shares.map(({ id: share, work }): OpenShard => {
    const base = { id: shardIdOf(id, share), fanOut: id, operation, work };
    return { ...base, status: 'open', lease: null, token: 0, stretches: 0, cursor: null };
  });
  const ids = shards.map((shard) => shard.id);
  if (ids.length > MOST_SHARDS || new Set(ids).size < ids.length)
    throw new InvariantError(`${id} has ${ids.length} shares; at most ${MOST_SHARDS}, each once, are allowed`);
  stretch.keeper.check();
  return transact(engine, async (transaction) => {
    const path = paths.fanOut(slot.slotId, attempt, id);
    const [stored, record] = await transaction.getAll<[FanOutRecord, SlotRecord]>([path, paths.slot(slot.slotId)]);
    const plannedAt = stored?.plannedAt ?? transaction.readAt;
    const owed: OutboxRecord = {
      id: `${runId}~${id}`,
      createdAt: plannedAt,
      points: [],
      escalations: [],
      wakes: ids.map((shard) => ({ phase: slot.phase, dueAt: slot.dueAt, shard: { runId, id: shard } })),
      reports: [],
    };
    // An unknown commit that did land: the lease went with it, and the plan is the proof.
    if (stored !== undefined) return owed;
    const running = checkHolding(record, stretch.keeper.holding, transaction.readAt);
    transaction.create(path, { id, operation, about, shards: ids, open: ids, plannedAt } satisfies FanOutRecord);
    for (const shard of shards) transaction.create(paths.shard(slot.slotId, attempt, shard.id), shard);
    transaction.set(paths.outbox(owed.id), owed);
    // One more for the message that wakes the run.
    transaction.set(paths.slot(slot.slotId), parked(running, id, ids.length + 1));
    return owed;
  });
}

async function park(
  transaction: Transaction,
  stretch: Stretch,
  { id }: FanOutRecord,
  publishes: number,
): Promise<void> {
  const record = await transaction.get<SlotRecord>(paths.slot(stretch.slot.slotId));
  if (record?.status === 'running' && record.parkedFor === id) return;
  const running: RunningSlot = checkHolding(record, stretch.keeper.holding, transaction.readAt);
  transaction.set(paths.slot(running.slotId), parked(running, id, publishes));
}
