import type { Instant } from '../../domain/time.ts';
import type { HistoryPort } from '../../ports/history.ts';

/** Times of every lockdown that the ledger knows of: what the archive calls incidents. */
export async function incidentTimes(history: HistoryPort): Promise<Instant[]> {
  const entries = await history.ledger('1970-01-01T00:00:00.000Z');
  return entries.filter(({ kind }) => kind === 'lockdown-set').map(({ at }) => at);
}
