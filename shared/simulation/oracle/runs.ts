import { CHAIN, chainSlot, type DayRecord, isChainPhase } from '../../domain/day.ts';
import type { Checkpoint, RunningSlot, SlotRecord } from '../../domain/run.ts';
import { isLeaseLive } from '../../domain/run.ts';
import { rerunClosesAt, runIdOf, startClosesAt } from '../../domain/slot.ts';
import { epochMs, plusSeconds } from '../../domain/time.ts';
import { paths } from '../../engine/records.ts';
import type { Commit } from '../documents.ts';
import { checkConclusion } from './conclusions.ts';
import type { OracleState } from './state.ts';

/** A message that names a slot of the days before the first may still find it expired. */
const FORGOTTEN_MS = 4 * 86_400_000;

/** A slot's document changed: leases, tokens, windows, and that what is concluded stays so. */
export function onSlot(state: OracleState, before: SlotRecord | undefined, after: SlotRecord, commit: Commit): void {
  if (before?.status === 'concluded')
    state.demand(
      after.status === 'running' && after.attempt === before.attempt + 1,
      'I6',
      () => `${after.slotId}: a concluded attempt became ${after.status}#${after.attempt}`,
    );
  if (before === undefined) {
    const due = epochMs(after.dueAt);
    const isExpected = due >= state.expectedFromMs - FORGOTTEN_MS && due <= epochMs(commit.readAt) + 60_000;
    state.demand(isExpected, 'I23', () => `${after.slotId} got a row at ${commit.readAt}, and was not due`);
  }
  if (after.status === 'running') onRunning(state, before, after, commit);
  if (before?.status === 'running' && after.status !== 'running') onLeft(state, before, after, commit);
  if (after.status === 'concluded') checkConclusion(state, after, commit);
  const summary = state.store.get<DayRecord>(paths.day(after.date))?.slots[after.slotId];
  state.demand(
    summary?.status === after.status && summary.attempt === after.attempt,
    'I3',
    () => `${after.slotId} is ${after.status}#${after.attempt}, its day says ${summary?.status}#${summary?.attempt}`,
  );
}

function onRunning(state: OracleState, before: SlotRecord | undefined, after: RunningSlot, commit: Commit): void {
  const { worker, readAt } = commit;
  const known = before?.status === 'running' && before.attempt === after.attempt ? before : undefined;
  if (known === undefined) onStart(state, before, after, commit);
  const runId = runIdOf(after.slotId, after.attempt);
  state.demand(
    after.stretches <= 12 && after.publishes <= 40,
    'I20',
    () => `${runId}: ${after.stretches} stretches, ${after.publishes} publishes`,
  );
  const isGrant = after.lease !== null && (known?.token !== after.token || known.lease?.holder !== after.lease.holder);
  if (isGrant) {
    state.demand(
      after.token > state.maxToken,
      'I4',
      () => `${runId}: token ${after.token} was granted after ${state.maxToken}`,
    );
    state.demand(after.lease?.token === after.token, 'I4', () => `${runId}: the lease has another token than the run`);
    state.maxToken = Math.max(state.maxToken, after.token);
    state.tokens.set(after.token, runId);
    if (after.lease !== null) {
      if (known?.lease?.holder !== after.lease.holder) onNewHolder(state, known, after, commit);
      state.holders.set(after.lease.holder, worker.key);
    }
  } else
    state.demand(known?.token === after.token, 'I4', () => `${runId}: the token became ${after.token} without a grant`);
  const isResume = isGrant && known?.lease?.holder !== after.lease?.holder;
  if (known !== undefined && !isResume)
    state.demand(
      holds(state, known, worker.key, readAt),
      'I4',
      () => `${runId}: ${worker.key} wrote without holding the run`,
    );
  if (after.rollback !== null) markRollback(state, runId);
  else state.demand(known?.rollback == null, 'I10', () => `${runId}: a rollback was forgotten`);
}

