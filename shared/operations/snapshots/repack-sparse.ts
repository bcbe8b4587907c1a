import type { Instant } from '../../domain/time.ts';
import { withMaintenance } from '../../snapshots/in-progress.ts';
import type { SnapshotStore } from '../../snapshots/index.ts';
import { idOf, packPrefix } from '../../snapshots/object-names.ts';
import { type LoadedSnapshot, loadSnapshots, referencedBytes } from '../../snapshots/pack-usage.ts';
import { rewritePacks } from '../../snapshots/rewrite-packs.ts';
import { listStatuses } from './snapshot-status.ts';

/** Ids of the packs of whose bytes less than the share is referred to; those of held snapshots stay as they are. */
export async function findSparse(store: SnapshotStore, below: number): Promise<Set<string>> {
  return sparseAmong(store, await loadSnapshots(store), below);
}

async function sparseAmong(
  store: SnapshotStore,
  snapshots: readonly LoadedSnapshot[],
  below: number,
): Promise<Set<string>> {
  const held = new Set((await listStatuses(store)).filter(({ isHeld }) => isHeld).map(({ id }) => id));
  const untouchable = referencedBytes(snapshots.filter(({ manifest }) => held.has(manifest.id)));
  const referenced = referencedBytes(snapshots);
  const sparse = new Set<string>();
  for await (const info of store.objects.list(packPrefix(store.bucketUri))) {
    const pack = idOf(info.uri);
    const live = referenced.get(pack) ?? 0;
    if (live > 0 && live < info.bytes * below && !untouchable.has(pack)) sparse.add(pack);
  }
  return sparse;
}

/** Moves what is referred to out of them. Throws `PortError` `aborted` while a snapshot is being written. */
export async function repackSparse(store: SnapshotStore, below: number, now: Instant): Promise<void> {
  await withMaintenance(store, now, async () => {
    const snapshots = await loadSnapshots(store);
    const leaving = await sparseAmong(store, snapshots, below);
    if (leaving.size > 0) await rewritePacks(store, snapshots, { leaving, replaced: new Map() });
  });
}
