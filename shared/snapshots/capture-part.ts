import type { MemoryPort } from '../ports/memory.ts';
import { ByteWriter } from './byte-writer.ts';
import { type ChunkEntry, encodeLists } from './chunk-lists.ts';
import { ContentDigest } from './content-digest.ts';
import { SourceError } from './integrity-error.ts';
import { LayerWriter } from './layer-writer.ts';
import type { ListRef, SnapshotStore } from './manifest.ts';
import { MergedReader } from './merge-layers.ts';
import { endsSegment, writeNameKey } from './name-keys.ts';
import type { PackWriter } from './pack-writer.ts';
import { makePatch } from './patch-bytes.ts';
import { listRef } from './read-lists.ts';
import { RECORD, RecordPlace, writeDocument } from './record-format.ts';
import { LEVEL, type SnapshotKeys } from './seal-chunks.ts';

/** What has been captured of one range of one collection; plain JSON, part of the cursor. */
export interface PartState {
  readonly mode: 'base' | 'delta';
  /** The last path that is captured; always the end of a content segment. */
  after: string | null;
  /** Lists of the chunks written so far. */
  pieces: ListRef[];
  documents: number;
  plainBytes: number;
  addedBytes: number;
  digest: string;
  changes: { added: number; changed: number; removed: number };
}

/** A range owns the content segments that begin after the first segment's end past `after` and up to the one past `until`. */
export interface NameRange {
  readonly after?: string;
  readonly until?: string;
}

export interface PartJob {
  readonly store: SnapshotStore;
  readonly source: MemoryPort;
  readonly packs: PackWriter;
  readonly keys: SnapshotKeys | undefined;
  readonly collection: string;
  readonly readTime: string;
  readonly range: NameRange;
  /** The parent's layers in `delta` mode; in `base` mode only their base, as chunks that need not be written again. */
  readonly parentLayers: readonly ChunkEntry[][];
  /** False when the time is up: the part then stops at the next segment's end. */
  readonly budget: () => boolean;
  /** Called with what may be resumed from, after everything it names has been written. */
  readonly onProgress: (state: PartState) => Promise<void>;
}

export function newPart(mode: 'base' | 'delta'): PartState {
  const changes = { added: 0, changed: 0, removed: 0 };
  return { mode, after: null, pieces: [], documents: 0, plainBytes: 0, addedBytes: 0, digest: '0'.repeat(64), changes };
}

/** The chunks that came after the last piece when the part is complete; undefined when the budget ended before. */
export type PartEnd = readonly ChunkEntry[] | undefined;

/** Captures the range from where `state` stands. */
export async function capturePart(job: PartJob, state: PartState): Promise<PartEnd> {
  return new PartCapture(job, state).run();
}

class PartCapture {
  readonly #job: PartJob;
  readonly #state: PartState;
  readonly #layer: LayerWriter;
  readonly #digest: ContentDigest;
  /** Where the current record stands in the digest's open segment. */
  readonly #place = new RecordPlace();
  readonly #lastKey = new ByteWriter(64);
  #parent: MergedReader | undefined;

  constructor(job: PartJob, state: PartState) {
    this.#job = job;
    this.#state = state;
    const known = state.mode === 'base' ? (job.parentLayers[0] ?? []) : [];
    const byId = new Map(known.map((entry) => [entry.id.toString('hex'), entry]));
    this.#layer = new LayerWriter(job.packs, job.keys, state.mode, byId);
    this.#digest = new ContentDigest(job.keys?.digests, state.digest);
  }

