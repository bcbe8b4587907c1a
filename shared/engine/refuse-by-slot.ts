import { decideFromSlot, type Refusal, targetSlot } from '../domain/admission.ts';
import type { SlotRecord } from '../domain/run.ts';
import { dateOfSlot } from '../domain/slot.ts';
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
  const { reason, detail } = early;
  if (reason !== 'redelivery') {
    // A wake-up that came second is this program's own doing, and no surplus start.
    const isOwn = trigger.kind === 'sweep' || trigger.kind === 'continuation';
    const name = isOwn ? `${reason}-${trigger.kind}` : reason;
    await documents.increment(paths.counter(`refusals@${dateOfSlot(slot)}`), { [name]: 1 });
  }
  return { kind: 'refused', reason, detail, slot: known };
}
