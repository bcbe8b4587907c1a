import { withMaintenance } from './in-progress.ts';
import type { SnapshotStore } from './manifest.ts';
import { idOf, packPrefix } from './object-names.ts';
import { loadSnapshots, referencedBytes } from './pack-usage.ts';
import { rewritePacks } from './rewrite-packs.ts';

export interface RepackOptions extends SnapshotStore {
  /** Store time, RFC 3339. */
  readonly now: string;
  /** Packs of whose bytes less than this share (0..1) is referred to are rewritten. */
  readonly sparseBelow: number;
}

export interface RepackReport {
  /** Ids of the packs that nothing refers to any more; `collectGarbage` removes them when they are old enough. */
  readonly emptied: readonly string[];
  readonly rewritten: readonly string[];
}

/** Moves what is still referred to out of sparse packs. Throws `PortError` `aborted` while a snapshot is being written. */
export async function repack(options: RepackOptions): Promise<RepackReport> {
  return withMaintenance(options, options.now, async () => {
    const snapshots = await loadSnapshots(options);
    const referenced = referencedBytes(snapshots);
    const sparse = new Set<string>();
    for await (const info of options.objects.list(packPrefix(options.bucketUri))) {
      const live = referenced.get(idOf(info.uri)) ?? 0;
      if (live > 0 && live < info.bytes * options.sparseBelow) sparse.add(idOf(info.uri));
    }
    if (sparse.size === 0) return { emptied: [], rewritten: [] };
    const rewritten = await rewritePacks(options, snapshots, { leaving: sparse, replaced: new Map() });
    return { emptied: [...sparse], rewritten };
  });
}
