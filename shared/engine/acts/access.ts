import type { Json } from '../../domain/json.ts';
import type { LedgerEntry } from '../../domain/ledger.ts';
import type { Proposal } from '../../domain/risk/access.ts';
import { describeChange } from '../../domain/risk/access-history.ts';
import type { Checkpoint } from '../../domain/run.ts';
import { dateOf, plusSeconds } from '../../domain/time.ts';
import type { Engine } from '../engine.ts';
import { createHistory } from '../history.ts';
import { type ActAnswer, type Actor, act } from './act.ts';

/** A proposal of the newest review, and what people did with it. */
export interface ProposalState {
  readonly proposal: Proposal;
  readonly approved: { readonly by: string; readonly at: string } | null;
  readonly applied: { readonly by: string; readonly at: string } | null;
}

/** Approvals are looked back for as long as a review could still propose the same. */
const LOOKBACK_DAYS = 92;

/** What the newest review proposed, and what was approved since; proposals that were approved stay listed until applied. */
export async function accessProposals(engine: Engine): Promise<ProposalState[]> {
  const history = createHistory(engine.documents);
  const now = engine.clock.now();
  const ledger = await history.ledger(plusSeconds(now, -LOOKBACK_DAYS * 86_400));
  const review = await newestReview(engine);
  const proposed = (review?.output as { proposals?: readonly Proposal[] } | null | undefined)?.proposals ?? [];
  const known = new Map(proposed.map((proposal) => [proposal.id, proposal]));
  const line = (kind: string, id: string) => ledger.findLast((entry) => entry.kind === kind && entry.subject === id);
  for (const entry of ledger) {
    const approved = proposalIn(entry);
    if (approved !== undefined && line('access-applied', approved.id) === undefined) known.set(approved.id, approved);
  }
  const said = (entry: LedgerEntry | undefined) => (entry === undefined ? null : { by: entry.actor, at: entry.at });
  return [...known.values()].map((proposal) => ({
    proposal,
    approved: said(line('access-approved', proposal.id)),
    applied: said(line('access-applied', proposal.id)),
  }));
}

/** Whether a review has looked at access at all: no proposal of no review says nothing. */
export const isAccessReviewed = async (engine: Engine): Promise<boolean> => (await newestReview(engine)) !== undefined;

const proposalIn = ({ kind, detail }: LedgerEntry): Proposal | undefined =>
  kind === 'access-approved' ? (detail as { proposal?: Proposal } | null)?.proposal : undefined;

async function newestReview(engine: Engine): Promise<Checkpoint | undefined> {
  const history = createHistory(engine.documents);
  const now = engine.clock.now();
  const days = await history.days(dateOf(plusSeconds(now, -35 * 86_400)), dateOf(plusSeconds(now, 86_400)));
  for (const day of [...days].reverse()) {
    const slot = Object.values(day.slots).find(
      ({ phase, status }) => phase === 'weekly-risk-review' && status === 'concluded',
    );
    if (slot === undefined) continue;
    const checkpoints = await history.checkpoints(slot.slotId, slot.attempt);
    const found = checkpoints.find(({ operation, output }) => operation === 'review-access' && output !== null);
    if (found !== undefined) return found;
  }
  return undefined;
}

export interface ProposalRequest {
  readonly proposalId: string;
  readonly reason: string;
}

/** A person with that right says that a proposal is to be carried out. Nothing is changed by it: no function may set IAM. */
export function approveAccess(engine: Engine, who: Actor, request: ProposalRequest): Promise<ActAnswer> {
  return onProposal(engine, who, request, 'access-approved', ({ proposal, approved }) =>
    approved === null
      ? {
          detail: { proposal: proposal as unknown as Json },
          message: `approved: ${describeChange(proposal.change)}; carry it out: highnoon access apply ${proposal.id}`,
        }
      : `it was approved by ${approved.by} at ${approved.at}`,
  );
}

/** A person says that it is right as it is, so that nobody proposes it again before its next date. */
export function keepAccess(engine: Engine, who: Actor, request: ProposalRequest): Promise<ActAnswer> {
  return onProposal(engine, who, request, 'access-kept', ({ proposal, approved }) =>
    approved === null
      ? { detail: {}, message: `kept: ${describeChange(proposal.change)} is not asked for` }
      : `it was approved by ${approved.by} at ${approved.at}`,
  );
}

/** The approver carried it out with rights of their own; the next review looks whether it is so. */
export function noteApplied(engine: Engine, who: Actor, request: ProposalRequest): Promise<ActAnswer> {
  return onProposal(engine, who, request, 'access-applied', ({ proposal, approved }) =>
    approved === null
      ? 'nobody has approved it'
      : { detail: {}, message: `carried out: ${describeChange(proposal.change)}; the next review verifies it` },
  );
}

async function onProposal(
  engine: Engine,
  who: Actor,
  { proposalId, reason }: ProposalRequest,
  kind: string,
  decide: (
    state: ProposalState,
  ) => { readonly detail: Readonly<Record<string, Json>>; readonly message: string } | string,
): Promise<ActAnswer> {
  const state = (await accessProposals(engine)).find(({ proposal }) => proposal.id === proposalId);
  if (state === undefined)
    return { ok: false, why: `'${proposalId}' is no proposal of the newest review; see: highnoon access list` };
  const decided = decide(state);
  if (typeof decided === 'string') return { ok: false, why: decided };
  return act(engine, who, reason, dateOf(engine.clock.now()), () => ({
    writes: [],
    lines: [{ kind, subject: proposalId, actor: who.name, detail: { ...decided.detail, reason } }],
    message: decided.message,
    detail: { proposal: proposalId },
  }));
}