  async run(): Promise<PartEnd> {
    const job = this.#job;
    const state = this.#state;
    const after = state.after ?? job.range.after;
    const untilKey = job.range.until === undefined ? undefined : this.#keyOf(job.range.until);
    // A range that begins in the middle leaves the open segment to its neighbour.
    let isWaiting = state.after === null && job.range.after !== undefined;
    if (!isWaiting) await this.#openParent(after);
    const { signal } = job.store;
    const options = {
      readTime: job.readTime,
      ...(after === undefined ? {} : { after }),
      ...(signal ? { signal } : {}),
    };
    for await (const document of job.source.capture(job.collection, options)) {
      const place = this.#place;
      writeDocument(this.#digest.open, job.collection, document, place);
      const bytes = this.#digest.open.bytes;
      this.#checkOrder(bytes, place, document.path);
      const isSegmentEnd = endsSegment(bytes, place.keyStart, place.keyEnd);
      if (isWaiting) {
        this.#digest.drop(place.start);
        if (isSegmentEnd) {
          if (untilKey && this.#isPast(untilKey)) return this.#finish();
          await this.#openParent(document.path);
          isWaiting = false;
        }
        continue;
      }
      const pending = this.#compareWithParent();
      if (pending) await pending;
      state.documents++;
      if (isSegmentEnd) {
        this.#digest.endSegment();
        const isCut = this.#layer.endSegment();
        if (untilKey && this.#isPast(untilKey)) return this.#finish();
        const isTimeUp = !job.budget();
        if (isTimeUp || (isCut && job.packs.isFull)) {
          await this.#pause(document.path);
          if (isTimeUp) return undefined;
        }
      } else {
        // Large documents: neither the open segment nor the open pack may grow with them.
        this.#digest.shrink();
        if (job.packs.isFull) await job.packs.flush();
      }
    }
    while (this.#parent && !this.#parent.isAtEnd) await this.#removeFromParent();
    return this.#finish();
  }

  #keyOf(path: string): Buffer {
    const writer = new ByteWriter(64);
    writeNameKey(writer, this.#job.collection, path);
    return writer.copy();
  }

  async #openParent(after: string | undefined): Promise<void> {
    if (this.#state.mode === 'base') return;
    const { store, keys, collection, parentLayers } = this.#job;
    this.#parent = await MergedReader.open(
      store,
      keys,
      collection,
      parentLayers,
      after === undefined ? undefined : this.#keyOf(after),
    );
  }

  #isPast(key: Buffer): boolean {
    return this.#lastKey.bytes.compare(key, 0, key.length, 0, this.#lastKey.length) > 0;
  }

  #checkOrder(bytes: Buffer, place: RecordPlace, path: string): void {
    const last = this.#lastKey;
    if (last.length > 0 && bytes.compare(last.bytes, 0, last.length, place.keyStart, place.keyEnd) <= 0) {
      throw new SourceError(path, 'the source gave it out of order (UTF-8 bytes, segment by segment) or twice');
    }
    last.length = 0;
    last.appendRange(bytes, place.keyStart, place.keyEnd);
  }

  /** Writes to the layer how the current document differs from the parent; a promise only where a chunk is read. */
  #compareWithParent(): Promise<void> | undefined {
    const place = this.#place;
    const bytes = this.#digest.open.bytes;
    const parent = this.#parent;
    if (!parent) {
      this.#layer.copy(bytes, place.start, place.bodyEnd, place.keyStart, place.keyEnd);
      return undefined;
    }
    const order = parent.isAtEnd ? 1 : parent.compareKey(bytes, place.keyStart, place.keyEnd);
    if (order > 0) {
      this.#state.changes.added++;
      this.#layer.copy(bytes, place.start, place.bodyEnd, place.keyStart, place.keyEnd);
      return undefined;
    }
    if (order < 0) return this.#skipParent();
    if (bytes.compare(parent.bodyBytes, parent.bodyStart, parent.bodyEnd, place.bodyStart, place.bodyEnd) !== 0)
      this.#writeChange(parent);
    const moved = parent.next();
    return typeof moved === 'boolean' ? undefined : moved.then(() => undefined);
  }

  async #skipParent(): Promise<void> {
    const parent = this.#parent as MergedReader;
    const { keyStart, keyEnd } = this.#place;
    do await this.#removeFromParent();
    while (!parent.isAtEnd && parent.compareKey(this.#digest.open.bytes, keyStart, keyEnd) < 0);
    await this.#compareWithParent();
  }

  async #removeFromParent(): Promise<void> {
    const parent = this.#parent as MergedReader;
    this.#state.changes.removed++;
    this.#layer.write(RECORD.remove, parent.keyBytes.subarray(parent.keyStart, parent.keyEnd), Buffer.alloc(0));
    await parent.next();
  }

  #writeChange(parent: MergedReader): void {
    const place = this.#place;
    this.#state.changes.changed++;
    const body = this.#digest.open.bytes.subarray(place.bodyStart, place.bodyEnd);
    const patch = makePatch(parent.bodyBytes.subarray(parent.bodyStart, parent.bodyEnd), body);
    const isWorthIt = patch.length < body.length * 0.75;
    const key = this.#digest.open.bytes.subarray(place.keyStart, place.keyEnd);
    this.#layer.write(isWorthIt ? RECORD.patch : RECORD.put, key, isWorthIt ? patch : body);
  }

  #finish(): PartEnd {
    this.#note(null);
    return this.#layer.entries;
  }

  /** Writes what is open, so that the state can be resumed from. */
  async #pause(path: string): Promise<void> {
    const { packs, keys, onProgress } = this.#job;
    this.#note(path);
    const entries = this.#layer.entries;
    const list =
      entries.length > 0
        ? packs.add(encodeLists([entries], packs.current), keys, LEVEL.delta, 0, Buffer.alloc(0))
        : undefined;
    this.#layer.entries = [];
    await packs.flush();
    // The list lies in the pack that was just written: only now that has a name.
    if (list) this.#state.pieces.push(listRef(list));
    await onProgress(this.#state);
  }

  #note(path: string | null): void {
    const state = this.#state;
    this.#layer.cut();
    state.addedBytes += this.#layer.addedBytes;
    this.#layer.addedBytes = 0;
    state.digest = this.#digest.value();
    state.plainBytes += this.#digest.plainBytes;
    this.#digest.plainBytes = 0;
    state.after = path;
  }
}
