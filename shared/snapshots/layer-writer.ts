import { ByteWriter } from './byte-writer.ts';
import type { ChunkEntry } from './chunk-lists.ts';
import type { PackWriter } from './pack-writer.ts';
import { writeRecord } from './record-format.ts';
import { chunkId, LEVEL, type SnapshotKeys } from './seal-chunks.ts';

/** A chunk ends with the first segment that ends past this: about 256 KB with segments of 64 KB. */
const TARGET_BYTES = 192 * 1024;
/** Past this it ends with any record, so that memory stays bounded whatever the documents weigh. */
const LARGEST_BYTES = 1024 * 1024;

/** Cuts the records of one layer into chunks and hands them to the packs. */
export class LayerWriter {
  readonly #packs: PackWriter;
  readonly #keys: SnapshotKeys | undefined;
  readonly #level: number;
  readonly #known: ReadonlyMap<string, ChunkEntry>;
  readonly #out = new ByteWriter(TARGET_BYTES * 2);
  #records = 0;
  #firstKey: Buffer = Buffer.alloc(0);
  entries: ChunkEntry[] = [];
  /** Stored bytes of the chunks that were not there before. */
  addedBytes = 0;

  /** Chunks in `known` (by id in hex) are referred to instead of written. */
  constructor(
    packs: PackWriter,
    keys: SnapshotKeys | undefined,
    kind: 'base' | 'delta',
    known: ReadonlyMap<string, ChunkEntry>,
  ) {
    this.#packs = packs;
    this.#keys = keys;
    this.#level = LEVEL[kind];
    this.#known = known;
  }

  /** Takes over a record that stands in `bytes` with its key. */
  copy(bytes: Buffer, start: number, end: number, keyStart: number, keyEnd: number): void {
    this.#start(bytes, keyStart, keyEnd);
    this.#out.appendRange(bytes, start, end);
  }

  write(kind: number, key: Buffer, body: Uint8Array): void {
    this.#start(key, 0, key.length);
    writeRecord(this.#out, kind, key, body);
  }

  #start(bytes: Buffer, keyStart: number, keyEnd: number): void {
    if (this.#out.length >= LARGEST_BYTES) this.cut();
    if (this.#records === 0) this.#firstKey = Buffer.from(bytes.subarray(keyStart, keyEnd));
    this.#records++;
  }

  /** Tells that a content segment ended; true when the chunk ended with it. */
  endSegment(): boolean {
    if (this.#out.length < TARGET_BYTES) return false;
    this.cut();
    return true;
  }

  /** Ends the chunk, if it holds anything. */
  cut(): void {
    if (this.#records === 0) return;
    const plain = this.#out.view();
    const id = chunkId(plain, this.#keys);
    const known = this.#known.get(id.toString('hex'));
    if (known) this.entries.push(known);
    else {
      const entry = this.#packs.add(plain, this.#keys, this.#level, this.#records, this.#firstKey, id);
      this.entries.push(entry);
      this.addedBytes += entry.storedBytes;
    }
    this.#out.length = 0;
    this.#records = 0;
  }
}
