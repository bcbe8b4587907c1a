import { activeChainSlot, type DayRecord, emptyDay, isGoPhase } from '../domain/day.ts';
import { PortError } from '../domain/errors.ts';
import type { Evidence } from '../domain/finding.ts';
import { digestOf, sha256 } from '../domain/json.ts';
import { type Lockdown, NO_LOCKDOWN } from '../domain/lockdown.ts';
import {
  EffectError,
  type EffectRunner,
  type Grant,
  type Operation,
  type PlannedEffect,
  type Probe,
} from '../domain/operation.ts';
import { type Action, lockState, permitted } from '../domain/permissions.ts';
import type { EffectRecord, RunningSlot, SlotRecord } from '../domain/run.ts';
import { effectDeadlineOf } from '../domain/slot.ts';
import { ticketFault } from '../domain/ticket.ts';
import { plusSeconds } from '../domain/time.ts';
import type { Transaction } from '../ports/documents.ts';
import type { PortMap } from '../ports/port-map.ts';
import { withDeadline } from './deadline.ts';
import { assertHolding, checkHolding, renewed } from './lease.ts';
import { paths } from './records.ts';
import type { Stretch } from './stretch.ts';
import { transact } from './transact.ts';

export const effectIdOf = (operation: string, target: string): string => `${operation}~${sha256(target).slice(0, 16)}`;

/** Carries one action's effects through intent, probe, call, read-back and checkpoint. */
export function effectRunner(stretch: Stretch, operation: Operation<PortMap>, signal: AbortSignal): EffectRunner {
  return {
    async apply(effect) {
      // An operation that outlived its timeout must not begin anything.
      if (signal.aborted) throw new EffectError('too-late', effect.target, `${operation.name} had already ended`);
      const record = await intend(stretch, operation, effect);
      if (record.state === 'applied' && record.receipt !== null) return record.receipt;
      const receipt = await bringAbout(stretch, effect, signal);
      await markApplied(stretch, record, receipt);
      return receipt;
    },
  };
}

/** The promise, made in one commit with everything that must hold for it. */
async function intend(stretch: Stretch, operation: Operation<PortMap>, effect: PlannedEffect): Promise<EffectRecord> {
  const { engine, keeper, slot } = stretch;
  keeper.check();
  const { holding } = keeper;
  const effectId = effectIdOf(operation.name, effect.target);
  const path = paths.effect(slot.slotId, stretch.attempt, effectId);
  const beforeMs = engine.clock.monotonicMs();
  const record = await transact(engine, async (transaction) => {
    const [stored, lockdown, day] = await transaction.getAll<[SlotRecord, Lockdown, DayRecord]>([
      paths.slot(slot.slotId),
      paths.lockdown,
      paths.day(stretch.day.date),
    ]);
    const running = checkHolding(stored, holding, transaction.readAt);
    const known = running.effectIds.includes(effectId) ? await transaction.get<EffectRecord>(path) : undefined;
    const argsDigest = digestOf(effect.args);
    if (known !== undefined && known.argsDigest !== argsDigest) {
      throw new EffectError('conflict', effect.target, `an intent with other arguments exists for ${effect.target}`);
    }
    if (known?.state === 'applied') return known;
    const refusal = intentRefusal(
      stretch,
      operation.permission,
      running,
      day ?? emptyDay(stretch.day.date),
      lockdown ?? NO_LOCKDOWN,
      transaction,
    );
    if (refusal !== undefined) throw new EffectError('intent-refused', effect.target, refusal);
    // The same intent again, under a newer token, keeps its place in the order.
    const next: EffectRecord = {
      effectId,
      runId: stretch.runId,
      operation: operation.name,
      target: effect.target,
      args: effect.args,
      argsDigest,
      pin: effect.pin,
      token: holding.token,
      order: known?.order ?? running.effectIds.length,
      forward: slot.phase === 'high-noon-sync',
      intendedAt: known?.intendedAt ?? transaction.readAt,
      deadline: plusSeconds(transaction.readAt, engine.limits.callSeconds),
      state: 'intended',
      settledAt: null,
      receipt: null,
    };
    const effectIds = running.effectIds.includes(effectId) ? running.effectIds : [...running.effectIds, effectId];
    transaction.set(paths.slot(slot.slotId), { ...renewed(engine, running, transaction.readAt), effectIds });
    transaction.set(path, next);
    return next;
  });
  keeper.granted(holding, beforeMs);
  return record;
}

