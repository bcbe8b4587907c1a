import type { DayRecord } from '../domain/day.ts';
import type { LedgerEntry } from '../domain/ledger.ts';
import type { Override, Waiver } from '../domain/override.ts';
import type { AttemptRecord, Checkpoint, EffectRecord } from '../domain/run.ts';
import type { DocumentsPort } from '../ports/documents.ts';
import type { HistoryPort } from '../ports/history.ts';

/** High Noon's own past, read from the documents that the engine wrote. The same over every store. */
export function createHistory(documents: DocumentsPort): HistoryPort {
  const listOf = async <T>(collection: string): Promise<T[]> =>
    (await documents.query<T>(collection)).map(({ data }) => data);
  return {
    days: async (from, to) => {
      const where = [
        { field: 'date', op: '>=' as const, value: from },
        { field: 'date', op: '<' as const, value: to },
      ];
      return (await documents.query<DayRecord>('days', { where, orderBy: { field: 'date', direction: 'asc' } })).map(
        ({ data }) => data,
      );
    },
    attempts: (slotId) => listOf<AttemptRecord>(`slots/${slotId}/attempts`),
    checkpoints: async (slotId, attempt) => {
      const found = await listOf<Checkpoint>(`slots/${slotId}/attempts/${attempt}/operations`);
      return found.sort((a, b) => a.index - b.index);
    },
    effects: (slotId, attempt) => listOf<EffectRecord>(`slots/${slotId}/attempts/${attempt}/effects`),
    ledger: async (since) => {
      const where = [{ field: 'at', op: '>=' as const, value: since }];
      const found = await documents.query<LedgerEntry>('ledger', { where });
      return found.map(({ data }) => data).sort((a, b) => a.seq - b.seq);
    },
    overrides: async () => (await documents.get<{ items: Override[] }>('controls/overrides'))?.items ?? [],
    waivers: async () => (await documents.get<{ items: Waiver[] }>('controls/waivers'))?.items ?? [],
  };
}
