import { isSamePerson } from './person.ts';
import type { Instant } from './time.ts';

/** Everything that changes anything is blocked, until people lift it. */
export interface Lockdown {
  /** Rises with every lockdown; a release must name the current one. */
  readonly epoch: number;
  readonly active: boolean;
  readonly cause: 'none' | 'compliance' | 'operator' | 'rollback-failed' | 'tampering';
  readonly reason: string;
  readonly slotId: string | null;
  readonly findingIds: readonly string[];
  /** The escalation that told people; later refusals join it. */
  readonly escalationId: string | null;
  readonly setBy: string;
  readonly setAt: Instant | null;
  /** A compliance lockdown is lifted by two people: the first act waits here for the second. */
  readonly proposal: {
    readonly by: string;
    readonly at: Instant;
    readonly reason: string;
    readonly until: Instant;
  } | null;
  readonly released: { readonly by: readonly string[]; readonly at: Instant; readonly reason: string } | null;
}

export const NO_LOCKDOWN: Lockdown = {
  epoch: 0,
  active: false,
  cause: 'none',
  reason: '',
  slotId: null,
  findingIds: [],
  escalationId: null,
  setBy: '',
  setAt: null,
  proposal: null,
  released: null,
};

export const PROPOSAL_SECONDS = 3600;

/** A lockdown that is already in force keeps its epoch and first cause, unless a graver one (compliance) joins. */
export function lock(
  current: Lockdown,
  by: Pick<Lockdown, 'cause' | 'reason' | 'slotId' | 'findingIds' | 'escalationId' | 'setBy'>,
  at: Instant,
): Lockdown {
  if (current.active && (current.cause === 'compliance' || by.cause !== 'compliance')) return current;
  return { ...by, epoch: current.epoch + 1, active: true, setAt: at, proposal: null, released: null };
}

export type UnlockAnswer =
  | { readonly kind: 'released'; readonly lockdown: Lockdown }
  | { readonly kind: 'proposed'; readonly lockdown: Lockdown }
  | { readonly kind: 'refused'; readonly why: string };

/** Needs a person other than the one who set it, a reason, the current epoch; for compliance two people. */
export function unlock(
  current: Lockdown,
  act: { readonly actor: string; readonly reason: string; readonly epoch: number },
  at: Instant,
  singleOperator: boolean,
): UnlockAnswer {
  if (!current.active) return { kind: 'refused', why: 'no lockdown is in force' };
  if (act.epoch !== current.epoch)
    return { kind: 'refused', why: `epoch ${act.epoch} is not the current lockdown's; it is ${current.epoch}` };
  if (act.reason.trim() === '') return { kind: 'refused', why: 'a reason is needed' };
  if (!singleOperator && isSamePerson(act.actor, current.setBy))
    return { kind: 'refused', why: `${act.actor} set this lockdown; another person lifts it` };
  if (current.cause !== 'compliance' || singleOperator)
    return { kind: 'released', lockdown: release(current, [act.actor], act.reason, at) };
  const proposal = current.proposal !== null && current.proposal.until > at ? current.proposal : null;
  if (proposal === null || isSamePerson(proposal.by, act.actor)) {
    const next = {
      by: act.actor,
      at,
      reason: act.reason,
      until: new Date(Date.parse(at) + PROPOSAL_SECONDS * 1000).toISOString(),
    };
    return { kind: 'proposed', lockdown: { ...current, proposal: proposal ?? next } };
  }
  return { kind: 'released', lockdown: release(current, [proposal.by, act.actor], act.reason, at) };
}

function release(current: Lockdown, by: readonly string[], reason: string, at: Instant): Lockdown {
  return { ...current, active: false, proposal: null, released: { by, at, reason } };
}
