import { type ChunkEntry, decodeLists, type PackName, packName } from './chunk-lists.ts';
import { IntegrityError } from './integrity-error.ts';
import type { CollectionManifest, ListRef, SnapshotStore } from './manifest.ts';
import { packUri } from './object-names.ts';
import { isMissing, readAll } from './put-objects.ts';
import { openChunk, type SnapshotKeys } from './seal-chunks.ts';

/** Reads chunk lists; keeps one object for each pack's name over all lists that it has read. */
export class ListReader {
  readonly #store: SnapshotStore;
  readonly #names = new Map<string, PackName>();

  constructor(store: SnapshotStore) {
    this.#store = store;
  }

  /** The layers of one list, lowest first. */
  async read(collection: string, ref: ListRef, keys: SnapshotKeys | undefined): Promise<ChunkEntry[][]> {
    const uri = packUri(this.#store.bucketUri, ref.pack);
    const place = { collection, chunk: ref.id, uri };
    let stored: Buffer;
    try {
      const range = { start: ref.offset, end: ref.offset + ref.storedBytes };
      stored = await readAll(this.#store.objects, uri, range, this.#store.signal);
    } catch (cause) {
      if (isMissing(cause)) throw new IntegrityError('missing', place, 'the pack of the chunk list is gone', { cause });
      throw cause;
    }
    const plain = openChunk(stored, { ...ref, id: Buffer.from(ref.id, 'hex') }, keys, place, 'hashed');
    try {
      return decodeLists(plain, packName(ref.pack, this.#names), this.#names);
    } catch (cause) {
      throw new IntegrityError('inconsistent', place, 'the chunk list cannot be read', { cause });
    }
  }

  /** All layers of a collection, the base first. */
  async layers(collection: CollectionManifest, keys: SnapshotKeys | undefined): Promise<ChunkEntry[][]> {
    const base = await this.read(collection.name, collection.base.list, keys);
    const deltas = collection.deltas ? await this.read(collection.name, collection.deltas, keys) : [];
    return [...base, ...deltas];
  }
}

export function listRef(entry: ChunkEntry): ListRef {
  const { id, pack, offset, storedBytes, plainBytes, crc } = entry;
  return { id: id.toString('hex'), pack: pack.id, offset, storedBytes, plainBytes, crc };
}
