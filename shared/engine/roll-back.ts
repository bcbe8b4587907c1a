import { InvariantError, PortError } from '../domain/errors.ts';
import type { LedgerHead } from '../domain/ledger.ts';
import { EMPTY_HEAD } from '../domain/ledger.ts';
import type { Operation, OperationContext, Probe, UndoPlan } from '../domain/operation.ts';
import type { EffectRecord, RollbackRecord } from '../domain/run.ts';
import { plusSeconds } from '../domain/time.ts';
import type { PortMap } from '../ports/port-map.ts';
import { callOnce } from './effects.ts';
import { assertHolding } from './lease.ts';
import { paths, writeLedger } from './records.ts';
import { contextFor, type Stretch } from './stretch.ts';
import { retrying, transact } from './transact.ts';

type UndoOutcome = RollbackRecord['effects'][number];

/** Puts every effect of the attempt back, newest first, and reads back that it is as pinned. Resumable: each outcome is stored. */
export async function rollBack(
  stretch: Stretch,
  cause: string,
  begun: { begunAt: string } | null,
): Promise<RollbackRecord> {
  const begunAt = begun?.begunAt ?? (await beginRollback(stretch, cause));
  const effects = await storedEffects(stretch);
  const outcomes: UndoOutcome[] = [];
  for (const effect of [...effects].sort((a, b) => b.order - a.order)) {
    outcomes.push(settledOutcome(effect) ?? (await undoOne(stretch, effect)));
  }
  const failed = outcomes.some(({ outcome }) => outcome === 'failed');
  return { begunAt, cause, outcome: failed ? 'failed' : 'done', effects: outcomes };
}

/**
 * The rollback intent: from this commit on no forward effect of the run may begin. It takes a new token, because a
 * stalled call of this very stretch carries the old one and must be refused by the fence.
 */
async function beginRollback(stretch: Stretch, cause: string): Promise<string> {
  const { engine, keeper } = stretch;
  const { holding } = keeper;
  const beforeMs = engine.clock.monotonicMs();
  const { token, begunAt } = await transact(engine, async (transaction) => {
    const head = (await transaction.get<LedgerHead>(paths.head)) ?? EMPTY_HEAD;
    const stored = await transaction.get<{
      rollback: { token: number; begunAt: string } | null;
      lease: { holder: string } | null;
    }>(paths.slot(holding.slotId));
    if (stored?.rollback !== null && stored?.rollback !== undefined && stored.lease?.holder === holding.holder)
      return stored.rollback;
    const running = await assertHolding(transaction, holding);
    if (running.lease === null) throw new InvariantError(`${holding.slotId}: rolls back without a lease`);
    const next = { token: head.token + 1, begunAt: transaction.readAt, cause: cause.slice(0, 500) };
    const lease = {
      ...running.lease,
      token: next.token,
      until: plusSeconds(transaction.readAt, engine.limits.leaseSeconds),
    };
    transaction.set(paths.slot(holding.slotId), { ...running, token: next.token, lease, rollback: next });
    const line = {
      kind: 'rollback-begun',
      subject: stretch.runId,
      actor: 'engine',
      detail: { cause: next.cause, token: next.token },
    };
    writeLedger(transaction, { ...head, token: next.token }, [line], transaction.readAt);
    return next;
  });
  keeper.granted({ ...holding, token }, beforeMs);
  return begunAt;
}

export async function storedEffects(stretch: Stretch): Promise<EffectRecord[]> {
  const found = await stretch.engine.documents.query<EffectRecord>(paths.effects(stretch.slot.slotId, stretch.attempt));
  return found.map(({ data }) => data);
}

function settledOutcome(effect: EffectRecord): UndoOutcome | undefined {
  if (effect.state !== 'undone' && effect.state !== 'never-applied') return undefined;
  return {
    effectId: effect.effectId,
    target: effect.target,
    outcome: effect.state,
    detail: 'put back in an earlier stretch',
  };
}

