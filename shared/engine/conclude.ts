import { type DayRecord, withSlot } from '../domain/day.ts';
import { type Ending, exitCodeOf } from '../domain/ending.ts';
import { type Escalation, joinsUpstream, needsEscalation, nextStepFor, routesFor } from '../domain/escalation.ts';
import type { Finding } from '../domain/finding.ts';
import type { LedgerHead, LedgerLine } from '../domain/ledger.ts';
import { type Lockdown, lock } from '../domain/lockdown.ts';
import type { GuardrailResult, SnapshotLevels } from '../domain/operation.ts';
import type { OutboxRecord, OwedReport } from '../domain/outbox.ts';
import type { Revision } from '../domain/revision.ts';
import {
  type AttemptRecord,
  type Checkpoint,
  type ConcludedSlot,
  type Pins,
  type RollbackRecord,
  slotBase,
  summarise,
} from '../domain/run.ts';
import { dateOfSlot, runIdOf, type Slot } from '../domain/slot.ts';
import { epochMs, type Instant } from '../domain/time.ts';
import { addOutcome, emptyTotals, TOTALS_ID, type Totals, totalPoints } from '../domain/totals.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { Transaction } from '../ports/documents.ts';
import type { Engine } from './engine.ts';
import { wakesAfter } from './outbox.ts';
import { EMPTY_PAGE, PAGE_PATH, type PageSummary, pageAfterEnding } from './page-summary.ts';
import { paths, writeLedger } from './records.ts';

/** Everything an ending is made of; `writeConclusion` is the only place that stores one. */
export interface Conclusion {
  readonly slot: Slot;
  readonly attempt: number;
  readonly startedAt: Instant | null;
  /** Of the attempt that ends here and of those before it; absent where none began. */
  readonly begunBy?: readonly string[] | undefined;
  readonly at: Instant;
  readonly ending: Ending;
  readonly verdict: Verdict | null;
  readonly reason: string;
  readonly underLockdown: boolean;
  readonly pins: Pins | null;
  readonly stretches: number;
  readonly rollback: RollbackRecord | null;
  readonly checkpoints: readonly Checkpoint[];
  /** The day with what this ending changes beside the slot itself: ticket, hold, scrub. */
  readonly day: DayRecord;
  readonly lockdown: Lockdown;
  readonly head: LedgerHead;
  readonly revision: Revision | undefined;
  readonly guardrails: readonly GuardrailResult[];
  readonly snapshotLevels?: SnapshotLevels | undefined;
  readonly lines: readonly LedgerLine[];
  /** The escalation of the cause upstream, when this ending only follows from it. */
  readonly upstream: { readonly id: string; readonly escalation: Escalation | undefined } | undefined;
  readonly totals: Totals | undefined;
  /** What the operator's page shows beside the day. */
  readonly page?: PageSummary | undefined;
}

/** Reads that a conclusion needs beside the core; before any write, as transactions demand. */
export async function readForConclusion(
  transaction: Transaction,
  upstreamId: string | undefined,
): Promise<Pick<Conclusion, 'totals' | 'upstream' | 'page'>> {
  const [totals, escalation, page] = await transaction.getAll<[Totals, Escalation, PageSummary]>([
    paths.counter(TOTALS_ID),
    paths.escalation(upstreamId ?? 'none'),
    PAGE_PATH,
  ]);
  return { totals, page, upstream: upstreamId === undefined ? undefined : { id: upstreamId, escalation } };
}

/** Stores the ending and everything that must be true with it, in the caller's commit. */
export function writeConclusion(engine: Engine, transaction: Transaction, c: Conclusion): ConcludedSlot {
  const { slot, at } = c;
  const runId = runIdOf(slot.slotId, c.attempt);
  const concluded: ConcludedSlot = {
    ...slotBase(slot, dateOfSlot(slot)),
    ...(c.begunBy === undefined ? {} : { begunBy: c.begunBy }),
    status: 'concluded',
    attempt: c.attempt,
    startedAt: c.startedAt,
    concludedAt: at,
    ending: c.ending,
    verdict: c.verdict,
    reason: c.reason,
    underLockdown: c.underLockdown,
  };
  const summary = summarise(concluded);
  const day = withSlot(c.day, summary);
  transaction.set(paths.slot(slot.slotId), concluded);
  transaction.create(paths.attempt(slot.slotId, c.attempt), attemptRecord(c, runId));
  transaction.set(paths.day(day.date), day);
  if (c.revision !== undefined) transaction.set(paths.lastKnownGood, c.revision);
  if (c.snapshotLevels !== undefined) transaction.set(paths.counter('snapshots'), c.snapshotLevels);

  const escalation = escalationFor(c, runId);
  const lockdown = c.ending === 'rollback-failed' ? lockForRollback(c, runId, at) : c.lockdown;
  const lines: LedgerLine[] = [
    ...c.lines,
    {
      kind: 'attempt-concluded',
      subject: runId,
      actor: 'engine',
      detail: { ending: c.ending, verdict: c.verdict, reason: c.reason },
    },
  ];
  if (lockdown !== c.lockdown) {
    transaction.set(paths.lockdown, lockdown);
    lines.push({
      kind: 'lockdown-set',
      subject: `epoch ${lockdown.epoch}`,
      actor: 'engine',
      detail: { cause: lockdown.cause, reason: lockdown.reason },
    });
  }
  transaction.set(PAGE_PATH, pageAfter(c, writeLedger(transaction, c.head, lines, at)));
  if (escalation !== undefined) transaction.set(paths.escalation(escalation.id), escalation);

  const before = c.totals ?? emptyTotals(at);
  const totals = addOutcome(before, {
    phase: slot.phase,
    slot: {
      slotId: slot.slotId,
      dueAt: slot.dueAt,
      ending: c.ending,
      verdict: c.verdict,
      startedAt: c.startedAt,
      concludedAt: at,
    },
    durationMs: c.startedAt === null ? null : durationMs(c),
    guardrails: c.guardrails,
  });
  transaction.set(paths.counter(TOTALS_ID), totals);
  const outbox: OutboxRecord = {
    id: runId,
    createdAt: at,
    points: totalPoints(before, totals, engine.environmentName, at),
    escalations: escalation === undefined || escalation.acknowledgedAt !== null ? [] : [escalation.id],
    wakes: wakesAfter(day, lockdown, at),
    reports: reportsFor(slot, c.attempt),
  };
  transaction.set(paths.outbox(runId), outbox);
  return concluded;
}

