import { createHash } from 'node:crypto';
import { PortError } from '../domain/errors.ts';
import type { MemoryPort } from '../ports/memory.ts';
import { capturePart, type NameRange, newPart, type PartState } from './capture-part.ts';
import { type ChunkEntry, encodeLists } from './chunk-lists.ts';
import { CHAIN_POLICY, type ChainPolicy, type CollectionPlan, findFoundation } from './compose-collection.ts';
import { writingKeys } from './create-snapshot.ts';
import { assertStillWriting, beginWriting } from './in-progress.ts';
import { IntegrityError } from './integrity-error.ts';
import { type ListRef, readManifest, type SnapshotStore } from './manifest.ts';
import { partUri } from './object-names.ts';
import { PackWriter } from './pack-writer.ts';
import { putContent, readAll } from './put-objects.ts';
import { ListReader, listRef } from './read-lists.ts';
import { LEVEL } from './seal-chunks.ts';

/** What one range of one collection gave, kept in `parts/SNAPSHOT/` until the set is joined. */
export interface RangePart {
  readonly collection: string;
  readonly mode: 'base' | 'delta';
  /** The range's own chunks, or null when there are none. */
  readonly list: ListRef | null;
  readonly documents: number;
  readonly plainBytes: number;
  readonly addedBytes: number;
  readonly digest: string;
  readonly changes: PartState['changes'];
}

export interface RangeOptions extends SnapshotStore {
  readonly source: MemoryPort;
  readonly snapshotId: string;
  readonly collection: CollectionPlan;
  readonly range: NameRange;
  /** Names this range in the set; the same id is captured once. */
  readonly partId: string;
  /** RFC 3339, the same for all ranges of the set. */
  readonly readTime: string;
  readonly parent?: string;
  readonly encryption?: { readonly reference: string; readonly key: Uint8Array };
  readonly cursor?: PartState;
  readonly budget: () => boolean;
  readonly onCursor: (cursor: PartState) => Promise<void>;
  readonly policy?: ChainPolicy;
}

/** Announces a set before its ranges are given out, so that nothing is collected from under them. */
export async function beginSet(
  store: SnapshotStore,
  snapshotId: string,
  parent: string | null,
  now: string,
): Promise<void> {
  await beginWriting(store, snapshotId, parent, now);
}

/**
 * Captures one range on its own: other ranges may run at the same time, and this one may be delivered again. The part,
 * or undefined when the budget ended before (go on from the last cursor).
 */
export async function captureRange(options: RangeOptions): Promise<RangePart | undefined> {
  const { collection, snapshotId, partId, source, readTime, range, budget, policy = CHAIN_POLICY } = options;
  const keys = writingKeys({
    collections: [collection],
    ...(options.encryption ? { encryption: options.encryption } : {}),
  });
  const present = await findPart(options, snapshotId, partId, collection.name);
  if (present) return present;
  await assertStillWriting(options, snapshotId);
  const parent = options.parent === undefined ? undefined : await readManifest(options, options.parent);
  const lists = new ListReader(options);
  const packs = new PackWriter(options.objects, options.bucketUri, options.signal);
  const { mode, layers } = await findFoundation(lists, parent, keys, collection.name, policy);
  const state = options.cursor ? structuredClone(options.cursor) : newPart(mode);
  if (state.mode !== mode)
    throw new PortError('snapshots', 'aborted', `range ${partId} of ${snapshotId}: its parent changed; begin again`);
  const onProgress = (part: PartState) => options.onCursor(structuredClone(part));
  const job = { store: options, source, packs, keys, collection: collection.name, readTime, range, budget, onProgress };
  const tail = await capturePart({ ...job, parentLayers: layers }, state);
  if (!tail) return undefined;
  const entries: ChunkEntry[] = [];
  for (const piece of state.pieces)
    for (const layer of await lists.read(collection.name, piece, keys)) entries.push(...layer);
  entries.push(...tail);
  const list =
    entries.length > 0 ? packs.add(encodeLists([entries], packs.current), keys, LEVEL.delta, 0, Buffer.alloc(0)) : null;
  await packs.flush();
  const { documents, plainBytes, addedBytes, digest, changes } = state;
  const part = {
    collection: collection.name,
    mode,
    list: list && listRef(list),
    documents,
    plainBytes,
    addedBytes,
    digest,
    changes,
  };
  await putContent(options.objects, partUri(options.bucketUri, snapshotId, partId), serialise(part), options.signal);
  return part;
}

function serialise(part: RangePart): Buffer {
  const text = JSON.stringify(part);
  return Buffer.from(`{"checksum":"${createHash('sha256').update(text).digest('hex')}","part":${text}}\n`);
}

/** The part as it was captured, or undefined. */
export async function findPart(
  store: SnapshotStore,
  snapshotId: string,
  partId: string,
  collection: string,
): Promise<RangePart | undefined> {
  const uri = partUri(store.bucketUri, snapshotId, partId);
  if (!(await store.objects.stat(uri))) return undefined;
  const bytes = await readAll(store.objects, uri, undefined, store.signal);
  const damaged = (cause?: unknown) =>
    new IntegrityError('damaged', { collection, chunk: partId, uri }, 'the part of the set was changed', { cause });
  let part: RangePart;
  try {
    part = (JSON.parse(bytes.toString('utf8')) as { part: RangePart }).part;
  } catch (cause) {
    throw damaged(cause);
  }
  if (!serialise(part).equals(bytes) || part.collection !== collection) throw damaged();
  return part;
}
