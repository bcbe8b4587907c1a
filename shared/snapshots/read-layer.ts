import { InvariantError } from '../domain/errors.ts';
import type { ChunkEntry, Layer } from './chunk-lists.ts';
import { IntegrityError, type IntegrityPlace } from './integrity-error.ts';
import type { SnapshotStore } from './manifest.ts';
import { packUri } from './object-names.ts';
import { isMissing, readAll } from './put-objects.ts';
import { openChunk, type SnapshotKeys } from './seal-chunks.ts';

/** Neighbouring chunks of a pack are read together up to this many stored bytes: fewer requests, bounded memory. */
const READ_AHEAD_BYTES = 1024 * 1024;

/** Walks the records of one layer. The fields describe the current record after `step` or `load` gave true. */
export class LayerReader {
  readonly #store: SnapshotStore;
  readonly #keys: SnapshotKeys | undefined;
  readonly #collection: string;
  readonly #entries: Layer;
  #index: number;
  #ahead: Buffer[] = [];
  #chunk: ChunkEntry | undefined;
  #records = 0;
  #at = 0;
  /** The plain bytes of the current chunk; a view of them stays valid after the reader has moved on. */
  bytes: Buffer = Buffer.alloc(0);
  recordStart = 0;
  keyStart = 0;
  keyEnd = 0;
  kind = 0;
  bodyStart = 0;
  bodyEnd = 0;
  isAtEnd = false;

  constructor(
    store: SnapshotStore,
    keys: SnapshotKeys | undefined,
    collection: string,
    entries: Layer,
    after?: Buffer,
  ) {
    this.#store = store;
    this.#keys = keys;
    this.#collection = collection;
    this.#entries = entries;
    this.#index = after ? firstChunkWith(entries, after) : 0;
  }

  /** The chunk of the current record. */
  chunk(): ChunkEntry {
    if (!this.#chunk)
      throw new InvariantError('a layer was asked for its chunk before its first record or after its last');
    return this.#chunk;
  }

  place(): IntegrityPlace {
    return this.#placeOf(this.#chunk);
  }

  #placeOf(chunk: ChunkEntry | undefined): IntegrityPlace {
    const uri = chunk ? packUri(this.#store.bucketUri, chunk.pack.id) : this.#store.bucketUri;
    return { collection: this.#collection, chunk: chunk ? chunk.id.toString('hex') : '(none)', uri };
  }

  /** To the next record of the chunk at hand; false when a chunk must be loaded first. */
  step(): boolean {
    const bytes = this.bytes;
    let at = this.#at;
    if (at >= bytes.length) return false;
    this.recordStart = at;
    let byte = bytes[at++] as number;
    let length = byte & 0x7f;
    for (let scale = 0x80; byte >= 0x80; scale *= 0x80) {
      byte = bytes[at++] ?? 0;
      length += (byte & 0x7f) * scale;
    }
    this.keyStart = at;
    at += length;
    this.keyEnd = at;
    byte = bytes[at++] ?? 0;
    length = byte & 0x7f;
    for (let scale = 0x80; byte >= 0x80; scale *= 0x80) {
      byte = bytes[at++] ?? 0;
      length += (byte & 0x7f) * scale;
    }
    this.kind = length & 3;
    this.bodyStart = at;
    this.bodyEnd = at + (length - this.kind) / 4;
    if (this.bodyEnd > bytes.length)
      throw new IntegrityError('inconsistent', this.place(), 'a record runs over the end');
    this.#at = this.bodyEnd;
    this.#records++;
    return true;
  }

  /** Loads the next chunk and steps to its first record; false at the end of the layer. */
  async load(): Promise<boolean> {
    if (this.#chunk && this.#records !== this.#chunk.records) {
      throw new IntegrityError(
        'inconsistent',
        this.place(),
        `${this.#records} records, ${this.#chunk.records} were written`,
      );
    }
    const chunk = this.#entries[this.#index];
    if (!chunk) {
      this.isAtEnd = true;
      this.#chunk = undefined;
      this.bytes = Buffer.alloc(0);
      this.#at = 0;
      return false;
    }
    if (this.#ahead.length === 0) await this.#readAhead();
    const stored = this.#ahead.shift() as Buffer;
    this.bytes = openChunk(stored, chunk, this.#keys, this.#placeOf(chunk), 'authenticated');
    this.#chunk = chunk;
    this.#index++;
    this.#at = 0;
    this.#records = 0;
    return this.step() || this.load();
  }

  async #readAhead(): Promise<void> {
    const first = this.#entries[this.#index] as ChunkEntry;
    const group = [first];
    let end = first.offset + first.storedBytes;
    for (let next = this.#entries[this.#index + 1]; next; next = this.#entries[this.#index + group.length]) {
      const isNeighbour = next.pack === first.pack && next.offset === end;
      if (!isNeighbour || end + next.storedBytes - first.offset > READ_AHEAD_BYTES) break;
      group.push(next);
      end += next.storedBytes;
    }
    const uri = packUri(this.#store.bucketUri, first.pack.id);
    try {
      const bytes = await readAll(this.#store.objects, uri, { start: first.offset, end }, this.#store.signal);
      this.#ahead = group.map((chunk) =>
        bytes.subarray(chunk.offset - first.offset, chunk.offset - first.offset + chunk.storedBytes),
      );
    } catch (cause) {
      if (!isMissing(cause)) throw cause;
      throw new IntegrityError('missing', this.#placeOf(first), 'the pack is gone', { cause });
    }
  }
}

/** The last chunk whose first key is not after `key`: what comes before it holds nothing that is. */
function firstChunkWith(entries: Layer, key: Buffer): number {
  let index = 0;
  while (index + 1 < entries.length && Buffer.compare((entries[index + 1] as ChunkEntry).firstKey, key) <= 0) index++;
  return index;
}
