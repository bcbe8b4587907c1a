import { createHash } from 'node:crypto';
import type { ObjectInfo } from '../ports/objects.ts';
import type { ChunkEntry } from './chunk-lists.ts';
import { IntegrityError } from './integrity-error.ts';
import {
  type CollectionManifest,
  findManifest,
  listSnapshotIds,
  readManifest,
  type SnapshotStore,
} from './manifest.ts';
import { manifestUri, packPrefix, packUri } from './object-names.ts';
import { isMissing, readAll } from './put-objects.ts';
import { ListReader } from './read-lists.ts';
import { CountedDocuments, openCollection } from './read-snapshot.ts';
import { openChunk, type SnapshotKeys } from './seal-chunks.ts';

/** Which chunks are read and hashed again. Chunks that a snapshot added are always among them, unless `none`. */
export type DataShare =
  | 'none'
  | 'all'
  | { /** 0 .. of-1; raise it with every run. */ readonly turn: number; readonly of: number };

export interface VerifyOptions extends SnapshotStore {
  /** All snapshots unless given; then packs that no snapshot refers to are read too. */
  readonly ids?: readonly string[];
  readonly readData: DataShare;
  readonly onProgress?: (progress: { packs: number; of: number }) => void;
}

export interface VerifyReport {
  readonly snapshots: number;
  readonly chunks: number;
  /** Chunks that were read, decrypted, decompressed and hashed. */
  readonly chunksRead: number;
  readonly bytesRead: number;
  /** Each names its collection, chunk and object. */
  readonly problems: readonly IntegrityError[];
}

interface KnownChunk {
  readonly entry: Pick<ChunkEntry, 'id' | 'offset' | 'storedBytes' | 'plainBytes' | 'crc'>;
  readonly collection: string;
  readonly keys: SnapshotKeys | undefined;
  isNew: boolean;
}

/** Reads manifests, lists and the chosen chunks of all packs, each pack once whatever number of snapshots share it. */
export async function verifySnapshots(options: VerifyOptions): Promise<VerifyReport> {
  return new Verification(options).run();
}

class Verification {
  readonly #options: VerifyOptions;
  readonly #lists: ListReader;
  readonly #packs = new Map<string, Map<number, KnownChunk>>();
  readonly #problems = new Map<string, IntegrityError>();
  #chunksRead = 0;
  #bytesRead = 0;

  constructor(options: VerifyOptions) {
    this.#options = options;
    this.#lists = new ListReader(options);
  }

