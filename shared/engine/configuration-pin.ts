import type { Escalation } from '../domain/escalation.ts';
import { EMPTY_HEAD, type LedgerHead } from '../domain/ledger.ts';
import type { Engine } from './engine.ts';
import { paths, writeLedger } from './records.ts';
import { transact } from './transact.ts';

/** A configuration that deployment does not know starts nothing; security is told once per digest. */
export async function escalateConfiguration(engine: Engine): Promise<void> {
  const id = `configuration~${engine.configurationSha256.slice(0, 20)}`;
  await transact(engine, async (transaction) => {
    const [known, head] = await transaction.getAll<[Escalation, LedgerHead]>([paths.escalation(id), paths.head]);
    if (known !== undefined) return;
    const at = transaction.readAt;
    const escalation: Escalation = {
      id,
      cause: 'configuration-changed',
      routes: ['security'],
      severity: 'critical',
      title: 'the configuration is not the one that was deployed',
      phase: null,
      slotId: null,
      runId: null,
      since: at,
      findings: [],
      rolledBack: [],
      nextStep: 'find out who changed the configuration file; deploy again with its digest, or restore the file',
      acknowledgedAt: null,
      joined: [],
    };
    transaction.set(paths.escalation(id), escalation);
    transaction.set(paths.outbox(id), { id, createdAt: at, points: [], escalations: [id], wakes: [], reports: [] });
    const detail = { found: engine.configurationSha256, deployed: engine.pinnedConfigurationSha256 ?? null };
    writeLedger(
      transaction,
      head ?? EMPTY_HEAD,
      [{ kind: 'configuration-refused', subject: id, actor: 'engine', detail }],
      at,
    );
  });
}
