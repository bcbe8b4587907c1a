import { dateOf, type Instant } from '../domain/time.ts';
import type { Engine } from './engine.ts';
import { transact } from './transact.ts';

export const WATCH_PATH = 'controls/watch';

export interface WatchRecord {
  /** The first tick ever: slots before it were nobody's to miss. */
  readonly since: Instant;
  /** Everything due before it has been looked at: a watchdog that was away goes on from here. */
  readonly sweptUntil: Instant;
}

/** When the watch began, and how far it has come. The first tick of all notes both. */
export async function readWatch(engine: Engine): Promise<WatchRecord> {
  const known = await engine.documents.get<WatchRecord>(WATCH_PATH);
  if (known !== undefined) return known;
  return transact(engine, async (transaction) => {
    const stored = await transaction.get<WatchRecord>(WATCH_PATH);
    if (stored !== undefined) return stored;
    const first: WatchRecord = { since: transaction.readAt, sweptUntil: transaction.readAt };
    transaction.set(WATCH_PATH, first);
    return first;
  });
}

/** Once a day is enough: the sweep looks two days back from here anyway. */
export async function noteSwept(engine: Engine, watch: WatchRecord, until: Instant): Promise<void> {
  if (dateOf(watch.sweptUntil) >= dateOf(until)) return;
  await transact(engine, async (transaction) => {
    const stored = await transaction.get<WatchRecord>(WATCH_PATH);
    if (stored !== undefined && stored.sweptUntil < until)
      transaction.set(WATCH_PATH, { ...stored, sweptUntil: until });
  });
}
