import { decideFromSlot, type Refusal, targetSlot } from '../domain/admission.ts';
import { hasBegun, type SlotRecord } from '../domain/run.ts';
import { dateOf, type Instant } from '../domain/time.ts';
import type { Trigger } from '../domain/trigger.ts';
import type { DocumentsPort } from '../ports/documents.ts';
import { paths } from './records.ts';

/** A message that became no work, because of what the store says of its slot. */
export interface Refused {
  readonly kind: 'refused';
  readonly reason: Refusal;
  readonly detail: string;
  readonly slot: SlotRecord | undefined;
}

/**
 * Refuses what the slot's own document refuses, a second copy of a message above all: one read and one count, by the
 * store alone. Undefined when more must be known.
 */
export async function refuseBySlot(documents: DocumentsPort, trigger: Trigger): Promise<Refused | undefined> {
  const slot = targetSlot(trigger);
  if (slot === undefined) return undefined;
  const {
    documents: [known],
    readAt,
  } = await documents.readAll<[SlotRecord]>([paths.slot(slot.slotId)]);
  const early = decideFromSlot(trigger, known, readAt);
  if (early?.kind !== 'refuse') return undefined;
  const refused: Refused = { kind: 'refused', reason: early.reason, detail: early.detail, slot: known };
  await countRefusal(documents, trigger, refused, readAt);
  return refused;
}

/** Under the day of the refusal: whatever day a message names, a day has one document of counts. */
export async function countRefusal(
  documents: DocumentsPort,
  trigger: Trigger,
  { reason, slot }: Pick<Refused, 'reason' | 'slot'>,
  at: Instant,
): Promise<void> {
  // It comes again, and is counted or worked then.
  if (reason === 'redelivery') return;
  await documents.increment(paths.counter(`refusals@${dateOf(at)}`), { [countedAs(reason, trigger, slot)]: 1 });
}

/** What counts under the bare reason is a surplus start: somebody else's message for work that another has begun. */
function countedAs(reason: Refusal, { kind, messageId }: Trigger, slot: SlotRecord | undefined): string {
  // A wake-up that came second is this program's own doing.
  if (kind === 'sweep' || kind === 'continuation') return `${reason}-${kind}`;
  // At least once, says Pub/Sub: the message that began the work came again.
  return hasBegun(slot, messageId) ? `${reason}-copy` : reason;
}
