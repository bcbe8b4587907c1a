import { ByteWriter } from './byte-writer.ts';
import { JsonLineWriter } from './json-text.ts';
import type { SnapshotStore } from './manifest.ts';
import { readNameKey } from './name-keys.ts';
import { exportRecords } from './record-files.ts';

/**
 * A collection of a snapshot as lines of JSON, each with its name below the collection as `_id`: records are turned into
 * lines where they lie, and no document is made of them. A block is valid until the next is asked for. Throws
 * `SourceError` at what plain JSON cannot say, and `IntegrityError` after the last block when it is not what was captured.
 */
export async function* exportJsonLines(
  store: SnapshotStore,
  id: string,
  collection: string,
  onProgress?: (documents: number) => void,
): AsyncGenerator<Uint8Array> {
  const out = new ByteWriter(1024 * 1024);
  const lines = new JsonLineWriter(out);
  const sink = (records: Buffer) =>
    lines.writeRecords(records, (start, end) =>
      readNameKey(collection, records, start, end).slice(collection.length + 1),
    );
  yield* exportRecords(store, id, collection, out, sink, onProgress);
}
