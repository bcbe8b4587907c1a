import { chainSlot, type DayRecord } from '../domain/day.ts';
import { type Ending, endingOf, isGood } from '../domain/ending.ts';
import { InvariantError, PortError } from '../domain/errors.ts';
import { digestOf } from '../domain/json.ts';
import type { LedgerLine } from '../domain/ledger.ts';
import type { Revision } from '../domain/revision.ts';
import type { ConcludedSlot, RollbackRecord, RunningSlot, SlotRecord } from '../domain/run.ts';
import { startClosesAt } from '../domain/slot.ts';
import { issueTicket, type Ticket } from '../domain/ticket.ts';
import { isGo, type Verdict, worst } from '../domain/verdict.ts';
import { type Conclusion, readForConclusion, writeConclusion } from './conclude.ts';
import { checkHolding } from './lease.ts';
import { type Core, readCore } from './records.ts';
import type { Stretch } from './stretch.ts';
import { transact } from './transact.ts';

export interface Outcome {
  /** What cut the run short, beside what its operations found; judged as inconclusive. */
  readonly cut: string | null;
  readonly rollback: RollbackRecord | null;
}

/** The ending, in one conditional write: it lands only while this stretch holds the run. */
export async function settle(stretch: Stretch, outcome: Outcome): Promise<ConcludedSlot> {
  const { engine, slot, keeper } = stretch;
  keeper.check();
  return transact(engine, async (transaction) => {
    const core = await readCore(transaction, slot);
    const own = concludedBefore(core.slot, stretch.attempt);
    if (own !== undefined) return own;
    const running = checkHolding(core.slot, keeper.holding, core.at);
    const verdict = verdictOf(stretch, running, outcome);
    const rollback =
      outcome.rollback === null || outcome.rollback.effects.length === 0 ? 'none' : outcome.rollback.outcome;
    const ending = endingOf(verdict, rollback);
    if (isGood(ending) && running.rollback !== null)
      throw new InvariantError(`${stretch.runId}: a rolled-back run cannot end ${ending}`);
    if (!isGood(ending) && rollback === 'none' && mustRollBack(stretch, running))
      throw new PortError('engine', 'aborted', `${stretch.runId}: an intent landed after it was judged ${verdict}`);
    const extra = await readForConclusion(transaction, stretch.runId);
    return writeConclusion(engine, transaction, {
      ...conclusion(stretch, core, running, outcome, verdict, ending),
      ...extra,
    });
  });
}

/** The intent of an operation that outlived its timeout can land when its stretch has looked: the next stretch puts it back. */
const mustRollBack = ({ phase }: Stretch, running: RunningSlot): boolean =>
  phase.onFailure === 'roll-back' && running.effectIds.length > 0;

/** After an unknown commit the run may be concluded already, by this very write. */
function concludedBefore(slot: SlotRecord | undefined, attempt: number): ConcludedSlot | undefined {
  return slot?.status === 'concluded' && slot.attempt === attempt ? slot : undefined;
}

function verdictOf(stretch: Stretch, running: RunningSlot, outcome: Outcome): Verdict {
  const verdicts = stretch.checkpoints.map(({ verdict }) => verdict);
  if (outcome.cut !== null) verdicts.push('inconclusive');
  if (stretch.checkpoints.length === 0) verdicts.push('inconclusive');
  if (running.violatedBefore) verdicts.push('violated');
  return worst(verdicts);
}

function conclusion(
  stretch: Stretch,
  core: Core,
  running: RunningSlot,
  outcome: Outcome,
  verdict: Verdict,
  ending: Ending,
): Omit<Conclusion, 'totals' | 'upstream'> {
  const { slot, phase, checkpoints } = stretch;
  const after = dayAfter(stretch, core, verdict, ending);
  return {
    slot,
    attempt: stretch.attempt,
    startedAt: running.startedAt,
    begunBy: running.begunBy,
    at: core.at,
    ending,
    verdict,
    reason: reasonOf(stretch, outcome, verdict),
    underLockdown: running.underLockdown,
    pins: running.pins,
    stretches: running.stretches,
    rollback: outcome.rollback,
    checkpoints,
    day: after.day,
    lockdown: core.lockdown,
    head: core.head,
    revision: revisionAfter(stretch, core, ending),
    guardrails: phase.guardrailResults?.(checkpoints) ?? [],
    snapshotLevels: phase.snapshotLevels?.(checkpoints),
    lines: after.lines,
  };
}

