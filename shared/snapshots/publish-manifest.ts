import { PortError } from '../domain/errors.ts';
import { removeObject } from './in-progress.ts';
import { IntegrityError } from './integrity-error.ts';
import { findManifest, type Manifest, type SnapshotStore, writeManifest } from './manifest.ts';
import { manifestUri, packUri } from './object-names.ts';
import type { ListReader } from './read-lists.ts';
import type { SnapshotKeys } from './seal-chunks.ts';

/** Writes the manifest, which makes the snapshot exist; gives back the one that is there when another writer was first. */
export async function publishManifest(
  store: SnapshotStore,
  manifest: Manifest,
  keys: SnapshotKeys | undefined,
  lists: ListReader,
): Promise<Manifest> {
  try {
    await writeManifest(store, manifest, keys, 'absent');
  } catch (error) {
    if (!(error instanceof PortError && error.code === 'precondition-failed')) throw error;
    const present = await findManifest(store, manifest.id);
    if (!present) throw error;
    return present.manifest;
  }
  // A sweep that took this writer for dead may have removed what it refers to. From here on the manifest protects it,
  // so one look now is final.
  await assertPacksExist(store, manifest, keys, lists);
  return manifest;
}

async function assertPacksExist(
  store: SnapshotStore,
  manifest: Manifest,
  keys: SnapshotKeys | undefined,
  lists: ListReader,
): Promise<void> {
  const seen = new Set<string>();
  try {
    for (const collection of manifest.collections) {
      for (const entry of (await lists.layers(collection, keys)).flat()) {
        if (seen.has(entry.pack.id)) continue;
        seen.add(entry.pack.id);
        const uri = packUri(store.bucketUri, entry.pack.id);
        if (await store.objects.stat(uri)) continue;
        throw new IntegrityError(
          'missing',
          { collection: collection.name, chunk: entry.id.toString('hex'), uri },
          'the pack is gone',
        );
      }
    }
  } catch (error) {
    if (error instanceof IntegrityError) await removeObject(store, manifestUri(store.bucketUri, manifest.id));
    throw error;
  }
}
