import { createSnapshot } from '../../../shared/snapshots/create-snapshot.ts';
import { listSnapshotIds } from '../../../shared/snapshots/manifest.ts';
import { FolderObjects } from './folder-objects.ts';

/** The collections of the documents that the benches of snapshots are measured on. */
export const BENCH_COLLECTIONS = ['behavior_events', 'context_states', 'orders', 'products_coa', 'user_preferences'];

const key = Buffer.alloc(32, 7);

/** An encrypted store of snapshots in a folder. */
export const benchStore = (folder: string) => ({
  objects: new FolderObjects(folder),
  bucketUri: 'gs://snapshots',
  keyFor: async () => key,
});

/** A snapshot upon the last one there, with everything in it encrypted. */
export async function createUponLast(
  store: ReturnType<typeof benchStore>,
  what: Pick<Parameters<typeof createSnapshot>[0], 'source' | 'at'> & { readonly names: readonly string[] },
) {
  const { source, at, names } = what;
  const parent = (await listSnapshotIds(store)).at(-1);
  const result = await createSnapshot({
    ...store,
    source,
    collections: names.map((name) => ({ name, pii: true })),
    at,
    now: new Date().toISOString(),
    budget: () => true,
    onCursor: async () => {},
    encryption: { reference: 'bench', key },
    ...(parent === undefined ? {} : { parent }),
  });
  if (result.status !== 'complete') throw new Error('the snapshot was not completed');
  return result.manifest;
}
