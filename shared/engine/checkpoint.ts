import { PortError } from '../domain/errors.ts';
import type { Escalation } from '../domain/escalation.ts';
import { EMPTY_HEAD, type LedgerHead, type LedgerLine } from '../domain/ledger.ts';
import { type Lockdown, lock, NO_LOCKDOWN } from '../domain/lockdown.ts';
import type { Checkpoint } from '../domain/run.ts';
import { epochMs, type Instant } from '../domain/time.ts';
import type { Transaction } from '../ports/documents.ts';
import { blockingFindings } from './conclude.ts';
import { assertHolding, renewed } from './lease.ts';
import { paths, writeLedger } from './records.ts';
import type { OperationRecord } from './run-operation.ts';
import type { Pass, Stretch } from './stretch.ts';
import { transact } from './transact.ts';

/**
 * Stores an operation's result, once. A violation sets the lockdown and creates its escalation in the same commit, so
 * that there is no moment in which it is known and nothing is locked.
 */
export async function writeCheckpoint(stretch: Stretch, record: OperationRecord): Promise<Checkpoint> {
  const { engine, keeper, slot } = stretch;
  keeper.check();
  const checkpoint: Checkpoint = { ...record, token: keeper.holding.token };
  const path = paths.operation(slot.slotId, stretch.attempt, record.operation);
  const beforeMs = engine.clock.monotonicMs();
  let renews = false;
  const write = async (transaction: Transaction): Promise<Checkpoint> => {
    const running = await assertHolding(transaction, keeper.holding);
    const violation = record.verdict === 'violated' ? await readForViolation(transaction) : undefined;
    transaction.create(path, checkpoint);
    renews = leaseIsOld(stretch, running.lease?.until, transaction.readAt);
    if (renews) {
      transaction.set(paths.slot(slot.slotId), renewed(engine, running, transaction.readAt));
    }
    if (violation !== undefined) writeViolation(transaction, stretch, checkpoint, violation);
    return checkpoint;
  };
  try {
    const stored = await transact(engine, write);
    if (renews) keeper.granted(keeper.holding, beforeMs);
    return stored;
  } catch (error) {
    // Only the holder writes here, so what exists is this very write, of which nothing was known: it did land.
    if (!(error instanceof PortError) || error.code !== 'already-exists') throw error;
    return (await engine.documents.get<Checkpoint>(path)) ?? checkpoint;
  }
}

/** Renewing with every checkpoint would double the writes; after a third of its time it is due. */
function leaseIsOld({ engine }: Stretch, until: Instant | undefined, at: Instant): boolean {
  return until === undefined || epochMs(until) - epochMs(at) < engine.limits.leaseSeconds * 667;
}

interface ViolationState {
  readonly lockdown: Lockdown;
  readonly head: LedgerHead;
}

export async function readForViolation(transaction: Transaction): Promise<ViolationState> {
  const [lockdown, head] = await transaction.getAll<[Lockdown, LedgerHead]>([paths.lockdown, paths.head]);
  return { lockdown: lockdown ?? NO_LOCKDOWN, head: head ?? EMPTY_HEAD };
}

/** Whoever finds a violation: the lockdown, its ledger line and its escalation, in the caller's commit. */
export function writeViolation(
  transaction: Transaction,
  pass: Pick<Pass, 'runId' | 'slot' | 'phase'>,
  checkpoint: Pick<Checkpoint, 'findings'>,
  state: ViolationState,
  lines: readonly LedgerLine[] = [],
): void {
  const at = transaction.readAt;
  const violations = checkpoint.findings.filter(({ verdict }) => verdict === 'violated');
  const reason = `${pass.runId}: ${violations.map(({ message }) => message).join('; ')}`.slice(0, 500);
  const next = lock(
    state.lockdown,
    {
      cause: 'compliance',
      reason,
      slotId: pass.slot.slotId,
      findingIds: violations.map(({ id }) => id),
      escalationId: pass.runId,
      setBy: 'engine',
    },
    at,
  );
  const isNew = next !== state.lockdown;
  const detail = { cause: next.cause, run: pass.runId, findings: next.findingIds };
  const locking: LedgerLine = { kind: 'lockdown-set', subject: `epoch ${next.epoch}`, actor: 'engine', detail };
  if (isNew) transaction.set(paths.lockdown, next);
  const all = isNew ? [...lines, locking] : lines;
  if (all.length > 0) writeLedger(transaction, state.head, all, at);
  const escalation: Escalation = {
    id: pass.runId,
    cause: reason,
    routes: ['security', 'critical'],
    severity: 'critical',
    title: `${pass.phase.name} found a compliance violation`,
    phase: pass.phase.name,
    slotId: pass.slot.slotId,
    runId: pass.runId,
    since: at,
    findings: blockingFindings([checkpoint]),
    rolledBack: [],
    nextStep: 'security reviews the violation; two people lift the lockdown',
    acknowledgedAt: null,
    joined: [],
  };
  transaction.set(paths.escalation(escalation.id), escalation);
  transaction.set(paths.outbox(`${pass.runId}~violation`), {
    id: `${pass.runId}~violation`,
    createdAt: at,
    points: [],
    escalations: [escalation.id],
    wakes: [],
    reports: [],
  });
}
