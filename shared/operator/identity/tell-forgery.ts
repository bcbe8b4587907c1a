import type { Escalation } from '../../domain/escalation.ts';
import { EMPTY_HEAD, type LedgerHead } from '../../domain/ledger.ts';
import type { OutboxRecord } from '../../domain/outbox.ts';
import { dateOf } from '../../domain/time.ts';
import type { Engine } from '../../engine/engine.ts';
import { deliver } from '../../engine/outbox.ts';
import { paths, writeLedger } from '../../engine/records.ts';
import { transact } from '../../engine/transact.ts';

/** Told by this process already; a flood of forgeries must not become a flood of reads. */
const told = new WeakMap<object, string>();

/**
 * Tells security that somebody brought a made-up identity: one document and one ledger line a day, however many come.
 * The rest stands in the log, which cannot be filled to hurt anybody.
 */
export async function tellForgery(engine: Engine, why: string): Promise<void> {
  const date = dateOf(engine.clock.now());
  engine.log.write('WARNING', 'a forged request changed nothing', { why });
  if (told.get(engine.documents) === date) return;
  const id = `forgery~${date}`;
  const owed = await transact(engine, async (transaction): Promise<OutboxRecord | undefined> => {
    const [known, head] = await transaction.getAll<[Escalation, LedgerHead]>([paths.escalation(id), paths.head]);
    if (known !== undefined) return undefined;
    const at = transaction.readAt;
    const escalation: Escalation = {
      id,
      cause: 'forged-request',
      routes: ['security'],
      severity: 'critical',
      title: `the operator refused a forged request: ${why}`,
      phase: null,
      slotId: null,
      runId: null,
      since: at,
      findings: [],
      rolledBack: [],
      nextStep: 'nothing was changed; find out who sends it: the log of the operator function holds each of them',
      acknowledgedAt: null,
      joined: [],
    };
    const outbox: OutboxRecord = { id, createdAt: at, points: [], escalations: [id], wakes: [], reports: [] };
    transaction.set(paths.escalation(id), escalation);
    transaction.set(paths.outbox(id), outbox);
    const line = { kind: 'forgery-refused', subject: id, actor: 'operator', detail: { why } };
    writeLedger(transaction, head ?? EMPTY_HEAD, [line], at);
    return outbox;
  });
  told.set(engine.documents, date);
  if (owed !== undefined) await deliver(engine, owed);
}
