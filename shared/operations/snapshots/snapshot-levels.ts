import type { SnapshotLevels } from '../../domain/operation.ts';
import { IntegrityError, measureStorage, type SnapshotStore } from '../../snapshots/index.ts';
import { listStatuses, newestValid } from './snapshot-status.ts';

/** A week of six-hourly ones. */
const SHOWN = 28;

/** What the gauges and the page tell of the snapshots, as they are stored now. */
export async function snapshotLevels(store: SnapshotStore): Promise<SnapshotLevels> {
  const [statuses, dedupeRatio] = await Promise.all([listStatuses(store), ratioOf(store)]);
  let bytes = 0;
  for await (const info of store.objects.list(`${store.bucketUri}/`)) bytes += info.bytes;
  return {
    newestValidAt: newestValid(statuses)?.at ?? null,
    bytes,
    dedupeRatio,
    recent: statuses.slice(0, SHOWN).map(({ id, at, state }) => ({ id, at, state })),
  };
}

/** Unknown as long as a manifest cannot be read. */
async function ratioOf(store: SnapshotStore): Promise<number | null> {
  try {
    return Math.round((await measureStorage(store)).dedupeRatio * 100) / 100;
  } catch (error) {
    if (error instanceof IntegrityError) return null;
    throw error;
  }
}