  async run(): Promise<VerifyReport> {
    const options = this.#options;
    const ids = options.ids ?? (await listSnapshotIds(options));
    for (const id of ids) await this.#noting(() => this.#addSnapshot(id));
    if (!options.ids && options.readData === 'all') await this.#addUnreferenced();
    let done = 0;
    for (const [pack, chunks] of this.#packs) {
      await this.#checkPack(pack, [...chunks.values()]);
      options.onProgress?.({ packs: ++done, of: this.#packs.size });
    }
    let chunks = 0;
    for (const pack of this.#packs.values()) chunks += pack.size;
    const problems = [...this.#problems.values()];
    return { snapshots: ids.length, chunks, chunksRead: this.#chunksRead, bytesRead: this.#bytesRead, problems };
  }

  #note(problem: IntegrityError): void {
    const key = `${problem.kind} ${problem.collection} ${problem.chunk} ${problem.uri}`;
    if (!this.#problems.has(key)) this.#problems.set(key, problem);
  }

  async #noting(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      if (!(error instanceof IntegrityError)) throw error;
      this.#note(error);
    }
  }

  async #addSnapshot(id: string): Promise<void> {
    const stored = await findManifest(this.#options, id);
    if (!stored) {
      const place = { collection: '(manifest)', chunk: id, uri: manifestUri(this.#options.bucketUri, id) };
      throw new IntegrityError('missing', place, 'the snapshot has no manifest');
    }
    for (const collection of stored.manifest.collections) {
      await this.#noting(() => this.#addCollection(id, collection, stored.keys));
    }
  }

  async #addCollection(id: string, collection: CollectionManifest, keys: SnapshotKeys | undefined): Promise<void> {
    for (const list of [collection.base.list, collection.deltas]) {
      if (list)
        this.#addChunk(list.pack, {
          entry: { ...list, id: Buffer.from(list.id, 'hex') },
          collection: collection.name,
          keys,
          isNew: true,
        });
    }
    const layers = await this.#lists.layers(collection, keys);
    const { changes } = collection;
    const hasOwnLayer =
      collection.base.snapshot === id || (changes !== null && changes.added + changes.changed + changes.removed > 0);
    layers.forEach((layer, index) => {
      const isNew = hasOwnLayer && index === layers.length - 1;
      for (const entry of layer) this.#addChunk(entry.pack.id, { entry, collection: collection.name, keys, isNew });
    });
  }

  #addChunk(pack: string, chunk: KnownChunk): void {
    const chunks = this.#packs.get(pack) ?? new Map<number, KnownChunk>();
    this.#packs.set(pack, chunks);
    const known = chunks.get(chunk.entry.offset);
    if (known) known.isNew ||= chunk.isNew;
    else chunks.set(chunk.entry.offset, chunk);
  }

  async #addUnreferenced(): Promise<void> {
    const prefix = packPrefix(this.#options.bucketUri);
    for await (const info of this.#options.objects.list(prefix)) {
      const pack = info.uri.slice(prefix.length);
      if (!this.#packs.has(pack)) this.#packs.set(pack, new Map());
    }
  }

  async #checkPack(pack: string, chunks: KnownChunk[]): Promise<void> {
    const { objects, bucketUri, readData } = this.#options;
    const uri = packUri(bucketUri, pack);
    const info = await objects.stat(uri);
    const end = chunks.reduce((far, { entry }) => Math.max(far, entry.offset + entry.storedBytes), 0);
    if (!info || info.bytes < end) {
      const detail = info ? `the pack has ${info.bytes} bytes, its chunks end at ${end}` : 'the pack is gone';
      for (const chunk of chunks) this.#note(new IntegrityError('missing', this.#placeOf(chunk, uri), detail));
    } else if (readData === 'all') await this.#readWhole(pack, info, chunks);
    else if (readData !== 'none') {
      for (const chunk of chunks) {
        const isDue = chunk.isNew || chunk.entry.id.readUInt32BE(0) % readData.of === readData.turn % readData.of;
        const range = { start: chunk.entry.offset, end: chunk.entry.offset + chunk.entry.storedBytes };
        if (isDue) await this.#noting(async () => this.#open(chunk, await this.#read(uri, range, chunk), uri));
      }
    }
  }

  /** A whole pack has its hash for a name: bytes that no list tells of are covered too. */
  async #readWhole(pack: string, info: ObjectInfo, chunks: KnownChunk[]): Promise<void> {
    let bytes: Buffer;
    try {
      bytes = await this.#read(info.uri, undefined, undefined);
    } catch (error) {
      if (!isMissing(error)) throw error;
      return;
    }
    let hasProblem = false;
    for (const chunk of chunks) {
      const { offset, storedBytes } = chunk.entry;
      try {
        this.#open(chunk, bytes.subarray(offset, offset + storedBytes), info.uri);
      } catch (error) {
        if (!(error instanceof IntegrityError)) throw error;
        hasProblem = true;
        this.#note(error);
      }
    }
    if (hasProblem || createHash('sha256').update(bytes).digest('hex') === pack) return;
    const place = { collection: '(unreferenced)', chunk: pack, uri: info.uri };
    this.#note(new IntegrityError('damaged', place, 'bytes of the pack that no snapshot refers to have changed'));
  }

  async #read(
    uri: string,
    range: { start: number; end: number } | undefined,
    chunk: KnownChunk | undefined,
  ): Promise<Buffer> {
    try {
      const bytes = await readAll(this.#options.objects, uri, range, this.#options.signal);
      this.#bytesRead += bytes.length;
      return bytes;
    } catch (cause) {
      if (chunk && isMissing(cause))
        throw new IntegrityError('missing', this.#placeOf(chunk, uri), 'the pack is gone', { cause });
      throw cause;
    }
  }

  #open(chunk: KnownChunk, stored: Buffer, uri: string): void {
    this.#chunksRead++;
    openChunk(stored, chunk.entry, chunk.keys, this.#placeOf(chunk, uri), 'hashed');
  }

  #placeOf(chunk: KnownChunk, uri: string) {
    return { collection: chunk.collection, chunk: chunk.entry.id.toString('hex'), uri };
  }
}

/** Proves that a snapshot can be restored: its chain is merged and compared with the digests of the capture. */
export async function verifyContent(store: SnapshotStore, id: string): Promise<void> {
  const stored = await readManifest(store, id);
  for (const collection of stored.manifest.collections) {
    const reader = await openCollection(store, stored, collection.name);
    const counted = new CountedDocuments(reader, stored.keys, collection.name);
    await counted.readToEnd();
    counted.check(collection, manifestUri(store.bucketUri, id));
  }
}
