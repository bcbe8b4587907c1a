import { decideFromSlot, type Refusal, targetSlot } from '../domain/admission.ts';
import { hasBegun, type SlotRecord } from '../domain/run.ts';
import { dateOf, type Instant } from '../domain/time.ts';
import type { Trigger } from '../domain/trigger.ts';
import type { DocumentsPort } from '../ports/documents.ts';
import type { Log } from '../ports/log.ts';
import { paths } from './records.ts';

/** A message that became no work, because of what the store says of its slot. */
export interface Refused {
  readonly kind: 'refused';
  readonly reason: Refusal;
  readonly detail: string;
  readonly slot: SlotRecord | undefined;
}

/** Where a refusal is counted, and where it is said when that cannot be done. */
interface Told {
  readonly documents: DocumentsPort;
  readonly log: Log;
}

interface CountedRefusal {
  readonly reason: Refusal | 'malformed';
  readonly slot: SlotRecord | undefined;
}

/**
 * Refuses what the slot's own document refuses, a second copy of a message above all: one read and one count, by the
 * store alone. Undefined when more must be known.
 */
export async function refuseBySlot({ documents, log }: Told, trigger: Trigger): Promise<Refused | undefined> {
  const slot = targetSlot(trigger);
  if (slot === undefined) return undefined;
  const {
    documents: [known],
    readAt,
  } = await documents.readAll<[SlotRecord]>([paths.slot(slot.slotId)]);
  const early = decideFromSlot(trigger, known, readAt);
  if (early?.kind !== 'refuse') return undefined;
  const refused: Refused = { kind: 'refused', reason: early.reason, detail: early.detail, slot: known };
  await countRefusal({ documents, log }, trigger, refused, readAt);
  return refused;
}

/**
 * Under the day of the refusal: whatever day a message names, a day has one document of counts. The refusal stands when it
 * cannot be counted: given back, the message could begin later what it was refused for, and be counted twice.
 */
export async function countRefusal(
  { documents, log }: Told,
  trigger: Trigger,
  { reason, slot }: CountedRefusal,
  at: Instant,
): Promise<void> {
  // It comes again, and is counted or worked then.
  if (reason === 'redelivery') return;
  const name = countedAs(reason, trigger, slot);
  try {
    await documents.increment(paths.counter(`refusals@${dateOf(at)}`), { [name]: 1 });
  } catch (error) {
    log.write('WARNING', `a refusal is perhaps not counted: ${name}`, { messageId: trigger.messageId, error });
  }
}

/** What counts under the bare reason is a surplus start: somebody else's message for work that another has begun. */
function countedAs(
  reason: CountedRefusal['reason'],
  { kind, messageId, shard }: Trigger,
  slot: SlotRecord | undefined,
): string {
  if (shard !== undefined) return `${reason}-shard`;
  // A wake-up that came second is this program's own doing.
  if (kind === 'sweep' || kind === 'continuation') return `${reason}-${kind}`;
  // At least once, says Pub/Sub: the message that began the work came again.
  return hasBegun(slot, messageId) ? `${reason}-copy` : reason;
}
