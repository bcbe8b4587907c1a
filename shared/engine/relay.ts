import type { Escalation } from '../domain/escalation.ts';
import { isEmpty, type OutboxRecord } from '../domain/outbox.ts';
import type { Messenger } from '../ports/messenger.ts';
import type { Engine } from './engine.ts';
import { paths } from './records.ts';
import { transact } from './transact.ts';

export type RelayOutcome = 'told' | 'known' | 'unknown-escalation';

/**
 * Tells people of a stored escalation, and acknowledges it. The message only names it: what is told is what was stored
 * with the ending, so a forged message can tell nothing and a repeated one tells nothing twice.
 */
export async function relay(engine: Engine, messenger: Messenger, id: string): Promise<RelayOutcome> {
  const escalation = await engine.documents.get<Escalation>(paths.escalation(id));
  if (escalation === undefined) return 'unknown-escalation';
  if (escalation.acknowledgedAt !== null) return 'known';
  await messenger.send(escalation);
  await transact(engine, async (transaction) => {
    const stored = await transaction.get<Escalation>(paths.escalation(id));
    if (stored === undefined || stored.acknowledgedAt !== null) return;
    transaction.set(paths.escalation(id), { ...stored, acknowledgedAt: transaction.readAt });
  });
  await settleOwed(engine, id);
  return 'told';
}

/** Takes the acknowledged escalation out of the outbox at once; if this is lost, the watchdog's next tick does it. */
async function settleOwed(engine: Engine, escalationId: string): Promise<void> {
  for (const id of [escalationId, `${escalationId}~violation`]) {
    await transact(engine, async (transaction) => {
      const owed = await transaction.get<OutboxRecord>(paths.outbox(id));
      if (owed === undefined || !owed.escalations.includes(escalationId)) return;
      const rest = { ...owed, escalations: owed.escalations.filter((one) => one !== escalationId) };
      if (isEmpty(rest)) transaction.delete(paths.outbox(id));
      else transaction.set(paths.outbox(id), rest);
    });
  }
}
