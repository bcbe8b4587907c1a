import type { Json } from '../../domain/json.ts';
import type { Checkpoint, SlotRecord } from '../../domain/run.ts';
import { newestSlot } from '../../domain/slot.ts';
import { dateOf } from '../../domain/time.ts';
import { type ActAnswer, type Actor, act } from '../../engine/acts/act.ts';
import type { Engine } from '../../engine/engine.ts';
import { paths } from '../../engine/records.ts';

/** Who approved which proposal of the weekly review. Carrying it out takes a person's own rights: no function has them. */
export interface AccessApproval {
  readonly proposal: string;
  readonly actor: string;
  readonly reason: string;
  readonly at: string;
}

export interface AccessApprovalsRecord {
  readonly items: readonly AccessApproval[];
}

export const ACCESS_APPROVALS_PATH = 'controls/accessApprovals';
const REVIEW = 'review-access';
/** A year of weekly reviews, a few proposals each, keeps the document small. */
const KEPT = 200;

/** Approves one proposal of the newest weekly review. */
export function approveAccess(
  engine: Engine,
  who: Actor,
  { proposal, reason }: { readonly proposal: string; readonly reason: string },
): Promise<ActAnswer> {
  const now = engine.clock.now();
  const { slotId } = newestSlot('weekly-risk-review', now);
  return act(engine, who, reason, dateOf(now), async ({ at, transaction }) => {
    const [slot, stored] = await transaction.getAll<[SlotRecord, AccessApprovalsRecord]>([
      paths.slot(slotId),
      ACCESS_APPROVALS_PATH,
    ]);
    if (slot?.status !== 'concluded') return `${slotId} has not concluded, so it proposes nothing yet`;
    const checkpoint = await transaction.get<Checkpoint>(paths.operation(slotId, slot.attempt, REVIEW));
    const known = proposalsIn(checkpoint?.output ?? null);
    const chosen = known.find(({ id }) => id === proposal);
    if (chosen === undefined)
      return `'${proposal}' is no proposal of ${slotId}; it has ${known.length === 0 ? 'none' : known.map(({ id }) => id).join(', ')}`;
    const items = stored?.items ?? [];
    const earlier = items.find((one) => one.proposal === proposal);
    if (earlier !== undefined) return `'${proposal}' was approved by ${earlier.actor} at ${earlier.at}`;
    const approval: AccessApproval = { proposal, actor: who.name, reason, at };
    const data: AccessApprovalsRecord = { items: [...items, approval].slice(-KEPT) };
    return {
      writes: [{ path: ACCESS_APPROVALS_PATH, data }],
      // The whole proposal stands in the ledger: the next review compares what was approved with what is so then.
      lines: [
        {
          kind: 'access-approved',
          subject: proposal,
          actor: who.name,
          detail: { reason, slot: slotId, proposal: chosen },
        },
      ],
      message: `${proposal} is approved; carry it out with your own rights: npm run -s highnoon -- access apply`,
      detail: { proposal },
    };
  });
}

type Proposal = { readonly id: string } & { readonly [key: string]: Json | undefined };

function proposalsIn(output: Json): Proposal[] {
  if (output === null || typeof output !== 'object' || !('proposals' in output)) return [];
  const { proposals } = output as { proposals?: Json };
  if (!Array.isArray(proposals)) return [];
  return proposals.filter(
    (one: Json): one is Proposal =>
      one !== null && typeof one === 'object' && 'id' in one && typeof one.id === 'string',
  );
}
