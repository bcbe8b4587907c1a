import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { ObjectsPort } from '../ports/objects.ts';
import type { ChunkEntry, PackName } from './chunk-lists.ts';
import { packUri } from './object-names.ts';
import { putContent } from './put-objects.ts';
import { chunkId, type SnapshotKeys, sealChunk } from './seal-chunks.ts';

/** A pack is written once it holds this much: objects of 8 to 16 MB cost few requests and fit in memory. */
const FULL_BYTES = 8 * 1024 * 1024;

/** Gathers sealed chunks and writes them as objects named by the sha-256 of their bytes. */
export class PackWriter {
  readonly #objects: ObjectsPort;
  readonly #bucketUri: string;
  readonly #signal: AbortSignal | undefined;
  #parts: Buffer[] = [];
  #length = 0;
  #name: PackName = { id: '' };
  /** All bytes written since this writer was made. */
  writtenBytes = 0;

  constructor(objects: ObjectsPort, bucketUri: string, signal?: AbortSignal) {
    this.#objects = objects;
    this.#bucketUri = bucketUri;
    this.#signal = signal;
  }

  /** The pack that the next chunk goes into. */
  get current(): PackName {
    return this.#name;
  }

  get isFull(): boolean {
    return this.#length >= FULL_BYTES;
  }

  add(
    plain: Uint8Array,
    keys: SnapshotKeys | undefined,
    level: number,
    records: number,
    firstKey: Buffer,
    id = chunkId(plain, keys),
  ): ChunkEntry {
    const stored = sealChunk(plain, id, keys, level);
    return this.#append(stored, { id, plainBytes: plain.length, records, firstKey, crc: crc32(stored) });
  }

  /** Takes over a chunk as it is stored. */
  addStored(stored: Buffer, entry: ChunkEntry): ChunkEntry {
    return this.#append(stored, entry);
  }

  #append(stored: Buffer, chunk: Pick<ChunkEntry, 'id' | 'plainBytes' | 'records' | 'firstKey' | 'crc'>): ChunkEntry {
    const { id, plainBytes, records, firstKey, crc } = chunk;
    const entry = {
      id,
      plainBytes,
      records,
      firstKey,
      crc,
      pack: this.#name,
      offset: this.#length,
      storedBytes: stored.length,
    };
    this.#parts.push(stored);
    this.#length += stored.length;
    return entry;
  }

  /** Writes what was gathered; afterwards every entry's pack has its id. */
  async flush(): Promise<void> {
    if (this.#length === 0) return;
    const hash = createHash('sha256');
    for (const part of this.#parts) hash.update(part);
    const id = hash.digest('hex');
    const bytes = Buffer.concat(this.#parts, this.#length);
    this.#parts = [];
    await putContent(this.#objects, packUri(this.#bucketUri, id), bytes, this.#signal);
    this.#name.id = id;
    this.writtenBytes += this.#length;
    this.#length = 0;
    this.#name = { id: '' };
  }
}
