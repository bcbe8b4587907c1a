import { closeSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { CaptureOptions, MemoryPort, RawDocument } from '../../../shared/ports/memory.ts';
import { ByteReader } from '../../../shared/snapshots/byte-reader.ts';
import { ByteWriter } from '../../../shared/snapshots/byte-writer.ts';
import { comparePaths } from '../../../shared/snapshots/compare-names.ts';

const BLOCK_BYTES = 512 * 1024;

/** Collections as files of canonical documents, written in blocks: the plainest store that loses nothing. */
export class RecordFolder implements MemoryPort {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async *capture(collection: string, options: CaptureOptions): AsyncIterable<RawDocument> {
    const reader = new ByteReader(readFileSync(join(this.#folder, `${collection}.records`)));
    while (reader.at < reader.end) {
      const path = reader.text(reader.varint());
      const fields = reader.take(reader.varint());
      if (options.after === undefined || comparePaths(path, options.after) > 0) yield { path, fields };
    }
  }

  async restore(collection: string, documents: AsyncIterable<RawDocument>): Promise<void> {
    mkdirSync(this.#folder, { recursive: true });
    const file = openSync(join(this.#folder, `${collection}.records`), 'w');
    try {
      const out = new ByteWriter(BLOCK_BYTES * 2);
      for await (const { path, fields } of documents) {
        out.varint(Buffer.byteLength(path));
        out.text(path);
        out.varint(fields.length);
        out.append(fields);
        if (out.length < BLOCK_BYTES) continue;
        writeSync(file, out.view());
        out.length = 0;
      }
      writeSync(file, out.view());
    } finally {
      closeSync(file);
    }
  }
}
