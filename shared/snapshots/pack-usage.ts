import type { ChunkEntry } from './chunk-lists.ts';
import {
  type CollectionManifest,
  listSnapshotIds,
  readManifest,
  type SnapshotStore,
  type StoredManifest,
} from './manifest.ts';
import { ListReader } from './read-lists.ts';

export interface LoadedCollection {
  readonly collection: CollectionManifest;
  /** The base first. */
  readonly layers: readonly (readonly ChunkEntry[])[];
}

export interface LoadedSnapshot extends StoredManifest {
  readonly collections: readonly LoadedCollection[];
}

/**
 * All snapshots with their lists. A damaged manifest or list throws `IntegrityError`: as long as one cannot be read,
 * nothing can be known to be unreferenced.
 */
export async function loadSnapshots(store: SnapshotStore): Promise<LoadedSnapshot[]> {
  const lists = new ListReader(store);
  const snapshots: LoadedSnapshot[] = [];
  for (const id of await listSnapshotIds(store)) {
    const stored = await readManifest(store, id);
    const collections: LoadedCollection[] = [];
    for (const collection of stored.manifest.collections) {
      collections.push({ collection, layers: await lists.layers(collection, stored.keys) });
    }
    snapshots.push({ ...stored, collections });
  }
  return snapshots;
}

/** A chunk's place, which tells it from every other one. */
export function placeKey(chunk: { readonly pack: string | { readonly id: string }; readonly offset: number }): string {
  return `${typeof chunk.pack === 'string' ? chunk.pack : chunk.pack.id}:${chunk.offset}`;
}

/** Bytes of each pack that some snapshot refers to, by the pack's id. */
export function referencedBytes(snapshots: readonly LoadedSnapshot[]): Map<string, number> {
  const seen = new Set<string>();
  const bytes = new Map<string, number>();
  const add = (pack: string, offset: number, count: number) => {
    const key = placeKey({ pack, offset });
    if (seen.has(key)) return;
    seen.add(key);
    bytes.set(pack, (bytes.get(pack) ?? 0) + count);
  };
  for (const { collection, layers } of snapshots.flatMap((each) => each.collections)) {
    for (const list of [collection.base.list, collection.deltas])
      if (list) add(list.pack, list.offset, list.storedBytes);
    for (const entry of layers.flat()) add(entry.pack.id, entry.offset, entry.storedBytes);
  }
  return bytes;
}
