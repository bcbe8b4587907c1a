import { isLeaseLive, type SlotRecord } from '../../domain/run.ts';
import type { ShardRecord } from '../../domain/shard.ts';
import { paths } from '../../engine/records.ts';
import type { Commit } from '../documents.ts';
import type { OracleState } from './state.ts';

/** A shard's document changed: its lease and token, that what is done stays so, and that its run waits for it. */
export function onShard(
  state: OracleState,
  slotId: string,
  attempt: number,
  before: ShardRecord | undefined,
  after: ShardRecord,
  { worker, readAt }: Commit,
): void {
  const run = state.store.get<SlotRecord>(paths.slot(slotId));
  state.demand(
    run?.status === 'running' && run.attempt === attempt && run.parkedFor === after.fanOut && run.lease === null,
    'I6',
    () => `${after.id} was written while its run did not wait for it`,
  );
  if (before === undefined) return;
  state.demand(before.status === 'open', 'I9', () => `${after.id} was done, and was written again`);
  if (before.status === 'done') return;
  state.demand(after.stretches <= 13, 'I20', () => `${after.id} has ${after.stretches} stretches`);
  if (after.token !== before.token) {
    state.demand(
      after.token > state.maxToken,
      'I4',
      () => `${after.id}: token ${after.token} was granted after ${state.maxToken}`,
    );
    state.demand(!isLeaseLive(before.lease, readAt), 'I1', () => `${after.id}: a live lease was taken over`);
    state.maxToken = Math.max(state.maxToken, after.token);
    state.tokens.set(after.token, `${slotId}#${attempt}`);
    if (after.status === 'open' && after.lease !== null) state.holders.set(after.lease.holder, worker.key);
    return;
  }
  const isHeld = isLeaseLive(before.lease, readAt) && state.holders.get(before.lease.holder) === worker.key;
  state.demand(isHeld, 'I4', () => `${after.id}: ${worker.key} wrote without holding it`);
}
