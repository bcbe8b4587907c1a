import { PortError } from '../domain/errors.ts';
import type { ObjectInfo } from '../ports/objects.ts';
import { hoursBetween, type Marker, readMarkers, removeObject } from './in-progress.ts';
import type { SnapshotStore } from './manifest.ts';
import { idOf, manifestUri, packPrefix, partPrefix } from './object-names.ts';
import { loadSnapshots, referencedBytes } from './pack-usage.ts';
import { isMissing, readAll } from './put-objects.ts';

export interface CollectOptions extends SnapshotStore {
  /** Store time, RFC 3339. */
  readonly now: string;
  /** Only packs written longer ago than this are removed. */
  readonly graceHours: number;
  readonly isDryRun?: boolean;
}

export interface CollectReport {
  readonly removed: readonly string[];
  readonly removedBytes: number;
  /** Unreferenced packs that stay: too young, or written while a snapshot is. */
  readonly kept: number;
  readonly abandoned: readonly string[];
  /** Why nothing could be removed, or null. */
  readonly blocked: string | null;
}

/**
 * Removes packs that no snapshot refers to. Safe against a snapshot being written: candidates are listed first, then
 * markers, then manifests, so that what a writer does meanwhile shows in one of them or makes a new generation, which
 * the removal of the old one spares.
 */
export async function collectGarbage(options: CollectOptions): Promise<CollectReport> {
  const { objects, bucketUri, now, graceHours } = options;
  const candidates: ObjectInfo[] = [];
  for await (const info of objects.list(packPrefix(bucketUri))) candidates.push(info);
  const { live, abandoned } = await readMarkers(options, now);
  const snapshots = await loadSnapshots(options);
  const ids = new Set(snapshots.map((each) => each.manifest.id));
  const orphan = live.find((marker) => marker.parent !== null && !ids.has(marker.parent));
  if (orphan) {
    const blocked = `snapshot ${orphan.id} is being written upon ${orphan.parent}, which is gone`;
    return { removed: [], removedBytes: 0, kept: candidates.length, abandoned: [], blocked };
  }
  const referenced = referencedBytes(snapshots);
  const unreferenced = candidates.filter((info) => !referenced.has(idOf(info.uri)));
  const due = unreferenced.filter(
    (info) => hoursBetween(info.updatedAt, now) >= graceHours && !isBeingWritten(info, live),
  );
  let removed = due;
  if (!options.isDryRun) {
    // The marker goes first: its writer, should it live, then finds out before it names these packs.
    for (const marker of abandoned) await giveUp(options, marker);
    removed = [];
    for (const info of due) if (await removeGeneration(options, info)) removed.push(info);
    for (const id of ids) await removeParts(options, id);
  }
  const uris = removed.map((info) => info.uri);
  const removedBytes = removed.reduce((sum, info) => sum + info.bytes, 0);
  return {
    removed: uris,
    removedBytes,
    kept: unreferenced.length - uris.length,
    abandoned: abandoned.map((each) => each.id),
    blocked: null,
  };
}

function isBeingWritten(info: ObjectInfo, live: readonly Marker[]): boolean {
  return live.some((marker) => Date.parse(info.updatedAt) >= Date.parse(marker.info.updatedAt));
}

async function giveUp(store: SnapshotStore, marker: Marker): Promise<void> {
  if (!(await removeGeneration(store, marker.info))) return;
  await removeParts(store, marker.id);
}

async function removeParts(store: SnapshotStore, id: string): Promise<void> {
  for await (const info of store.objects.list(partPrefix(store.bucketUri, id))) await removeGeneration(store, info);
}

/** False when that generation is gone already. */
async function removeGeneration(store: SnapshotStore, info: ObjectInfo): Promise<boolean> {
  try {
    await store.objects.remove(info.uri, info.generation);
    return true;
  } catch (error) {
    if (isMissing(error) || (error instanceof PortError && error.code === 'precondition-failed')) return false;
    throw error;
  }
}

/** Removes a snapshot; its chunks are collected later, as far as no other one refers to them. Idempotent. */
export async function removeSnapshot(store: SnapshotStore, id: string, now: string): Promise<void> {
  const { live } = await readMarkers(store, now);
  const child = live.find((marker) => marker.parent === id);
  if (child)
    throw new PortError(
      'snapshots',
      'aborted',
      `snapshot ${child.id} is being written upon ${id}; try again when it is done`,
    );
  await removeObject(store, manifestUri(store.bucketUri, id));
}

/**
 * Sets a corrupt snapshot aside: its manifest, as it is, moves to `quarantine/`, so that it is neither listed nor kept
 * from being made again under its id. Snapshots that share its damaged chunks are named by `verifySnapshots`.
 */
export async function quarantineSnapshot(store: SnapshotStore, id: string): Promise<string> {
  const uri = manifestUri(store.bucketUri, id);
  const info = await store.objects.stat(uri);
  const quarantineUri = `${store.bucketUri}/quarantine/${id}-${info?.generation ?? 'gone'}.json`;
  if (!info) return quarantineUri;
  const bytes = await readAll(store.objects, uri, undefined, store.signal);
  await store.objects.write(quarantineUri, bytes, { when: 'any', contentType: 'application/json' });
  await removeGeneration(store, info);
  return quarantineUri;
}
