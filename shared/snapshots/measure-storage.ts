import type { SnapshotStore } from './manifest.ts';
import { idOf, packPrefix } from './object-names.ts';
import { loadSnapshots, referencedBytes } from './pack-usage.ts';

export interface StorageFigures {
  readonly snapshots: number;
  readonly packs: number;
  /** Bytes of all packs. */
  readonly storedBytes: number;
  /** Of them, bytes that no snapshot refers to. */
  readonly unreferencedBytes: number;
  /** Uncompressed bytes of the records of all snapshots, as if each were whole. */
  readonly logicalBytes: number;
  /** logicalBytes / storedBytes; 1 when nothing is stored. */
  readonly dedupeRatio: number;
}

export async function measureStorage(store: SnapshotStore): Promise<StorageFigures> {
  const snapshots = await loadSnapshots(store);
  const referenced = referencedBytes(snapshots);
  let storedBytes = 0;
  let packs = 0;
  let referencedTotal = 0;
  for await (const info of store.objects.list(packPrefix(store.bucketUri))) {
    packs++;
    storedBytes += info.bytes;
    referencedTotal += referenced.get(idOf(info.uri)) ?? 0;
  }
  const logicalBytes = snapshots
    .flatMap((each) => each.collections)
    .reduce((sum, { collection }) => sum + collection.plainBytes, 0);
  const dedupeRatio = storedBytes === 0 ? 1 : logicalBytes / storedBytes;
  return {
    snapshots: snapshots.length,
    packs,
    storedBytes,
    unreferencedBytes: storedBytes - referencedTotal,
    logicalBytes,
    dedupeRatio,
  };
}
