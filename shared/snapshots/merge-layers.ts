import type { ChunkEntry } from './chunk-lists.ts';
import { IntegrityError } from './integrity-error.ts';
import type { SnapshotStore } from './manifest.ts';
import { applyPatch } from './patch-bytes.ts';
import { LayerReader } from './read-layer.ts';
import { RECORD } from './record-format.ts';
import type { SnapshotKeys } from './seal-chunks.ts';

/**
 * Walks what a base and the layers above it amount to: sorted streams merged by key, one chunk of each in memory.
 * After `next` gave true the fields describe the current document: its key and body, each in a buffer of its own.
 */
export class MergedReader {
  readonly #base: LayerReader;
  readonly #deltas: readonly LayerReader[];
  /** The readers that the current document was made from: they move on first. */
  #used: LayerReader[];
  /** The delta with the smallest key, or undefined at the end of all. */
  #lowest: LayerReader | undefined;
  #lowestPrefix = 0;
  keyBytes: Buffer = Buffer.alloc(0);
  keyStart = 0;
  keyEnd = 0;
  bodyBytes: Buffer = Buffer.alloc(0);
  bodyStart = 0;
  bodyEnd = 0;
  /** Where the whole `put` record, which ends with the body, begins in `bodyBytes`; -1 when it has to be made. */
  recordStart = -1;
  isAtEnd = false;

  constructor(
    store: SnapshotStore,
    keys: SnapshotKeys | undefined,
    collection: string,
    layers: readonly ChunkEntry[][],
    after?: Buffer,
  ) {
    const readers = layers.map((layer) => new LayerReader(store, keys, collection, layer, after));
    this.#base = readers[0] ?? new LayerReader(store, keys, collection, []);
    this.#deltas = readers.slice(1);
    this.#used = [this.#base, ...this.#deltas];
  }

  /** Opened behind `after`. */
  static async open(
    store: SnapshotStore,
    keys: SnapshotKeys | undefined,
    collection: string,
    layers: readonly ChunkEntry[][],
    after?: Buffer,
  ): Promise<MergedReader> {
    const reader = new MergedReader(store, keys, collection, layers, after);
    await reader.next();
    if (after) while (!reader.isAtEnd && reader.compareKey(after, 0, after.length) <= 0) await reader.next();
    return reader;
  }

  /** Below zero when the current key sorts before the other one. Only while not at the end. */
  compareKey(other: Buffer, start: number, end: number): number {
    return this.keyBytes.compare(other, start, end, this.keyStart, this.keyEnd);
  }

  /** To the next document; a promise only where a chunk has to be read. */
  next(): boolean | Promise<boolean> {
    for (;;) {
      const used = this.#used;
      for (let i = 0; i < used.length; i++) if (!(used[i] as LayerReader).step()) return this.#loadAndGoOn(i);
      if (this.#settle()) return true;
      if (this.isAtEnd) return false;
    }
  }

  async #loadAndGoOn(from: number): Promise<boolean> {
    const used = this.#used;
    for (let i = from; i < used.length; i++) {
      const reader = used[i] as LayerReader;
      // The first of them has been found at its chunk's end; the others are still to be moved.
      if ((i > from && reader.step()) || reader.isAtEnd) continue;
      await reader.load();
    }
    return this.#settle() || (this.isAtEnd ? false : this.next());
  }

  /** Takes the document with the smallest key; false when it was removed, or at the end. */
  #settle(): boolean {
    if (this.#used.length > 1 || this.#used[0] !== this.#base) this.#findLowest();
    const base = this.#base;
    const lowest = this.#lowest;
    if (!lowest) return base.isAtEnd ? this.#finish() : this.#takeBase();
    // Four bytes decide nearly always, without a call into the runtime.
    if (!base.isAtEnd && (prefixOf(base) < this.#lowestPrefix || sameOrder(base, lowest) < 0)) return this.#takeBase();
    return this.#takeMerged(lowest);
  }

  #findLowest(): void {
    let lowest: LayerReader | undefined;
    for (const reader of this.#deltas) {
      if (reader.isAtEnd) continue;
      if (!lowest || sameOrder(reader, lowest) < 0) lowest = reader;
    }
    this.#lowest = lowest;
    if (lowest) this.#lowestPrefix = prefixOf(lowest);
  }

  #finish(): boolean {
    this.isAtEnd = true;
    this.#used = [];
    return false;
  }

  readonly #onlyBase: LayerReader[] = [];

  #takeBase(): boolean {
    const base = this.#base;
    if (base.kind !== RECORD.put) throw new IntegrityError('inconsistent', base.place(), 'a base holds a change');
    this.#onlyBase[0] = base;
    this.#used = this.#onlyBase;
    this.keyBytes = base.bytes;
    this.keyStart = base.keyStart;
    this.keyEnd = base.keyEnd;
    this.bodyBytes = base.bytes;
    this.bodyStart = base.bodyStart;
    this.bodyEnd = base.bodyEnd;
    this.recordStart = base.recordStart;
    return true;
  }

  #takeMerged(lowest: LayerReader): boolean {
    const used: LayerReader[] = [];
    let body: Buffer | undefined;
    for (const reader of [this.#base, ...this.#deltas]) {
      if (reader.isAtEnd || (reader !== lowest && sameOrder(reader, lowest) !== 0)) continue;
      used.push(reader);
      body = applyRecord(reader, body);
    }
    this.keyBytes = lowest.bytes;
    this.keyStart = lowest.keyStart;
    this.keyEnd = lowest.keyEnd;
    this.#used = used;
    if (!body) return false;
    this.bodyBytes = body;
    this.bodyStart = 0;
    this.bodyEnd = body.length;
    this.recordStart = -1;
    return true;
  }
}

/** The first four bytes of the key as a number; keys whose numbers differ sort as these do. */
function prefixOf({ bytes, keyStart, keyEnd }: LayerReader): number {
  let prefix = 0;
  for (let at = keyStart; at < keyStart + 4; at++) prefix = prefix * 256 + (at < keyEnd ? (bytes[at] as number) : 0);
  return prefix;
}

function sameOrder(a: LayerReader, b: LayerReader): number {
  return a.bytes.compare(b.bytes, b.keyStart, b.keyEnd, a.keyStart, a.keyEnd);
}

/** The body after the reader's record, given the one below; undefined when the document is gone. */
export function applyRecord(reader: LayerReader, below: Buffer | undefined): Buffer | undefined {
  const bytes = reader.bytes.subarray(reader.bodyStart, reader.bodyEnd);
  if (reader.kind === RECORD.put) return bytes;
  if (!below) throw new IntegrityError('inconsistent', reader.place(), 'it changes a document that is not there');
  if (reader.kind === RECORD.remove) return undefined;
  if (reader.kind !== RECORD.patch)
    throw new IntegrityError('inconsistent', reader.place(), `a record of kind ${reader.kind}`);
  try {
    return applyPatch(below, bytes);
  } catch (cause) {
    throw new IntegrityError('inconsistent', reader.place(), 'a patch does not fit what it changes', { cause });
  }
}
