import type { Admission } from '../domain/admission.ts';
import { summaryOf } from '../domain/day.ts';
import { endingOf } from '../domain/ending.ts';
import { unstartedEnding } from '../domain/gate.ts';
import type { Checkpoint, ConcludedSlot, RunningSlot } from '../domain/run.ts';
import { runIdOf, type Slot, startClosesAt } from '../domain/slot.ts';
import { worst } from '../domain/verdict.ts';
import type { Transaction } from '../ports/documents.ts';
import { type Conclusion, readForConclusion, writeConclusion } from './conclude.ts';
import { type Engine, phaseIn } from './engine.ts';
import { type Core, paths, readCore } from './records.ts';
import { transact } from './transact.ts';

type Unjudged = Pick<Extract<Admission, { kind: 'conclude' }>, 'ending' | 'reason'>;

/** Ends a slot on which nothing was judged: too late, skipped, scrubbed, missed, or refused by a lockdown. */
export async function concludeUnjudged(
  engine: Engine,
  transaction: Transaction,
  slot: Slot,
  core: Core,
  { ending, reason }: Unjudged,
): Promise<ConcludedSlot> {
  const extra = await readForConclusion(transaction, upstreamEscalation(slot, core, ending));
  const scrubs = ending === 'scrubbed';
  return writeConclusion(engine, transaction, {
    ...blank(slot, core),
    ...extra,
    attempt: 1,
    startedAt: null,
    ending,
    verdict: null,
    reason,
    day: scrubs ? { ...core.day, scrubbed: true } : core.day,
    lines: scrubs ? [{ kind: 'day-scrubbed', subject: core.day.date, actor: 'engine', detail: { reason } }] : [],
  });
}

/** Whose escalation already told people why this slot could not run. */
function upstreamEscalation(slot: Slot, core: Core, ending: Unjudged['ending']): string | undefined {
  if (ending === 'refused') return core.lockdown.escalationId ?? undefined;
  if (ending !== 'skipped' && ending !== 'scrubbed') return undefined;
  const finalCheck = summaryOf(core.day, 't-30-final-check');
  const prep = summaryOf(core.day, 't-90-prep');
  const cause =
    slot.phase === 'high-noon-sync' && finalCheck !== undefined && finalCheck.ending !== 'skipped' ? finalCheck : prep;
  return cause === undefined ? undefined : runIdOf(cause.slotId, cause.attempt);
}

function blank(
  slot: Slot,
  core: Core,
): Omit<Conclusion, 'attempt' | 'startedAt' | 'ending' | 'verdict' | 'reason' | 'totals' | 'upstream'> {
  return {
    slot,
    at: core.at,
    underLockdown: core.lockdown.active,
    pins: null,
    stretches: 0,
    rollback: null,
    checkpoints: [],
    day: core.day,
    lockdown: core.lockdown,
    head: core.head,
    revision: undefined,
    guardrails: [],
    lines: [],
  };
}

/**
 * A run that was started twelve times and never came to its end: it is ended here, by hand of whoever noticed. What its
 * operations found stands: a violation is one, also when nobody could put back what had been done.
 */
export async function endExhausted(
  engine: Engine,
  transaction: Transaction,
  running: RunningSlot,
  core: Core,
): Promise<ConcludedSlot> {
  const runId = runIdOf(running.slotId, running.attempt);
  const phase = phaseIn(engine, running.phase);
  const stored = await transaction.getAll<Checkpoint[]>(
    phase.operations.map(({ name }) => paths.operation(running.slotId, running.attempt, name)),
  );
  const checkpoints = stored.filter((checkpoint) => checkpoint !== undefined);
  const extra = await readForConclusion(transaction, runId);
  // While a run has no end, only a violation has told people of it: also one whose operation is in the plan no more.
  const isViolated = running.violatedBefore || extra.upstream?.escalation !== undefined;
  const verdicts = checkpoints.map(({ verdict }) => verdict);
  const verdict = worst(['inconclusive', ...verdicts, ...(isViolated ? (['violated'] as const) : [])]);
  // Only noon's effects are put back; what another phase staged stands for itself.
  const isHalfDone = running.phase === 'high-noon-sync' && running.effectIds.length > 0;
  const ticket = core.day.ticket;
  return writeConclusion(engine, transaction, {
    ...blank(running, core),
    ...extra,
    attempt: running.attempt,
    startedAt: running.startedAt,
    begunBy: running.begunBy,
    ending: endingOf(verdict, isHalfDone ? 'failed' : 'none'),
    verdict,
    checkpoints,
    guardrails: phase.guardrailResults?.(checkpoints) ?? [],
    reason: `${running.stretches} stretches did not bring it to an end`,
    pins: running.pins,
    stretches: running.stretches,
    underLockdown: running.underLockdown,
    day:
      ticket?.status === 'claimed' && ticket.claimedBy === runId
        ? { ...core.day, ticket: { ...ticket, status: 'used', usedAt: core.at, good: false } }
        : core.day,
  });
}

/** Ends a slot whose window closed without a start; undefined when there was nothing to close. */
export async function closeUnstarted(engine: Engine, slot: Slot): Promise<ConcludedSlot | undefined> {
  return transact(engine, async (transaction) => {
    const core = await readCore(transaction, slot);
    if (core.slot?.status === 'concluded' || core.slot?.status === 'running') return undefined;
    if (core.at <= startClosesAt(slot)) return undefined;
    return concludeUnjudged(engine, transaction, slot, core, unstartedEnding(slot, core.day));
  });
}
