import { PortError } from '../domain/errors.ts';
import type { MemoryPort, RawDocument } from '../ports/memory.ts';
import { ContentDigest } from './content-digest.ts';
import { IntegrityError } from './integrity-error.ts';
import {
  type CollectionManifest,
  type Manifest,
  readManifest,
  type SnapshotStore,
  type StoredManifest,
} from './manifest.ts';
import { MergedReader } from './merge-layers.ts';
import { endsSegment } from './name-keys.ts';
import { manifestUri } from './object-names.ts';
import { ListReader } from './read-lists.ts';
import { RECORD, readDocument, writeRecord } from './record-format.ts';
import type { SnapshotKeys } from './seal-chunks.ts';

export function collectionOf(manifest: Manifest, name: string): CollectionManifest {
  const found = manifest.collections.find((each) => each.name === name);
  if (found) return found;
  const names = manifest.collections.map((each) => each.name).join(', ');
  throw new PortError('snapshots', 'not-found', `snapshot ${manifest.id} has no collection ${name}; it has ${names}`);
}

/** The records of a collection, opened behind the document `after` (a key). */
export async function openCollection(
  store: SnapshotStore,
  stored: StoredManifest,
  name: string,
  after?: Buffer,
): Promise<MergedReader> {
  const layers = await new ListReader(store).layers(collectionOf(stored.manifest, name), stored.keys);
  return MergedReader.open(store, stored.keys, name, layers, after);
}

/** The documents of one collection of a snapshot, in order. Their fields are views that stay valid. */
export async function* readSnapshot(store: SnapshotStore, id: string, collection: string): AsyncGenerator<RawDocument> {
  const reader = await openCollection(store, await readManifest(store, id), collection);
  while (!reader.isAtEnd) {
    yield currentDocument(reader, collection);
    const moved = reader.next();
    if (typeof moved !== 'boolean') await moved;
  }
}

export function currentDocument(reader: MergedReader, collection: string): RawDocument {
  const key = [reader.keyStart, reader.keyEnd] as const;
  return readDocument(collection, reader.keyBytes, key, reader.bodyBytes, [reader.bodyStart, reader.bodyEnd]);
}

export interface RestoredCollection {
  readonly collection: string;
  readonly documents: number;
  readonly digest: string;
}

export interface RestoreOptions extends SnapshotStore {
  readonly id: string;
  readonly target: MemoryPort;
  /** All of the snapshot's unless given. */
  readonly collections?: readonly string[];
  readonly onProgress?: (progress: { collection: string; documents: number; of: number }) => void;
}

/**
 * Hands the snapshot's documents to the target, collection by collection, and compares what was read with the digests
 * of the capture; a difference is an `IntegrityError` after the collection's last document.
 */
export async function restoreSnapshot(options: RestoreOptions): Promise<RestoredCollection[]> {
  const stored = await readManifest(options, options.id);
  const names = options.collections ?? stored.manifest.collections.map((each) => each.name);
  const restored: RestoredCollection[] = [];
  for (const name of names) {
    const wanted = collectionOf(stored.manifest, name);
    const counted = new CountedDocuments(await openCollection(options, stored, name), stored.keys, name);
    const report = () => options.onProgress?.({ collection: name, documents: counted.documents, of: wanted.documents });
    await options.target.restore(name, counted.read(report));
    restored.push({ collection: name, ...counted.check(wanted, manifestUri(options.bucketUri, options.id)) });
  }
  return restored;
}

/** What an iterator throws, its reader expects as a rejection. */
function attempt<T>(act: () => Promise<T>): Promise<T> {
  try {
    return act();
  } catch (error) {
    return Promise.reject(error);
  }
}

const PROGRESS_EVERY = 10_000;
const LONGEST_RUN_BYTES = 256 * 1024;
const NOTHING: Buffer = Buffer.alloc(0);