async function undoOne(stretch: Stretch, effect: EffectRecord): Promise<UndoOutcome> {
  const answer = (outcome: UndoOutcome['outcome'], detail: string): UndoOutcome => ({
    effectId: effect.effectId,
    target: effect.target,
    outcome,
    detail,
  });
  const plan = undoPlan(stretch, effect);
  if (plan === undefined) return answer('failed', `the plan has no way to undo ${effect.operation}`);
  let last = '';
  let isRefused = false;
  for (let tried = 1; tried <= stretch.engine.limits.triesPerCall; tried++) {
    try {
      const probe = await undoOnce(stretch, effect, plan);
      if (probe.kind === 'done') {
        await markUndone(stretch, effect, probe.state);
        return answer(
          probe.state,
          probe.state === 'undone' ? 'put back, and read back as pinned' : 'it had never taken effect',
        );
      }
      last = probe.detail;
      isRefused = false;
      if (probe.kind === 'foreign') return answer('failed', last);
    } catch (error) {
      if (!(error instanceof PortError)) throw error;
      last = error.message;
      isRefused = !error.retryable && !error.ambiguous && error.code !== 'precondition-failed';
    }
    await stretch.engine.clock.sleep(stretch.engine.ids.random() * 250 * 4 ** tried, stretch.keeper.signal);
  }
  // One refusal may be a permission that is on its way; one that stays is for a person.
  if (isRefused) return answer('failed', last);
  // Transient trouble is not the end of a rollback: a later stretch goes on, as long as there is time.
  throw new PortError('rollback', 'unavailable', `${effect.target} could not be put back yet: ${last}`);
}

type UndoStep =
  | { kind: 'done'; state: 'undone' | 'never-applied' }
  | { kind: 'foreign' | 'unverified'; detail: string };

async function undoOnce(stretch: Stretch, effect: EffectRecord, plan: UndoPlan): Promise<UndoStep> {
  const { signal } = stretch.keeper;
  await callOnce(stretch, effect.target, signal, (grant) => plan.fence(grant));
  const before = await plan.probe();
  if (before.state === 'pinned')
    return { kind: 'done', state: effect.state === 'applied' ? 'undone' : 'never-applied' };
  if (before.state === 'other') return { kind: 'foreign', detail: foreignDetail(effect, before) };
  await callOnce(stretch, effect.target, signal, (grant) => plan.call(grant));
  const after = await plan.probe();
  if (after.state === 'pinned') return { kind: 'done', state: 'undone' };
  return { kind: 'unverified', detail: `${effect.target}: put back, and reading back shows something else` };
}

const foreignDetail = (effect: EffectRecord, probe: Probe): string =>
  `${effect.target} holds ${JSON.stringify(probe.receipt.value ?? probe.receipt.digest ?? null)}, which neither this run put there nor was there before`;

async function markUndone(stretch: Stretch, effect: EffectRecord, state: 'undone' | 'never-applied'): Promise<void> {
  await transact(stretch.engine, async (transaction) => {
    await assertHolding(transaction, stretch.keeper.holding);
    const next: EffectRecord = { ...effect, state, settledAt: transaction.readAt };
    transaction.set(paths.effect(stretch.slot.slotId, stretch.attempt, effect.effectId), next);
  });
}

function undoPlan(stretch: Stretch, effect: EffectRecord): UndoPlan | undefined {
  const operation = stretch.phase.operations.find(({ name }) => name === effect.operation);
  return operation?.undo?.(undoContext(stretch, operation), effect);
}

function undoContext(stretch: Stretch, operation: Operation<PortMap>): OperationContext<PortMap> {
  const refuse = (): never => {
    throw new InvariantError(`${operation.name}: undoing may not begin an effect or keep a cursor`);
  };
  return contextFor(stretch, operation, {
    signal: stretch.keeper.signal,
    deadlineMs: stretch.endsAtMs,
    cursor: undefined,
    saveCursor: refuse,
    effects: { apply: refuse },
    fanOut: refuse,
  });
}

/** Raises the token at everything an earlier stretch promised to touch, so that its stalled calls are refused. */
export async function fenceEarlierEffects(stretch: Stretch): Promise<void> {
  for (const effect of await storedEffects(stretch)) {
    const plan = undoPlan(stretch, effect);
    if (plan === undefined) continue;
    const { signal } = stretch.keeper;
    await retrying(stretch.engine, signal, () =>
      callOnce(stretch, effect.target, signal, (grant) => plan.fence(grant)),
    );
  }
}
