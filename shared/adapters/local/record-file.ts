import { closeSync, existsSync, mkdirSync, openSync, readSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { PortError } from '../../domain/errors.ts';
import type { RawDocument } from '../../ports/memory.ts';
import { ByteWriter } from '../../snapshots/byte-writer.ts';
import { readRecords } from '../../snapshots/record-files.ts';
import { RecordPlace, writeDocument } from '../../snapshots/record-format.ts';

/** A collection of the local store as one file of records, sorted by name: what a capture copies and never parses. */
const HEAD = Buffer.from('highnoon.records/1\n');
const BLOCK_BYTES = 512 * 1024;

export const isCollectionName = (name: string): boolean => /^[A-Za-z][A-Za-z0-9_-]{0,99}$/.test(name);

export function recordFile(data: string, collection: string): string {
  if (!isCollectionName(collection))
    throw new PortError(
      'memory',
      'invalid',
      `collection '${collection.slice(0, 120)}': a letter, then letters, digits, - or _, 100 at most`,
    );
  return join(data, 'memory', `${collection}.records`);
}

/** The documents of the file in order; none when there is no file. What is read is the file as it was when reading began. */
export async function* readRecordFile(data: string, collection: string): AsyncGenerator<RawDocument> {
  const path = recordFile(data, collection);
  if (existsSync(path)) yield* readRecords(collection, blocksOf(path));
}

async function* blocksOf(path: string): AsyncGenerator<Uint8Array> {
  const file = openSync(path, 'r');
  try {
    for (;;) {
      // A block of its own each time: documents are views of it, and must not change after they were handed over.
      const block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
      const length = readSync(file, block, 0, BLOCK_BYTES, null);
      if (length === 0) return;
      yield block.subarray(0, length);
    }
  } finally {
    closeSync(file);
  }
}

/** Puts the documents, given in order, in the place of the file, all or none. Answers how many there are. */
export async function writeRecordFile(
  data: string,
  collection: string,
  documents: AsyncIterable<RawDocument>,
): Promise<number> {
  const path = recordFile(data, collection);
  mkdirSync(join(data, 'memory'), { recursive: true });
  const temporary = `${path}.${process.pid}.new`;
  const file = openSync(temporary, 'w');
  let count = 0;
  try {
    const out = new ByteWriter(BLOCK_BYTES * 2);
    const place = new RecordPlace();
    out.append(HEAD);
    for await (const document of documents) {
      writeDocument(out, collection, document, place);
      count++;
      if (out.length < BLOCK_BYTES) continue;
      writeSync(file, out.view());
      out.length = 0;
    }
    writeSync(file, out.view());
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
  return count;
}
