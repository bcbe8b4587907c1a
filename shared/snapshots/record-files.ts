import type { RawDocument } from '../ports/memory.ts';
import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { SourceError } from './integrity-error.ts';
import { readManifest, type SnapshotStore } from './manifest.ts';
import { manifestUri } from './object-names.ts';
import { CountedDocuments, collectionOf, openCollection } from './read-snapshot.ts';
import { readDocument } from './record-format.ts';

/** The first bytes of a file of records: names the format, so that nothing else is taken for one. */
const HEAD = Buffer.from('highnoon.records/1\n');
const BLOCK_BYTES = 512 * 1024;
const DOCUMENTS_AT_ONCE = 1000;

/**
 * A collection of a snapshot as one file that loses nothing: what was stored, in order, without making documents of it.
 * Compared with the digest of the capture; a difference is an `IntegrityError` after the last block. A block is valid until
 * the next one is asked for.
 */
export async function* exportCollection(
  store: SnapshotStore,
  id: string,
  collection: string,
  onProgress?: (documents: number) => void,
): AsyncGenerator<Uint8Array> {
  const block = new ByteWriter(BLOCK_BYTES * 2);
  block.append(HEAD);
  yield* exportRecords(store, id, collection, block, (records) => block.append(records), onProgress);
}

/** Gives all records to `sink`, which appends what is to be written to `block`. */
export async function* exportRecords(
  store: SnapshotStore,
  id: string,
  collection: string,
  block: ByteWriter,
  sink: (records: Buffer) => void,
  onProgress?: (documents: number) => void,
): AsyncGenerator<Uint8Array> {
  const stored = await readManifest(store, id);
  const reader = await openCollection(store, stored, collection);
  const counted = new CountedDocuments(reader, stored.keys, collection, sink);
  while (await counted.readSome(DOCUMENTS_AT_ONCE)) {
    onProgress?.(counted.documents);
    if (block.length < BLOCK_BYTES) continue;
    yield block.view();
    block.length = 0;
  }
  const wanted = collectionOf(stored.manifest, collection);
  counted.check(wanted, manifestUri(store.bucketUri, id));
  onProgress?.(counted.documents);
  yield block.view();
}

/** The documents of such a file, in order. `collection` is what they were exported from, or where they are to go. */
export async function* readRecords(collection: string, blocks: AsyncIterable<Uint8Array>): AsyncGenerator<RawDocument> {
  let rest = Buffer.alloc(0);
  let isFirst = true;
  for await (const block of blocks) {
    rest = Buffer.concat([rest, block]);
    if (isFirst) {
      if (rest.length < HEAD.length) continue;
      if (!rest.subarray(0, HEAD.length).equals(HEAD)) throw new SourceError(collection, 'this is no file of records');
      rest = rest.subarray(HEAD.length);
      isFirst = false;
    }
    for (let end = recordEnd(rest); end > 0; end = recordEnd(rest)) {
      yield documentIn(collection, rest);
      rest = rest.subarray(end);
    }
  }
  if (isFirst || rest.length > 0) throw new SourceError(collection, 'the file of records ends in the middle');
}

/** Where the record that begins `bytes` ends, or 0 when it is not complete. */
function recordEnd(bytes: Buffer): number {
  if (bytes.length === 0) return 0;
  try {
    const reader = new ByteReader(bytes);
    reader.skip(reader.varint());
    const body = reader.varint();
    reader.skip(Math.floor(body / 4));
    return reader.at;
  } catch (error) {
    if (error instanceof RangeError) return 0;
    throw error;
  }
}

function documentIn(collection: string, bytes: Buffer): RawDocument {
  const reader = new ByteReader(bytes);
  const keyBytes = reader.varint();
  const keyStart = reader.at;
  reader.skip(keyBytes);
  const bodyBytes = Math.floor(reader.varint() / 4);
  return readDocument(collection, bytes, [keyStart, keyStart + keyBytes], bytes, [reader.at, reader.at + bodyBytes]);
}
