import type { RawDocument } from '../ports/memory.ts';
import type { ChunkEntry } from './chunk-lists.ts';
import type { SnapshotStore } from './manifest.ts';
import { applyRecord } from './merge-layers.ts';
import { type LoadedCollection, type LoadedSnapshot, placeKey } from './pack-usage.ts';
import { makePatch } from './patch-bytes.ts';
import { LayerReader } from './read-layer.ts';
import { RECORD, readDocument } from './record-format.ts';
import type { SnapshotKeys } from './seal-chunks.ts';

export interface NewRecord {
  readonly kind: number;
  readonly body: Buffer;
}

export interface Erasures {
  /** By the place of the chunk, then by the key in hex: the record's new form, or null when it goes. */
  readonly records: Map<string, Map<string, NewRecord | null>>;
  readonly chunks: Map<
    string,
    { readonly entry: ChunkEntry; readonly collection: string; readonly keys: SnapshotKeys | undefined }
  >;
  readonly versions: number;
}

/**
 * Which records of which chunks change when every version that is the subject's is taken out. A layer's meaning depends
 * on the layers below alone, and snapshots share layers only together with all that is below: so each chunk has one
 * answer, and a chain that is the beginning of a longer one needs no walk of its own.
 */
export async function findErasures(
  store: SnapshotStore,
  snapshots: readonly LoadedSnapshot[],
  isSubject: (document: RawDocument) => boolean,
): Promise<Erasures> {
  const search = new ErasureSearch(store, isSubject);
  const chains = snapshots.flatMap((each) => each.collections.map((loaded) => ({ loaded, keys: each.keys })));
  chains.sort((a, b) => b.loaded.layers.length - a.loaded.layers.length);
  for (const { loaded, keys } of chains) await search.walk(loaded, keys);
  return search;
}

class ErasureSearch implements Erasures {
  readonly records: Erasures['records'] = new Map();
  readonly chunks: Erasures['chunks'] = new Map();
  versions = 0;
  readonly #store: SnapshotStore;
  readonly #isSubject: (document: RawDocument) => boolean;

  constructor(store: SnapshotStore, isSubject: (document: RawDocument) => boolean) {
    this.#store = store;
    this.#isSubject = isSubject;
  }

  async walk({ collection, layers }: LoadedCollection, keys: SnapshotKeys | undefined): Promise<void> {
    const entries = layers.flat();
    if (entries.every((entry) => this.chunks.has(placeKey(entry)))) return;
    for (const entry of entries) this.chunks.set(placeKey(entry), { entry, collection: collection.name, keys });
    const readers = layers.map((layer) => new LayerReader(this.#store, keys, collection.name, layer));
    for (const reader of readers) await reader.load();
    for (;;) {
      const lowest = lowestOf(readers);
      if (!lowest) return;
      const holders = readers.filter((each) => !each.isAtEnd && (each === lowest || sameKey(each, lowest)));
      this.#judge(collection.name, holders, lowest);
      for (const holder of holders) if (!holder.step()) await holder.load();
    }
  }

  /** One document through all its versions; what changes is told layer by layer. */
  #judge(collection: string, holders: readonly LayerReader[], lowest: LayerReader): void {
    let version: Buffer | undefined;
    let kept: Buffer | undefined;
    let isAnyTaken = false;
    for (const holder of holders) {
      version = applyRecord(holder, version);
      const isTaken = version !== undefined && this.#isSubject(documentOf(collection, lowest, version));
      // A chain that shares this layer with one that was walked before finds the same version again.
      if (isTaken && !this.records.get(placeKey(holder.chunk()))?.has(keyOf(holder))) this.versions++;
      isAnyTaken ||= isTaken;
      const next = isTaken ? undefined : version;
      // Until the first version that goes, every record stays as it is.
      if (isAnyTaken) this.#setRecord(holder, recordBetween(kept, next));
      kept = next;
    }
  }

  #setRecord(holder: LayerReader, record: NewRecord | null): void {
    const key = placeKey(holder.chunk());
    const records = this.records.get(key) ?? new Map<string, NewRecord | null>();
    this.records.set(key, records);
    records.set(keyOf(holder), record);
  }
}

function recordBetween(below: Buffer | undefined, above: Buffer | undefined): NewRecord | null {
  if (!above) return below ? { kind: RECORD.remove, body: Buffer.alloc(0) } : null;
  if (!below) return { kind: RECORD.put, body: Buffer.from(above) };
  return below.equals(above) ? null : { kind: RECORD.patch, body: makePatch(below, above) };
}

function keyOf(holder: LayerReader): string {
  return holder.bytes.toString('hex', holder.keyStart, holder.keyEnd);
}

function documentOf(collection: string, holder: LayerReader, body: Buffer): RawDocument {
  return readDocument(collection, holder.bytes, [holder.keyStart, holder.keyEnd], body, [0, body.length]);
}

function lowestOf(readers: readonly LayerReader[]): LayerReader | undefined {
  let lowest: LayerReader | undefined;
  for (const reader of readers) {
    if (reader.isAtEnd) continue;
    if (!lowest || compareKeys(reader, lowest) < 0) lowest = reader;
  }
  return lowest;
}

function sameKey(a: LayerReader, b: LayerReader): boolean {
  return compareKeys(a, b) === 0;
}

function compareKeys(a: LayerReader, b: LayerReader): number {
  return a.bytes.compare(b.bytes, b.keyStart, b.keyEnd, a.keyStart, a.keyEnd);
}
