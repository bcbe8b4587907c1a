import { closeSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { CaptureOptions, MemoryPort, RawDocument } from '../../../shared/ports/memory.ts';
import { ByteWriter } from '../../../shared/snapshots/byte-writer.ts';
import { comparePaths } from '../../../shared/snapshots/compare-names.ts';
import { JsonLineEncoder } from '../../../shared/snapshots/json-line.ts';
import { JsonLineWriter } from '../../../shared/snapshots/json-text.ts';

const BLOCK_BYTES = 512 * 1024;

/** Collections as files of JSON lines (`folder/COLLECTION.ndjson`, sorted by `_id`), read and written in blocks. */
export class NdjsonSource implements MemoryPort {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async *capture(collection: string, options: CaptureOptions): AsyncIterable<RawDocument> {
    const file = openSync(join(this.#folder, `${collection}.ndjson`), 'r');
    try {
      let rest = Buffer.alloc(0);
      for (;;) {
        const block = Buffer.allocUnsafe(rest.length + BLOCK_BYTES);
        rest.copy(block);
        const length = rest.length + readSync(file, block, rest.length, BLOCK_BYTES, null);
        if (length === rest.length) return;
        const end = block.subarray(0, length).lastIndexOf(0x0a) + 1;
        yield* documentsOf(collection, block, end, options.after);
        rest = block.subarray(end, length);
      }
    } finally {
      closeSync(file);
    }
  }

  async restore(collection: string, documents: AsyncIterable<RawDocument>): Promise<void> {
    mkdirSync(this.#folder, { recursive: true });
    const file = openSync(join(this.#folder, `${collection}.ndjson`), 'w');
    try {
      const out = new ByteWriter(BLOCK_BYTES * 2);
      const writer = new JsonLineWriter(out);
      for await (const document of documents) {
        writer.write(document.path.slice(collection.length + 1), document.fields);
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

function* documentsOf(
  collection: string,
  block: Buffer,
  end: number,
  after: string | undefined,
): Generator<RawDocument> {
  const out = new ByteWriter(end);
  const encoder = new JsonLineEncoder(out);
  let start = 0;
  while (start < end) {
    const stop = block.indexOf(0x0a, start);
    const from = out.length;
    const path = `${collection}/${encoder.encode(block, start, stop)}`;
    start = stop + 1;
    if (after !== undefined && comparePaths(path, after) <= 0) continue;
    yield { path, fields: out.bytes.subarray(from, out.length) };
  }
}