/** Documents on their way, with their digest. */
export class CountedDocuments {
  readonly #reader: MergedReader;
  readonly #collection: string;
  readonly #digest: ContentDigest;
  documents = 0;
  /** Unchanged records that follow each other in a chunk are taken into the digest together. */
  #runBytes = NOTHING;
  #runStart = 0;
  #runEnd = 0;

  constructor(
    reader: MergedReader,
    keys: SnapshotKeys | undefined,
    collection: string,
    sink?: (records: Buffer) => void,
  ) {
    this.#reader = reader;
    this.#collection = collection;
    this.#digest = new ContentDigest(keys?.digests, undefined, sink);
  }

  /** The documents one by one. An iterator of our own: a generator's queue costs more than most documents do. */
  read(onProgress?: () => void): AsyncIterable<RawDocument> {
    let isFirst = true;
    const give = (isThere: boolean): IteratorResult<RawDocument> => {
      if (!isThere || this.documents % PROGRESS_EVERY === 0) onProgress?.();
      if (!isThere) return { done: true, value: undefined };
      this.#count();
      return { done: false, value: currentDocument(this.#reader, this.#collection) };
    };
    const next = (): Promise<IteratorResult<RawDocument>> => {
      const moved = isFirst ? !this.#reader.isAtEnd : this.#reader.next();
      isFirst = false;
      return typeof moved === 'boolean' ? Promise.resolve(give(moved)) : moved.then(give);
    };
    return { [Symbol.asyncIterator]: () => ({ next: () => attempt(next) }) };
  }

  /** Reads for the digest alone. */
  async readToEnd(): Promise<void> {
    while (await this.readSome(PROGRESS_EVERY));
  }

  /** Takes at most so many documents into the digest and gives out none; false when none is left. */
  async readSome(most: number): Promise<boolean> {
    for (let count = 0; count < most && !this.#reader.isAtEnd; count++) {
      this.#count();
      const moved = this.#reader.next();
      if (typeof moved !== 'boolean') await moved;
    }
    return !this.#reader.isAtEnd;
  }

  /** Takes the reader's current document into the digest. */
  #count(): void {
    const { keyBytes, keyStart, keyEnd, bodyBytes, bodyStart, bodyEnd, recordStart } = this.#reader;
    if (recordStart >= 0 && this.#runBytes === bodyBytes && this.#runEnd === recordStart) this.#runEnd = bodyEnd;
    else {
      this.#endRun();
      if (recordStart >= 0) {
        this.#runBytes = bodyBytes;
        this.#runStart = recordStart;
        this.#runEnd = bodyEnd;
      } else
        writeRecord(
          this.#digest.open,
          RECORD.put,
          keyBytes.subarray(keyStart, keyEnd),
          bodyBytes.subarray(bodyStart, bodyEnd),
        );
    }
    this.documents++;
    if (endsSegment(keyBytes, keyStart, keyEnd)) {
      this.#endRun();
      this.#digest.endSegment();
    } else if (this.#runEnd - this.#runStart > LONGEST_RUN_BYTES) {
      this.#endRun();
      this.#digest.shrink();
    }
  }

  #endRun(): void {
    if (this.#runEnd > this.#runStart) this.#digest.open.appendRange(this.#runBytes, this.#runStart, this.#runEnd);
    this.#runStart = this.#runEnd;
    this.#runBytes = NOTHING;
  }

  /** What was read so far, an open segment ended. */
  result(): { documents: number; digest: string; plainBytes: number } {
    this.#endRun();
    const digest = this.#digest.value();
    return { documents: this.documents, digest, plainBytes: this.#digest.plainBytes };
  }

  /** Throws when what was read is not what was captured. */
  check(wanted: CollectionManifest, uri: string): { documents: number; digest: string } {
    const { digest } = this.result();
    if (digest === wanted.digest && this.documents === wanted.documents) return { documents: this.documents, digest };
    const place = { collection: this.#collection, chunk: '(all)', uri };
    throw new IntegrityError(
      'digest-differs',
      place,
      `${this.documents} documents of digest ${digest}; captured were ${wanted.documents} of ${wanted.digest}`,
    );
  }
}
