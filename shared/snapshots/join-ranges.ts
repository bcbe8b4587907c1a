import { PortError, UsageError } from '../domain/errors.ts';
import { findPart, type RangePart } from './capture-range.ts';
import type { ChunkEntry } from './chunk-lists.ts';
import {
  CHAIN_POLICY,
  type ChainPolicy,
  type CollectionDraft,
  type CollectionPlan,
  composeCollection,
  findFoundation,
  settleDraft,
} from './compose-collection.ts';
import { addDigests } from './content-digest.ts';
import { writingKeys } from './create-snapshot.ts';
import { assertStillWriting, endWriting, removeObject } from './in-progress.ts';
import { findManifest, type Manifest, readManifest, type SnapshotStore, type StoredManifest } from './manifest.ts';
import { partUri } from './object-names.ts';
import { PackWriter } from './pack-writer.ts';
import { publishManifest } from './publish-manifest.ts';
import { ListReader } from './read-lists.ts';
import type { SnapshotKeys } from './seal-chunks.ts';

export interface JoinOptions extends SnapshotStore {
  readonly snapshotId: string;
  /** RFC 3339: the moment that the snapshot is for. */
  readonly at: string;
  readonly parent?: string;
  readonly encryption?: { readonly reference: string; readonly key: Uint8Array };
  /** The part ids of each collection in the order of their ranges. */
  readonly collections: readonly (CollectionPlan & { readonly parts: readonly string[] })[];
  readonly policy?: ChainPolicy;
}

/** Makes one snapshot of ranges that were captured on their own; the digests are those of a capture in one piece. Idempotent. */
export async function joinRanges(options: JoinOptions): Promise<Manifest> {
  const { snapshotId, at, parent } = options;
  const keys = writingKeys(options);
  const present = await findManifest(options, snapshotId);
  if (!present) await assertStillWriting(options, snapshotId);
  const manifest = present?.manifest ?? (await compose(options, keys, at, parent));
  for (const each of options.collections) {
    for (const part of each.parts) await removeObject(options, partUri(options.bucketUri, snapshotId, part));
  }
  await endWriting(options, snapshotId);
  return manifest;
}

async function compose(
  options: JoinOptions,
  keys: SnapshotKeys | undefined,
  at: string,
  parent: string | undefined,
): Promise<Manifest> {
  const lists = new ListReader(options);
  const packs = new PackWriter(options.objects, options.bucketUri, options.signal);
  const stored = parent === undefined ? undefined : await readManifest(options, parent);
  const drafts: CollectionDraft[] = [];
  for (const plan of options.collections) drafts.push(await joinCollection(options, plan, lists, packs, keys, stored));
  await packs.flush();
  const manifest: Manifest = {
    format: 'highnoon.snapshot/1',
    id: options.snapshotId,
    at,
    parent: parent ?? null,
    encryption: keys ? { cipher: 'aes-256-gcm', keyReference: keys.reference } : null,
    collections: drafts.map(settleDraft),
  };
  await assertStillWriting(options, options.snapshotId);
  return publishManifest(options, manifest, keys, lists);
}

async function joinCollection(
  options: JoinOptions,
  plan: JoinOptions['collections'][number],
  lists: ListReader,
  packs: PackWriter,
  keys: SnapshotKeys | undefined,
  parent: StoredManifest | undefined,
): Promise<CollectionDraft> {
  const parts: RangePart[] = [];
  for (const id of plan.parts) {
    const part = await findPart(options, options.snapshotId, id, plan.name);
    if (!part)
      throw new PortError('snapshots', 'not-found', `part ${id} of snapshot ${options.snapshotId} is not captured yet`);
    parts.push(part);
  }
  const first = parts[0];
  if (!first) throw new UsageError(`collection ${plan.name} of snapshot ${options.snapshotId} has no parts to join`);
  const foundation = await findFoundation(lists, parent, keys, plan.name, options.policy ?? CHAIN_POLICY, first.mode);
  if (parts.some((part) => part.mode !== foundation.mode)) {
    throw new PortError(
      'snapshots',
      'aborted',
      `the parts of ${plan.name} stand on different parents; capture the set again`,
    );
  }
  const entries: ChunkEntry[] = [];
  for (const part of parts) {
    if (part.list) for (const layer of await lists.read(plan.name, part.list, keys)) entries.push(...layer);
  }
  const total = (count: (part: RangePart) => number) => parts.reduce((sum, part) => sum + count(part), 0);
  return composeCollection(packs, keys, plan, options.snapshotId, foundation, entries, {
    mode: foundation.mode,
    documents: total((part) => part.documents),
    plainBytes: total((part) => part.plainBytes),
    addedBytes: total((part) => part.addedBytes),
    digest: addDigests(parts.map((part) => part.digest)),
    changes: {
      added: total((part) => part.changes.added),
      changed: total((part) => part.changes.changed),
      removed: total((part) => part.changes.removed),
    },
  });
}
