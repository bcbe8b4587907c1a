import type { RawDocument } from '../ports/memory.ts';
import { ByteWriter } from './byte-writer.ts';
import type { ChunkEntry } from './chunk-lists.ts';
import { collectGarbage } from './collect-garbage.ts';
import { findErasures, type NewRecord } from './find-erasures.ts';
import { withMaintenance } from './in-progress.ts';
import type { CollectionManifest, SnapshotStore } from './manifest.ts';
import { MergedReader } from './merge-layers.ts';
import { idOf, packPrefix } from './object-names.ts';
import { type LoadedSnapshot, loadSnapshots, placeKey, referencedBytes } from './pack-usage.ts';
import { LayerReader } from './read-layer.ts';
import { ListReader } from './read-lists.ts';
import { CountedDocuments } from './read-snapshot.ts';
import { writeRecord } from './record-format.ts';
import { type ReplacedChunk, rewritePacks } from './rewrite-packs.ts';
import type { SnapshotKeys } from './seal-chunks.ts';

export interface EraseOptions extends SnapshotStore {
  /** Store time, RFC 3339. */
  readonly now: string;
  /** Whether a version of a document is the subject's. Called for every version in every snapshot. */
  readonly isSubject: (document: RawDocument) => boolean;
}

export interface EraseReport {
  /** Versions of documents that were taken out. */
  readonly versions: number;
  /** Snapshots that were rewritten. */
  readonly snapshots: readonly string[];
  readonly removedPacks: number;
}

/**
 * Takes every version that is the subject's out of every snapshot, as if it had never been captured, and removes the
 * packs that held it. Snapshots keep their ids and stay restorable; their digests and counts are made anew (the counts
 * of `changes` stay as captured). After a crash, run it again: it ends with the removal whatever it still finds.
 */
export async function eraseSubject(options: EraseOptions): Promise<EraseReport> {
  return withMaintenance(options, options.now, async () => {
    const snapshots = await loadSnapshots(options);
    const { records, chunks, versions } = await findErasures(options, snapshots, options.isSubject);
    const replaced = new Map<string, ReplacedChunk | null>();
    const leaving = new Set<string>();
    for (const [key, changes] of records) {
      const found = chunks.get(key);
      if (!found) continue;
      leaving.add(found.entry.pack.id);
      replaced.set(key, await rewriteChunk(options, found.collection, found.entry, found.keys, changes));
    }
    let rewritten: string[] = [];
    if (replaced.size > 0) {
      await addTraces(options, snapshots, replaced, leaving);
      rewritten = await rewritePacks(options, snapshots, {
        leaving,
        replaced,
        amend: (collection, keys) => countAnew(options, collection, keys),
      });
    }
    const { removed } = await collectGarbage({ ...options, graceHours: 0 });
    return { versions, snapshots: rewritten, removedPacks: removed.length };
  });
}

async function rewriteChunk(
  store: SnapshotStore,
  collection: string,
  entry: ChunkEntry,
  keys: SnapshotKeys | undefined,
  changes: ReadonlyMap<string, NewRecord | null>,
): Promise<ReplacedChunk | null> {
  const out = new ByteWriter(entry.plainBytes);
  const reader = new LayerReader(store, keys, collection, [entry]);
  let records = 0;
  let firstKey: Buffer | undefined;
  for (let isThere = await reader.load(); isThere; isThere = reader.step() || (await reader.load())) {
    const key = reader.bytes.subarray(reader.keyStart, reader.keyEnd);
    const change = changes.get(key.toString('hex'));
    if (change === null) continue;
    if (change) writeRecord(out, change.kind, key, change.body);
    else writeRecord(out, reader.kind, key, reader.bytes.subarray(reader.bodyStart, reader.bodyEnd));
    firstKey ??= Buffer.from(key);
    records++;
  }
  return firstKey ? { plain: out.copy(), records, firstKey } : null;
}

/** Old lists hold first keys, and bytes that nothing refers to may hold anything: their packs go too. */
async function addTraces(
  store: SnapshotStore,
  snapshots: readonly LoadedSnapshot[],
  replaced: ReadonlyMap<string, unknown>,
  leaving: Set<string>,
): Promise<void> {
  for (const { collection, layers } of snapshots.flatMap((each) => each.collections)) {
    if (!layers.some((layer) => layer.some((entry) => replaced.has(placeKey(entry))))) continue;
    leaving.add(collection.base.list.pack);
    if (collection.deltas) leaving.add(collection.deltas.pack);
  }
  const referenced = referencedBytes(snapshots);
  for await (const info of store.objects.list(packPrefix(store.bucketUri))) {
    const live = referenced.get(idOf(info.uri)) ?? 0;
    if (live > 0 && live < info.bytes) leaving.add(idOf(info.uri));
  }
}

async function countAnew(
  store: SnapshotStore,
  collection: CollectionManifest,
  keys: SnapshotKeys | undefined,
): Promise<CollectionManifest> {
  const layers = await new ListReader(store).layers(collection, keys);
  const reader = await MergedReader.open(store, keys, collection.name, layers);
  const counted = new CountedDocuments(reader, keys, collection.name);
  await counted.readToEnd();
  return { ...collection, ...counted.result() };
}
