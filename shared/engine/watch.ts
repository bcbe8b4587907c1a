import type { Instant } from '../domain/time.ts';
import type { Engine } from './engine.ts';
import { transact } from './transact.ts';

export const WATCH_PATH = 'controls/watch';

interface WatchRecord {
  /** The first tick ever: slots before it were nobody's to miss. */
  readonly since: Instant;
}

/** When the watch began. The first tick of all notes it. */
export async function watchBegan(engine: Engine): Promise<Instant> {
  const known = await engine.documents.get<WatchRecord>(WATCH_PATH);
  if (known !== undefined) return known.since;
  return transact(engine, async (transaction) => {
    const stored = await transaction.get<WatchRecord>(WATCH_PATH);
    if (stored !== undefined) return stored.since;
    transaction.set(WATCH_PATH, { since: transaction.readAt } satisfies WatchRecord);
    return transaction.readAt;
  });
}
