import type { MemoryCollection } from '../../domain/configuration/index.ts';
import type { PlannedEffect, Probe } from '../../domain/operation.ts';
import { findManifest, joinRanges, type Manifest, type SnapshotStore } from '../../snapshots/index.ts';
import { CAPTURES, type CaptureHead, field, partsOf, type RangedParts } from './capture-head.ts';
import type { CaptureContext } from './capture-one.ts';
import { contextCollections } from './preserve-context.ts';
import { encryptionOf, planOf, storeOf, subjectOf } from './snapshot-store.ts';

/** All collections of a snapshot, in the order of their capture. */
export function snapshotCollections(memory: readonly MemoryCollection[]): MemoryCollection[] {
  const of = (subject: string) => memory.filter((each) => subjectOf(each) === subject);
  return [...of('behavior'), ...contextCollections(memory), ...of('preferences')];
}

/** The parts become one snapshot: one manifest, written last, makes it exist. */
export async function sealEffect(
  context: CaptureContext,
  head: CaptureHead,
  ranged: RangedParts = {},
): Promise<PlannedEffect> {
  const collections = snapshotCollections(context.configuration.memory);
  const upon = head.parent === null ? 'whole' : `upon ${head.parent}`;
  const parts = collections.flatMap((collection) => partsOf(head, collection, ranged));
  const target = `snapshots/${head.id}`;
  const encryption = await encryptionOf(context);
  return {
    target,
    detail: `snapshot ${head.id} of ${collections.length} collections as of ${head.readTime}, ${upon}`,
    args: { head: { ...head }, parts },
    pin: null,
    probe: () => look(storeOf(context), head.id, target, context.now()),
    async call(grant) {
      await joinRanges({
        ...storeOf({ ...context, signal: grant.signal }),
        ...encryption,
        snapshotId: head.id,
        at: context.slot.dueAt,
        ...(head.parent === null ? {} : { parent: head.parent }),
        collections: collections.map((collection) => ({
          ...planOf(collection),
          parts: partsOf(head, collection, ranged),
        })),
      });
    },
  };
}

async function look(store: SnapshotStore, id: string, subject: string, observedAt: string): Promise<Probe> {
  const found = await findManifest(store, id);
  const receipt = { subject, request: `manifest of snapshot ${id}`, observedAt };
  if (found === undefined) return { state: 'pinned', receipt: { ...receipt, value: null } };
  return { state: 'applied', receipt: { ...receipt, value: weigh(found.manifest) } };
}

export const weigh = ({ collections }: Manifest) => ({
  documents: collections.reduce((sum, { documents }) => sum + documents, 0),
  addedBytes: collections.reduce((sum, { addedBytes }) => sum + addedBytes, 0),
  collections: Object.fromEntries(collections.map(({ name, digest }) => [name, digest])),
});

/** The snapshot that this attempt made, when it has made one. */
export const madeSnapshot = ({ earlier }: Pick<CaptureContext, 'earlier'>): string | undefined =>
  [...CAPTURES, 'verify-integrity']
    .map((name) => field<string>(earlier(name)?.output, 'snapshot'))
    .findLast((id) => id !== undefined);
