import type { PartState } from './capture-part.ts';
import { type ChunkEntry, encodeLists } from './chunk-lists.ts';
import type { CollectionManifest, ListRef, StoredManifest } from './manifest.ts';
import type { PackWriter } from './pack-writer.ts';
import { type ListReader, listRef } from './read-lists.ts';
import { LEVEL, type SnapshotKeys } from './seal-chunks.ts';

export interface CollectionPlan {
  readonly name: string;
  /** Records of people: refused without encryption. */
  readonly pii?: boolean;
  readonly schemaVersion?: string;
}

/** What a collection's new layer stands on. */
export interface Foundation {
  readonly mode: 'base' | 'delta';
  readonly parent: CollectionManifest | undefined;
  /** All layers of the parent in `delta` mode; only its base in `base` mode. */
  readonly layers: readonly ChunkEntry[][];
}

export interface ChainPolicy {
  /** A new base is made when the stored deltas weigh more than this share of the stored base. */
  readonly deltaShare: number;
  /** And when there are this many layers above it: each costs a reader its memory. */
  readonly mostDeltas: number;
}

/** A month of six-hourly snapshots of a set that changes 1.5 % each time stays just below half. */
export const CHAIN_POLICY: ChainPolicy = { deltaShare: 0.5, mostDeltas: 120 };

/** Decides whether the collection continues its parent's chain or begins a new one. `mode`, when given, was decided before. */
export async function findFoundation(
  lists: ListReader,
  parent: StoredManifest | undefined,
  keys: SnapshotKeys | undefined,
  name: string,
  policy: ChainPolicy,
  mode?: 'base' | 'delta',
): Promise<Foundation> {
  const collection = parent?.manifest.collections.find((each) => each.name === name);
  // Under another key the ids of equal chunks differ: nothing of the old chain can be referred to.
  const isSameKey = parent?.keys?.reference === keys?.reference;
  if (!collection || !isSameKey) return { mode: 'base', parent: undefined, layers: [] };
  const layers = await lists.layers(collection, keys);
  const [base = [], ...deltas] = layers;
  const weigh = (entries: readonly ChunkEntry[]) => entries.reduce((sum, entry) => sum + entry.storedBytes, 0);
  const isHeavy = weigh(deltas.flat()) > weigh(base) * policy.deltaShare || deltas.length >= policy.mostDeltas;
  if ((mode ?? (isHeavy ? 'base' : 'delta')) === 'base') return { mode: 'base', parent: collection, layers: [base] };
  return { mode: 'delta', parent: collection, layers };
}

/** A collection that is captured; its lists may still lie in a pack that has no name yet. */
export interface CollectionDraft {
  readonly manifest: Omit<CollectionManifest, 'base' | 'deltas'>;
  readonly baseSnapshot: string;
  readonly base: ChunkEntry | ListRef;
  readonly deltas: ChunkEntry | ListRef | null;
}

export function composeCollection(
  packs: PackWriter,
  keys: SnapshotKeys | undefined,
  plan: CollectionPlan,
  snapshotId: string,
  foundation: Foundation,
  entries: readonly ChunkEntry[],
  state: Omit<PartState, 'pieces' | 'after'>,
): CollectionDraft {
  const { parent, layers, mode } = foundation;
  const manifest = {
    name: plan.name,
    pii: plan.pii === true,
    schemaVersion: plan.schemaVersion ?? null,
    documents: state.documents,
    plainBytes: state.plainBytes,
    digest: state.digest,
    changes: mode === 'delta' ? state.changes : null,
    addedBytes: state.addedBytes,
  };
  const write = (all: readonly (readonly ChunkEntry[])[]) =>
    packs.add(encodeLists(all, packs.current), keys, LEVEL.delta, 0, Buffer.alloc(0));
  if (mode === 'base' || !parent) return { manifest, baseSnapshot: snapshotId, base: write([entries]), deltas: null };
  const deltas = entries.length === 0 ? parent.deltas : write([...layers.slice(1), entries]);
  return { manifest, baseSnapshot: parent.base.snapshot, base: parent.base.list, deltas };
}

/** After a flush: every list has its place. */
export function settleDraft(draft: CollectionDraft): CollectionManifest {
  const settle = (list: ChunkEntry | ListRef): ListRef =>
    Buffer.isBuffer(list.id) ? listRef(list as ChunkEntry) : (list as ListRef);
  const base = { snapshot: draft.baseSnapshot, list: settle(draft.base) };
  return { ...draft.manifest, base, deltas: draft.deltas && settle(draft.deltas) };
}

/** Back from a cursor. */
export function draftOf(collection: CollectionManifest): CollectionDraft {
  const { base, deltas, ...manifest } = collection;
  return { manifest, baseSnapshot: base.snapshot, base: base.list, deltas };
}
