import type { Escalation } from '../domain/escalation.ts';
import { isEmpty, type OutboxRecord } from '../domain/outbox.ts';
import type { Messenger } from '../ports/messenger.ts';
import type { Engine } from './engine.ts';
import { paths } from './records.ts';
import { transact } from './transact.ts';

export type RelayOutcome = 'told' | 'known' | 'unknown-escalation';

/**
 * Tells people of a stored escalation, and acknowledges it. The message only names it: what is told is what was stored
 * with the ending, so a forged message can tell nothing and a repeated one tells nothing twice. A channel that cannot be
 * reached keeps no other waiting: who was told is noted, and the error comes after that, so that the message comes back
 * for the rest.
 */
export async function relay(engine: Engine, messenger: Messenger, id: string): Promise<RelayOutcome> {
  const escalation = await engine.documents.get<Escalation>(paths.escalation(id));
  if (escalation === undefined) return 'unknown-escalation';
  if (escalation.acknowledgedAt !== null) return 'known';
  const { channels, failed = [] } = await messenger.send(escalation);
  await note(engine, id, channels, failed.length === 0);
  const [first] = failed;
  if (first !== undefined) {
    const { channel, error } = first;
    engine.log.write('WARNING', `an escalation did not reach ${channel}`, { escalation: id, reached: channels, error });
    throw error;
  }
  await settleOwed(engine, id);
  return 'told';
}

async function note(engine: Engine, id: string, channels: readonly string[], isAll: boolean): Promise<void> {
  await transact(engine, async (transaction) => {
    const stored = await transaction.get<Escalation>(paths.escalation(id));
    if (stored === undefined || stored.acknowledgedAt !== null) return;
    const told = [...new Set([...(stored.told ?? []), ...channels])];
    if (!isAll && told.length === (stored.told ?? []).length) return;
    const acknowledgedAt = isAll ? transaction.readAt : null;
    transaction.set(paths.escalation(id), { ...stored, ...(isAll ? {} : { told }), acknowledgedAt });
  });
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