/** Why no effect may begin now; undefined when it may. */
function intentRefusal(
  stretch: Stretch,
  declared: Action | undefined,
  running: RunningSlot,
  day: DayRecord,
  lockdown: Lockdown,
  { readAt }: Transaction,
): string | undefined {
  if (running.rollback !== null) return 'a rollback has begun';
  const state = lockState(lockdown, day);
  if (stretch.slot.phase !== 'high-noon-sync') {
    return permitted(declared ?? actionOf(stretch), state) === 'yes' ? undefined : `a ${state} is in force`;
  }
  if (permitted('noon-forward-effect', state) !== 'yes') return `a ${state} is in force`;
  const closed = (['t-90-prep', 't-30-final-check'] as const).find((phase) => !isGoPhase(day, phase));
  if (closed !== undefined) return `${closed} is not go any more`;
  const active = activeChainSlot(day, stretch.slot.slotId);
  if (active !== undefined) return `${active.slotId} is running`;
  if (readAt >= effectDeadlineOf(stretch.slot))
    return `the effect deadline ${effectDeadlineOf(stretch.slot)} has passed`;
  const fault = ticketFault(day.ticket, stretch.runId, readAt);
  if (fault !== undefined) return fault;
  return day.ticket?.status === 'claimed' ? undefined : 'the go ticket is not claimed by this run';
}

function actionOf(stretch: Stretch): Action {
  if (stretch.slot.phase === 'snapshot-orchestration') return 'snapshot-create';
  return stretch.slot.phase === 'weekly-risk-review' ? 'scratch-restore' : 'stage-data';
}

/** Probe, call, read back. After an error that says nothing it looks again, and never just calls again. */
async function bringAbout(stretch: Stretch, effect: PlannedEffect, signal: AbortSignal): Promise<Evidence> {
  const { engine } = stretch;
  for (let tried = 1; ; tried++) {
    const before = await look(stretch, effect, signal);
    if (before.state === 'applied') return before.receipt;
    if (before.state === 'other')
      throw new EffectError('conflict', effect.target, `${effect.target} is neither as pinned nor as wanted`);
    try {
      await callOnce(stretch, effect.target, signal, (grant) => effect.call(grant));
    } catch (error) {
      if (!(error instanceof PortError)) throw error;
      const after = await look(stretch, effect, signal);
      if (after.state === 'applied') return after.receipt;
      const again = (error.retryable || error.ambiguous) && tried < engine.limits.triesPerCall;
      if (!again)
        throw new EffectError('call-failed', effect.target, `${effect.target}: ${error.message}`, { cause: error });
      await engine.clock.sleep(engine.ids.random() * 250 * 4 ** tried, signal);
      continue;
    }
    const after = await look(stretch, effect, signal);
    if (after.state === 'applied') return after.receipt;
    if (tried >= engine.limits.triesPerCall) {
      throw new EffectError(
        'not-verified',
        effect.target,
        `${effect.target}: the call succeeded, and reading back shows something else`,
      );
    }
  }
}

async function look(stretch: Stretch, effect: Pick<PlannedEffect, 'probe'>, signal: AbortSignal): Promise<Probe> {
  stretch.keeper.check();
  for (let tried = 1; ; tried++) {
    try {
      return await effect.probe();
    } catch (error) {
      if (
        !(error instanceof PortError) ||
        !error.retryable ||
        tried >= stretch.engine.limits.triesPerCall ||
        signal.aborted
      )
        throw error;
      await stretch.engine.clock.sleep(stretch.engine.ids.random() * 250 * 4 ** tried, signal);
    }
  }
}

/** One call with the token and at most thirty seconds. */
export async function callOnce(
  stretch: Stretch,
  target: string,
  signal: AbortSignal,
  call: (grant: Grant) => Promise<void>,
): Promise<void> {
  const { engine, keeper } = stretch;
  keeper.check();
  const { token } = keeper.holding;
  await withDeadline(engine.clock, engine.limits.callSeconds * 1000, `the call on ${target}`, signal, (callSignal) =>
    call({ token, signal: callSignal }),
  );
}

/**
 * The checkpoint of an effect, under the token of its intent: an operation that outlived its timeout may still be here
 * when its own stretch has put the effect back under a newer one. One that lands after the deadline counts as failed,
 * and is put back: that is judged by the store's time, because a worker's own clock may be wrong.
 */
async function markApplied(stretch: Stretch, record: EffectRecord, receipt: Evidence): Promise<void> {
  const { engine, keeper, slot } = stretch;
  await transact(engine, async (transaction) => {
    const path = paths.effect(slot.slotId, stretch.attempt, record.effectId);
    await assertHolding(transaction, { ...keeper.holding, token: record.token });
    const deadline = effectDeadlineOf(slot);
    if (transaction.readAt > deadline)
      throw new EffectError('too-late', record.target, `${record.target} landed after the effect deadline ${deadline}`);
    transaction.set(path, {
      ...record,
      state: 'applied',
      settledAt: transaction.readAt,
      receipt,
    } satisfies EffectRecord);
  });
}