function onStart(state: OracleState, before: SlotRecord | undefined, after: RunningSlot, { readAt }: Commit): void {
  const runId = runIdOf(after.slotId, after.attempt);
  const closes = before?.status === 'concluded' ? rerunClosesAt(after) : startClosesAt(after);
  state.demand(readAt <= closes, 'I13', () => `${runId} started at ${readAt}, its window closed at ${closes}`);
  state.demand(plusSeconds(readAt, 60) >= after.dueAt, 'I23', () => `${runId} started at ${readAt}, before it was due`);
  const messageId = after.lease?.messageId;
  if (messageId !== undefined) {
    const earlier = state.worked.get(messageId);
    state.demand(earlier === undefined, 'once', () => `${messageId} worked on ${earlier}, and then began ${runId}`);
  }
  state.runs.set(runId, {
    runId,
    slotId: after.slotId,
    isNoon: after.phase === 'high-noon-sync',
    startedAtMs: epochMs(readAt),
    effects: new Map(),
    lastCheckpoint: -1,
    hasViolation: false,
    rollback: false,
    concludedAs: undefined,
  });
}

function onNewHolder(state: OracleState, known: RunningSlot | undefined, after: RunningSlot, { readAt }: Commit): void {
  if (after.lease !== null) state.worked.set(after.lease.messageId, runIdOf(after.slotId, after.attempt));
  state.demand(!isLeaseLive(known?.lease ?? null, readAt), 'I1', () => `${after.slotId}: a live lease was taken over`);
  if (!isChainPhase(after.phase)) return;
  for (const phase of CHAIN) {
    if (phase === after.phase) continue;
    const other = state.store.get<SlotRecord>(paths.slot(chainSlot(phase, after.date).slotId));
    state.demand(
      other?.status !== 'running' || !isLeaseLive(other.lease, readAt),
      'I1',
      () => `${after.slotId} was granted while ${other?.slotId} holds a live lease`,
    );
  }
}

/** A running attempt ended, by its holder or, without a live lease, by whoever noticed that it has used up its stretches. */
function onLeft(state: OracleState, before: RunningSlot, after: SlotRecord, { worker, readAt }: Commit): void {
  const byHolder = holds(state, before, worker.key, readAt);
  const byNotice = !isLeaseLive(before.lease, readAt) && before.stretches >= 12;
  state.demand(
    after.status === 'concluded' && after.attempt === before.attempt && (byHolder || byNotice),
    'I4',
    () => `${before.slotId}#${before.attempt} became ${after.status} by ${worker.key}, which does not hold it`,
  );
}

export const holds = (state: OracleState, slot: RunningSlot, workerKey: string, readAt: string): boolean =>
  isLeaseLive(slot.lease, readAt) && state.holders.get(slot.lease.holder) === workerKey;

function markRollback(state: OracleState, runId: string): void {
  const run = state.runs.get(runId);
  if (run !== undefined) run.rollback = true;
}

/** A checkpoint was written. */
export function onCheckpoint(
  state: OracleState,
  slotId: string,
  attempt: number,
  before: object | undefined,
  after: Checkpoint,
  { worker, readAt }: Commit,
): void {
  const runId = runIdOf(slotId, attempt);
  const run = state.runs.get(runId);
  const slot = state.store.get<SlotRecord>(paths.slot(slotId));
  state.demand(before === undefined, 'I9', () => `${runId}: the checkpoint of ${after.operation} was written again`);
  state.demand(
    run !== undefined && after.index > run.lastCheckpoint,
    'I9',
    () => `${runId}: ${after.operation} came out of order`,
  );
  state.demand(
    slot?.status === 'running' &&
      slot.attempt === attempt &&
      slot.token === after.token &&
      holds(state, slot, worker.key, readAt),
    'I4',
    () => `${runId}: the checkpoint of ${after.operation} was written by ${worker.key} without holding the run`,
  );
  if (run !== undefined) run.lastCheckpoint = after.index;
  if (after.verdict !== 'violated') return;
  if (run !== undefined) run.hasViolation = true;
  const lockdown = state.store.get<{ active: boolean; cause: string }>(paths.lockdown);
  state.demand(
    lockdown?.active === true && lockdown.cause === 'compliance',
    'I17',
    () => `${runId}: ${after.operation} was violated and no lockdown stands in that commit`,
  );
}

/** An operation begins, in whichever worker. */
export function onBegin(state: OracleState, slotId: string, attempt: number, operation: string): void {
  const known = state.store.documents.has(paths.operation(slotId, attempt, operation));
  state.demand(!known, 'I9', () => `${runIdOf(slotId, attempt)}: ${operation} runs again after its checkpoint`);
}