function pageAfter(c: Conclusion, entries: Parameters<typeof pageAfterEnding>[2]): PageSummary {
  const { slot, attempt, at, checkpoints, rollback, guardrails } = c;
  const settled = {
    slotId: slot.slotId,
    phase: slot.phase,
    dueAt: slot.dueAt,
    ending: c.ending,
    verdict: c.verdict,
    durationMs: c.startedAt === null ? null : durationMs(c),
  };
  const ending = { phase: slot.phase, slot: settled, attempt, at, checkpoints, rollback, guardrails };
  return pageAfterEnding(c.page ?? EMPTY_PAGE, ending, entries);
}

const durationMs = (c: Conclusion): number => (c.startedAt === null ? 0 : epochMs(c.at) - epochMs(c.startedAt));

function attemptRecord(c: Conclusion, runId: string): AttemptRecord {
  return {
    slotId: c.slot.slotId,
    attempt: c.attempt,
    runId,
    startedAt: c.startedAt,
    pins: c.pins,
    concluded: {
      at: c.at,
      ending: c.ending,
      verdict: c.verdict,
      exitCode: exitCodeOf(c.ending, c.verdict),
      reason: c.reason,
      durationMs: durationMs(c),
      stretches: c.stretches,
      rollback: c.rollback,
      operations: c.checkpoints.map(({ operation, verdict, durationMs: ms }) => ({
        name: operation,
        verdict,
        durationMs: ms,
      })),
    },
  };
}

/** Exactly one escalation per cause: a follow-up joins its upstream's, and only where there is none makes its own. */
function escalationFor(c: Conclusion, runId: string): Escalation | undefined {
  if (joinsUpstream(c.ending)) {
    const known = c.upstream?.escalation;
    if (known !== undefined) return { ...known, joined: [...new Set([...known.joined, runId])] };
  } else if (!needsEscalation(c.ending)) return undefined;
  const known = c.upstream?.id === runId ? c.upstream.escalation : undefined;
  const found = blockingFindings(c.checkpoints);
  return {
    id: runId,
    cause: c.reason,
    routes: routesFor(c.slot.phase, c.ending, c.verdict),
    severity: c.verdict === 'violated' || c.slot.phase === 'high-noon-sync' ? 'critical' : 'error',
    title: `${c.slot.phase} ${c.ending}: ${c.reason}`,
    phase: c.slot.phase,
    slotId: c.slot.slotId,
    runId,
    since: known?.since ?? c.at,
    findings: found.length > 0 ? found : (known?.findings ?? []),
    rolledBack: c.rollback?.effects.filter(({ outcome }) => outcome === 'undone').map(({ target }) => target) ?? [],
    nextStep: nextStepFor(c.slot.phase, c.ending),
    acknowledgedAt: known?.acknowledgedAt ?? null,
    ...(known?.told === undefined ? {} : { told: known.told }),
    joined: known?.joined ?? [],
  };
}

/** Ten findings tell a person what to do; the rest stands in the run. */
const ESCALATED_FINDINGS = 10;

export function blockingFindings(checkpoints: readonly Pick<Checkpoint, 'findings'>[]): Escalation['findings'] {
  const blocking = (finding: Finding) => finding.verdict !== 'passed' && finding.verdict !== 'degraded';
  return checkpoints
    .flatMap(({ findings }) => findings.filter(blocking))
    .slice(0, ESCALATED_FINDINGS)
    .map(({ id, message, remedy }) => ({ id, message, remedy }));
}

function lockForRollback(c: Conclusion, runId: string, at: Instant): Lockdown {
  const by = {
    cause: 'rollback-failed' as const,
    reason: `${runId} could not be rolled back`,
    slotId: c.slot.slotId,
    findingIds: [],
    escalationId: runId,
    setBy: 'engine',
  };
  return lock(c.lockdown, by, at);
}

function reportsFor(slot: Slot, attempt: number): OwedReport[] {
  const base = { date: dateOfSlot(slot), slotId: slot.slotId, attempt };
  switch (slot.phase) {
    case 'high-noon-sync':
      return [{ kind: 'high-noon', ...base }];
    case 't-30-final-check':
      return [{ kind: 'readiness', ...base }];
    case 'weekly-risk-review':
      return [{ kind: 'weekly', ...base }];
    case 't-90-prep':
    case 'snapshot-orchestration':
      return [];
  }
}
