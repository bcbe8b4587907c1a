import { type ChunkEntry, encodeLists } from './chunk-lists.ts';
import { type CollectionManifest, type ListRef, type Manifest, type SnapshotStore, writeManifest } from './manifest.ts';
import { packUri } from './object-names.ts';
import { type LoadedCollection, type LoadedSnapshot, placeKey } from './pack-usage.ts';
import { PackWriter } from './pack-writer.ts';
import { readAll } from './put-objects.ts';
import { listRef } from './read-lists.ts';
import { LEVEL, openChunk, type SnapshotKeys } from './seal-chunks.ts';

export interface Rewrite {
  /** Packs whose live chunks move to new packs. */
  readonly leaving: ReadonlySet<string>;
  /** The plain bytes and count that take a chunk's place (by `placeKey`), or null when nothing is left of it. */
  readonly replaced: ReadonlyMap<string, ReplacedChunk | null>;
  /** Called before a changed collection is written into its manifest, when its new chunks can be read. */
  readonly amend?: (collection: CollectionManifest, keys: SnapshotKeys | undefined) => Promise<CollectionManifest>;
}

export interface ReplacedChunk {
  readonly plain: Buffer;
  readonly records: number;
  readonly firstKey: Buffer;
}

/**
 * Writes all snapshots anew upon packs without the leaving ones: first the packs, then manifest by manifest. Every
 * manifest names complete packs at every moment, so a crash leaves old and new ones side by side and a second run
 * finishes. Returns the ids of the snapshots whose manifest changed.
 */
export async function rewritePacks(
  store: SnapshotStore,
  snapshots: readonly LoadedSnapshot[],
  rewrite: Rewrite,
): Promise<string[]> {
  return new PackRewrite(store, rewrite).run(snapshots);
}

class PackRewrite {
  readonly #store: SnapshotStore;
  readonly #rewrite: Rewrite;
  readonly #packs: PackWriter;
  readonly #moved = new Map<string, ChunkEntry | null>();
  /** New base lists by the place of the old one: snapshots of a chain share theirs. */
  readonly #bases = new Map<string, ChunkEntry>();

  constructor(store: SnapshotStore, rewrite: Rewrite) {
    this.#store = store;
    this.#rewrite = rewrite;
    this.#packs = new PackWriter(store.objects, store.bucketUri, store.signal);
  }

  async run(snapshots: readonly LoadedSnapshot[]): Promise<string[]> {
    const drafts: { snapshot: LoadedSnapshot; collections: (() => CollectionManifest)[] }[] = [];
    for (const snapshot of snapshots) {
      if (!snapshot.collections.some((each) => this.#isTouched(each))) continue;
      const collections: (() => CollectionManifest)[] = [];
      for (const each of snapshot.collections) collections.push(await this.#rewriteCollection(each, snapshot.keys));
      drafts.push({ snapshot, collections });
    }
    await this.#packs.flush();
    for (const { snapshot, collections } of drafts) {
      const settled: CollectionManifest[] = [];
      for (const [index, settle] of collections.entries()) {
        const before = snapshot.manifest.collections[index];
        const after = settle();
        const isSame = before && JSON.stringify(before) === JSON.stringify(after);
        settled.push(isSame || !this.#rewrite.amend ? after : await this.#rewrite.amend(after, snapshot.keys));
      }
      const manifest: Manifest = { ...snapshot.manifest, collections: settled };
      await writeManifest(this.#store, manifest, snapshot.keys, { generation: snapshot.generation });
    }
    return drafts.map(({ snapshot }) => snapshot.manifest.id);
  }

  #isTouched({ collection, layers }: LoadedCollection): boolean {
    const { leaving, replaced } = this.#rewrite;
    const lists = [collection.base.list, collection.deltas];
    if (lists.some((list) => list && leaving.has(list.pack))) return true;
    return layers.some((layer) => layer.some((entry) => leaving.has(entry.pack.id) || replaced.has(placeKey(entry))));
  }

  async #rewriteCollection(
    loaded: LoadedCollection,
    keys: SnapshotKeys | undefined,
  ): Promise<() => CollectionManifest> {
    const { collection, layers } = loaded;
    if (!this.#isTouched(loaded)) return () => collection;
    const moved: ChunkEntry[][] = [];
    for (const layer of layers) {
      const entries: ChunkEntry[] = [];
      for (const entry of layer) {
        const now = await this.#move(collection.name, entry, keys);
        if (now) entries.push(now);
      }
      moved.push(entries);
    }
    const [base = [], ...deltas] = moved;
    const baseKey = placeKey(collection.base.list);
    const baseList = this.#bases.get(baseKey) ?? (await this.#writeList([base], keys));
    this.#bases.set(baseKey, baseList);
    const deltaList = collection.deltas ? await this.#writeList(deltas, keys) : null;
    return () => {
      const list: ListRef = listRef(baseList);
      return { ...collection, base: { ...collection.base, list }, deltas: deltaList && listRef(deltaList) };
    };
  }

  async #writeList(layers: readonly (readonly ChunkEntry[])[], keys: SnapshotKeys | undefined): Promise<ChunkEntry> {
    const entry = this.#packs.add(encodeLists(layers, this.#packs.current), keys, LEVEL.delta, 0, Buffer.alloc(0));
    if (this.#packs.isFull) await this.#packs.flush();
    return entry;
  }

  async #move(collection: string, entry: ChunkEntry, keys: SnapshotKeys | undefined): Promise<ChunkEntry | null> {
    const key = placeKey(entry);
    const known = this.#moved.get(key);
    if (known !== undefined) return known;
    const moved = await this.#place(collection, entry, keys);
    this.#moved.set(key, moved);
    if (this.#packs.isFull) await this.#packs.flush();
    return moved;
  }

  async #place(collection: string, entry: ChunkEntry, keys: SnapshotKeys | undefined): Promise<ChunkEntry | null> {
    const replacement = this.#rewrite.replaced.get(placeKey(entry));
    if (replacement)
      return this.#packs.add(replacement.plain, keys, LEVEL.base, replacement.records, replacement.firstKey);
    if (replacement === null) return null;
    if (!this.#rewrite.leaving.has(entry.pack.id)) return entry;
    const uri = packUri(this.#store.bucketUri, entry.pack.id);
    const range = { start: entry.offset, end: entry.offset + entry.storedBytes };
    const stored = await readAll(this.#store.objects, uri, range, this.#store.signal);
    // Damage is not carried into a pack whose name would vouch for it.
    openChunk(stored, entry, keys, { collection, chunk: entry.id.toString('hex'), uri }, 'hashed');
    return this.#packs.addStored(stored, entry);
  }
}
