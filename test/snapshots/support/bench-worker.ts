import { mkdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSnapshot } from '../../../shared/snapshots/create-snapshot.ts';
import { exportJsonLines } from '../../../shared/snapshots/json-files.ts';
import { listSnapshotIds } from '../../../shared/snapshots/manifest.ts';
import { exportCollection } from '../../../shared/snapshots/record-files.ts';
import { verifySnapshots } from '../../../shared/snapshots/verify-snapshots.ts';
import { FolderObjects } from './folder-objects.ts';
import { NdjsonSource } from './ndjson-source.ts';

/*
 * One act in a process of its own, so that its processor time and memory are its own: create, verify or restore over a
 * folder. The last line it prints is its peak memory.
 */

const [act = '', store = '', data = '', at = ''] = process.argv.slice(2);
const key = Buffer.alloc(32, 7);
const snapshots = { objects: new FolderObjects(store), bucketUri: 'gs://snapshots', keyFor: async () => key };
const COLLECTIONS = ['behavior_events', 'context_states', 'orders', 'products_coa', 'user_preferences'];

if (act === 'create') {
  const parent = (await listSnapshotIds(snapshots)).at(-1);
  await createSnapshot({
    ...snapshots,
    source: new NdjsonSource(data),
    collections: COLLECTIONS.map((name) => ({ name, pii: true })),
    at,
    now: new Date().toISOString(),
    budget: () => true,
    onCursor: async () => {},
    encryption: { reference: 'bench', key },
    ...(parent === undefined ? {} : { parent }),
  });
} else if (act === 'verify') {
  const { problems } = await verifySnapshots({ ...snapshots, readData: 'all' });
  if (problems.length > 0) throw problems[0];
} else if (act === 'restore') {
  const id = (await listSnapshotIds(snapshots)).at(-1) ?? '';
  mkdirSync(data, { recursive: true });
  for (const name of COLLECTIONS) await writeFile(join(data, `${name}.records`), exportCollection(snapshots, id, name));
} else if (act === 'restore-json') {
  const id = (await listSnapshotIds(snapshots)).at(-1) ?? '';
  mkdirSync(data, { recursive: true });
  for (const name of COLLECTIONS) await writeFile(join(data, `${name}.ndjson`), exportJsonLines(snapshots, id, name));
} else throw new Error(`"${act}": allowed are create, verify, restore, restore-json`);

console.log(process.resourceUsage().maxRSS * 1024);
