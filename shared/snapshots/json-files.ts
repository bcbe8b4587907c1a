import { ByteWriter } from './byte-writer.ts';
import { JsonLineWriter } from './json-text.ts';
import type { SnapshotStore } from './manifest.ts';
import { readNameKey } from './name-keys.ts';
import { exportRecords } from './record-files.ts';
import { fieldsStart } from './record-format.ts';

/**
 * A collection of a snapshot as lines of JSON, each with its name below the collection as `_id`: records are turned into
 * lines where they lie, and no document is made of them. A block is valid until the next is asked for. Throws `SourceError` at what plain JSON cannot say, and
 * `IntegrityError` after the last block when it is not what was captured.
 */
export async function* exportJsonLines(
  store: SnapshotStore,
  id: string,
  collection: string,
  onProgress?: (documents: number) => void,
): AsyncGenerator<Uint8Array> {
  const out = new ByteWriter(1024 * 1024);
  const lines = new RecordLines(collection, out);
  yield* exportRecords(store, id, collection, out, (records) => lines.write(records), onProgress);
}

/** Whole `put` records, one after the other, as lines. */
class RecordLines {
  readonly #collection: string;
  readonly #writer: JsonLineWriter;
  #at = 0;

  constructor(collection: string, out: ByteWriter) {
    this.#collection = collection;
    this.#writer = new JsonLineWriter(out);
  }

  write(records: Buffer): void {
    this.#at = 0;
    while (this.#at < records.length) {
      const keyBytes = this.#varint(records);
      const keyStart = this.#at;
      const keyEnd = keyStart + keyBytes;
      this.#at = keyEnd;
      const bodyBytes = Math.floor(this.#varint(records) / 4);
      const end = this.#at + bodyBytes;
      const from = fieldsStart(records, this.#at);
      if (!this.#writer.writeRecord(records, keyStart, keyEnd, from, end)) {
        const path = readNameKey(this.#collection, records, keyStart, keyEnd);
        this.#writer.write(path.slice(this.#collection.length + 1), records.subarray(from, end));
      }
      this.#at = end;
    }
  }

  #varint(bytes: Buffer): number {
    let byte = bytes[this.#at++] as number;
    let value = byte & 0x7f;
    for (let scale = 0x80; byte >= 0x80; scale *= 0x80) {
      byte = bytes[this.#at++] as number;
      value += (byte & 0x7f) * scale;
    }
    return value;
  }
}
