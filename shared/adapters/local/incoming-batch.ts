import { digestOf } from '../../domain/json.ts';
import { latest, parseInstant } from '../../domain/time.ts';
import type { IncomingBatch } from '../../ports/datasets.ts';
import type { ObjectInfo, ObjectsPort } from '../../ports/objects.ts';

/**
 * The newest batch below a folder: an object directly in it is a batch of its own, the objects of one folder within it
 * are one batch in parts. Newest is what was written last; of two written at once, the one whose name sorts last.
 */
export async function newestBatch(objects: ObjectsPort, folder: string): Promise<IncomingBatch | undefined> {
  const root = folder.endsWith('/') ? folder : `${folder}/`;
  const batches = new Map<string, ObjectInfo[]>();
  for await (const info of objects.list(root)) {
    if (!/\.(?:ndjson|jsonl)$/.test(info.uri)) continue;
    const inside = info.uri.slice(root.length);
    const name = inside.includes('/') ? inside.slice(0, inside.lastIndexOf('/') + 1) : inside;
    batches.set(name, [...(batches.get(name) ?? []), info]);
  }
  let newest: readonly ObjectInfo[] = [];
  for (const batch of batches.values()) if (writtenAt(batch) >= writtenAt(newest)) newest = batch;
  return newest.length === 0 ? undefined : asBatch(newest);
}

const writtenAt = (objects: readonly ObjectInfo[]): string =>
  objects.map(({ updatedAt }) => parseInstant(updatedAt) ?? updatedAt).reduce(latest, '');

function asBatch(objects: readonly ObjectInfo[]): IncomingBatch {
  const parts = objects.map(({ uri, generation, bytes }) => ({ uri, generation, bytes }));
  return { generation: digestOf(parts), updatedAt: writtenAt(objects), parts };
}