function reasonOf(stretch: Stretch, outcome: Outcome, verdict: Verdict): string {
  if (outcome.cut !== null) return outcome.cut;
  if (verdict === 'passed') return 'every claim holds';
  const findings = stretch.checkpoints.flatMap(({ findings: all }) =>
    all.filter((finding) => finding.verdict === verdict),
  );
  const [first, ...more] = findings;
  if (first === undefined)
    return verdict === 'violated' ? 'an earlier attempt was violated' : `${verdict} without a finding`;
  return `${first.message}${more.length === 0 ? '' : ` (and ${more.length} more)`}`.slice(0, 300);
}

function revisionAfter(stretch: Stretch, core: Core, ending: Ending): Revision | undefined {
  if (!isGood(ending)) return undefined;
  const revision = stretch.phase.revision?.(stretch.checkpoints);
  return revision === undefined ? undefined : { ...revision, at: core.at, runId: stretch.runId };
}

interface DayAfter {
  readonly day: DayRecord;
  readonly lines: readonly LedgerLine[];
}

/** What the ending means for the day: a ticket or a hold after T-30, the spent ticket after noon. */
function dayAfter(stretch: Stretch, core: Core, verdict: Verdict, ending: Ending): DayAfter {
  const degradedServices = stretch.phase.degradedServices?.(stretch.checkpoints) ?? core.day.degradedServices;
  const day = { ...core.day, degradedServices };
  switch (stretch.phase.name) {
    case 't-30-final-check':
      return isGo(verdict) ? withTicket(stretch, core, day) : withHold(stretch, core, day, ending);
    case 'high-noon-sync':
      return { day: { ...day, ticket: spentTicket(stretch, core, ending) }, lines: [] };
    case 't-90-prep':
    case 'weekly-risk-review':
    case 'snapshot-orchestration':
      return { day, lines: [] };
  }
}

function withTicket(stretch: Stretch, core: Core, day: DayRecord): DayAfter {
  const bindings = stretch.phase.bindings?.(stretch.checkpoints);
  // A rerun under a lockdown is allowed to look, and never opens the gate.
  if (bindings === undefined || core.lockdown.active) return { day: { ...day, ticket: null }, lines: [] };
  const ticket = issueTicket({
    slotId: stretch.slot.slotId,
    attempt: stretch.attempt,
    issuedAt: core.at,
    validUntil: startClosesAt(chainSlot('high-noon-sync', day.date)),
    bindings,
    pins: stretch.pins,
    resultsDigest: digestOf(
      stretch.checkpoints.map(({ operation, verdict, findings, evidence }) => ({
        operation,
        verdict,
        findings,
        evidence,
      })),
    ),
  });
  return {
    day: { ...day, ticket },
    lines: [{ kind: 'ticket-issued', subject: ticket.id, actor: 'engine', detail: { run: stretch.runId } }],
  };
}

/** Only a T-30 that failed or could not tell holds the day; a violation locks it down. */
function withHold(stretch: Stretch, core: Core, day: DayRecord, ending: Ending): DayAfter {
  const without = { ...day, ticket: null };
  if (ending !== 'failed' && ending !== 'inconclusive') return { day: without, lines: [] };
  if (day.hold?.status === 'active') return { day: without, lines: [] };
  const first = stretch.checkpoints.flatMap(({ findings }) => findings).find(({ verdict }) => !isGo(verdict));
  const reason = `${stretch.runId} ended ${ending}${first === undefined ? '' : `: ${first.message}`}`.slice(0, 300);
  return {
    day: { ...without, hold: { status: 'active', cause: 't-30', reason, setBy: 'engine', setAt: core.at } },
    lines: [{ kind: 'hold-set', subject: day.date, actor: 'engine', detail: { cause: 't-30', reason } }],
  };
}

function spentTicket(stretch: Stretch, core: Core, ending: Ending): Ticket | null {
  const ticket = core.day.ticket;
  if (ticket === null || ticket.status !== 'claimed' || ticket.claimedBy !== stretch.runId) return ticket;
  const moved = stretch.phase.moved?.(stretch.checkpoints) ?? [];
  const { claimedBy: _claimedBy, claimedAt: _claimedAt, ...rest } = ticket;
  if (moved.length > 0) return { ...rest, status: 'void', voidedAt: core.at, moved };
  return { ...rest, status: 'used', claimedBy: ticket.claimedBy, usedAt: core.at, good: isGood(ending) };
}
