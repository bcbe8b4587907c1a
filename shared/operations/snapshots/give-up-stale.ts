import { PortError } from '../../domain/errors.ts';
import { hoursBetween, type Instant } from '../../domain/time.ts';
import { readMarkers, removeObject } from '../../snapshots/in-progress.ts';
import type { SnapshotStore } from '../../snapshots/index.ts';
import { partPrefix } from '../../snapshots/object-names.ts';

/** A slot may start three hours late and then has its budget: whoever began longer ago has ended, whatever its marker says. */
const LONGEST_CAPTURE_HOURS = 4;

/**
 * Captures that ended without a snapshot leave a marker, which keeps clean-up and erasure waiting for them. An earlier
 * attempt of the same slot has ended when this one runs, and so has one of long ago. Its marker goes first: should its
 * writer live, it finds that out before it publishes anything.
 */
export async function giveUpStale(store: SnapshotStore, slotPrefix: string, own: string, now: Instant): Promise<void> {
  const { live } = await readMarkers(store, now);
  for (const { id, info } of live) {
    const isOfThisSlot = id.startsWith(slotPrefix) && id !== own;
    if (!isOfThisSlot && hoursBetween(info.updatedAt, now) < LONGEST_CAPTURE_HOURS) continue;
    if (id === own) continue;
    await removeObject(store, info.uri);
    for await (const part of store.objects.list(partPrefix(store.bucketUri, id))) await removePart(store, part.uri);
  }
}

async function removePart(store: SnapshotStore, uri: string): Promise<void> {
  try {
    await removeObject(store, uri);
  } catch (error) {
    // Another clean-up was first, or it was just written anew: the next run looks again.
    if (!(error instanceof PortError) || error.code !== 'precondition-failed') throw error;
  }
}
