import type { RunningSlot } from '../domain/run.ts';
import { type FanOutRecord, isLost, type ShardRecord } from '../domain/shard.ts';
import { runIdOf } from '../domain/slot.ts';
import type { Instant } from '../domain/time.ts';
import type { Engine } from './engine.ts';
import { bodyOf } from './outbox.ts';
import { overtimeAt } from './overtime.ts';
import { paths } from './records.ts';

/**
 * What the watchdog does for a parked run: the messages of lost shards again. False when the run itself has to be woken,
 * because all have ended or its budget has.
 */
export async function tendShards(engine: Engine, running: RunningSlot, now: Instant): Promise<boolean> {
  const { slotId, attempt, parkedFor, phase, dueAt } = running;
  if (parkedFor === undefined || now > overtimeAt(running, running.startedAt)) return false;
  const plan = await engine.documents.get<FanOutRecord>(paths.fanOut(slotId, attempt, parkedFor));
  if (plan === undefined || plan.open.length === 0) return false;
  const runId = runIdOf(slotId, attempt);
  for (const id of plan.open) {
    const shard = await engine.documents.get<ShardRecord>(paths.shard(slotId, attempt, id));
    if (shard === undefined || !isLost(shard, plan, now)) continue;
    await engine.publisher.trigger(phase, bodyOf({ phase, dueAt, shard: { runId, id } }));
  }
  return true;
}
