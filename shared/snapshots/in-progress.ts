import { PortError } from '../domain/errors.ts';
import type { ObjectInfo } from '../ports/objects.ts';
import type { SnapshotStore } from './manifest.ts';
import { idOf, markerPrefix, markerUri } from './object-names.ts';
import { isMissing, putContent, readAll } from './put-objects.ts';

/*
 * Markers say what is being written, so that nothing is collected from under it. Both sides write their marker first
 * and look for the other's afterwards: whichever comes second sees the first.
 */

const MAINTENANCE = 'maintenance';
/** Maintenance that wrote its marker longer ago than this is taken for crashed, and its place may be taken. */
const MAINTENANCE_HOURS = 2;
/** A snapshot has at most 12 stretches of 10 minutes in a window of 3 hours: after this its marker is an orphan. */
export const ABANDONED_HOURS = 24;

export interface Marker {
  /** Of the snapshot being written. */
  readonly id: string;
  readonly parent: string | null;
  readonly info: ObjectInfo;
}

export function hoursBetween(earlier: string, later: string): number {
  return (Date.parse(later) - Date.parse(earlier)) / 3_600_000;
}

/** Announces a snapshot. `now` is the store's time, RFC 3339. */
export async function beginWriting(
  store: SnapshotStore,
  id: string,
  parent: string | null,
  now: string,
): Promise<void> {
  await putContent(
    store.objects,
    markerUri(store.bucketUri, id),
    Buffer.from(JSON.stringify({ id, parent })),
    store.signal,
  );
  await refuseDuringMaintenance(store, now);
}

/** Without its marker a snapshot is unprotected: whoever wrote it has to begin again. */
export async function assertStillWriting(store: SnapshotStore, id: string): Promise<void> {
  if (await store.objects.stat(markerUri(store.bucketUri, id))) return;
  throw new PortError('snapshots', 'aborted', `snapshot ${id} was given up (its marker is gone); begin it again`);
}

export async function endWriting(store: SnapshotStore, id: string): Promise<void> {
  await removeObject(store, markerUri(store.bucketUri, id));
}

async function refuseDuringMaintenance(store: SnapshotStore, now: string): Promise<void> {
  const info = await store.objects.stat(markerUri(store.bucketUri, MAINTENANCE));
  if (info && hoursBetween(info.updatedAt, now) < MAINTENANCE_HOURS) {
    throw new PortError(
      'snapshots',
      'aborted',
      `snapshots are being rewritten since ${info.updatedAt}; try again when that is done`,
    );
  }
}

/** The snapshots that are being written; older markers than `ABANDONED_HOURS` are given apart. */
export async function readMarkers(store: SnapshotStore, now: string): Promise<{ live: Marker[]; abandoned: Marker[] }> {
  const live: Marker[] = [];
  const abandoned: Marker[] = [];
  for await (const info of store.objects.list(markerPrefix(store.bucketUri))) {
    const id = idOf(info.uri);
    if (id === MAINTENANCE) continue;
    const marker = { id, parent: await parentIn(store, info.uri), info };
    (hoursBetween(info.updatedAt, now) < ABANDONED_HOURS ? live : abandoned).push(marker);
  }
  return { live, abandoned };
}

async function parentIn(store: SnapshotStore, uri: string): Promise<string | null> {
  try {
    const { parent } = JSON.parse((await readAll(store.objects, uri, undefined, store.signal)).toString('utf8')) as {
      parent?: unknown;
    };
    return typeof parent === 'string' ? parent : null;
  } catch (error) {
    // It ended in this moment, or is unreadable: its id alone still protects what it writes.
    if (isMissing(error) || error instanceof SyntaxError) return null;
    throw error;
  }
}

/**
 * Takes the bucket for one act that rewrites or removes packs, while no snapshot is being written. Throws `PortError`
 * `aborted` (retryable) when one is, or when another act goes on.
 */
export async function withMaintenance<T>(store: SnapshotStore, now: string, act: () => Promise<T>): Promise<T> {
  const uri = markerUri(store.bucketUri, MAINTENANCE);
  const present = await store.objects.stat(uri);
  if (present && hoursBetween(present.updatedAt, now) < MAINTENANCE_HOURS) await refuseDuringMaintenance(store, now);
  const mine = await store.objects.write(uri, Buffer.from('{}'), {
    when: present ? { generation: present.generation } : 'absent',
  });
  try {
    const { live } = await readMarkers(store, now);
    const first = live[0];
    if (first)
      throw new PortError('snapshots', 'aborted', `snapshot ${first.id} is being written; try again when it is done`);
    return await act();
  } finally {
    await store.objects.remove(uri, mine.generation).catch((error: unknown) => {
      if (!isMissing(error)) throw error;
    });
  }
}

/** Removes the newest generation, if there is one. */
export async function removeObject(store: SnapshotStore, uri: string): Promise<void> {
  const info = await store.objects.stat(uri);
  if (!info) return;
  try {
    await store.objects.remove(uri, info.generation);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}
