import { FirestoreMemory } from '../../../shared/adapters/gcp/memory.ts';
import { systemClock } from '../../../shared/adapters/local/clock.ts';
import { createSnapshot } from '../../../shared/snapshots/create-snapshot.ts';
import { listSnapshotIds } from '../../../shared/snapshots/manifest.ts';
import { FolderObjects } from './folder-objects.ts';

/** One act of the emulator bench in a process of its own; its last line says how many documents there were, and its peak memory. */
const [place = '', act = '', host = '', projectId = '', store = '', at = '2026-11-24T00:00:00Z'] =
  process.argv.slice(2);
const APART = ['behavior_events', 'context_states', 'orders', 'products_coa', 'user_preferences'];
const COLLECTIONS = place === 'apart' ? APART : ['documents'];
const source = new FirestoreMemory({
  projectId,
  databaseId: '(default)',
  emulatorHost: host,
  clock: systemClock,
  ignoresReadTime: true,
});

async function read(): Promise<number> {
  let documents = 0;
  for (const name of COLLECTIONS) for await (const _ of source.capture(name, { readTime: at })) documents++;
  return documents;
}

async function create(): Promise<number> {
  const key = Buffer.alloc(32, 7);
  const snapshots = { objects: new FolderObjects(store), bucketUri: 'gs://snapshots', keyFor: async () => key };
  const parent = (await listSnapshotIds(snapshots)).at(-1);
  const result = await createSnapshot({
    ...snapshots,
    source,
    collections: COLLECTIONS.map((name) => ({ name, pii: true })),
    at,
    now: new Date().toISOString(),
    budget: () => true,
    onCursor: async () => {},
    encryption: { reference: 'bench', key },
    ...(parent === undefined ? {} : { parent }),
  });
  if (result.status !== 'complete') throw new Error('the snapshot was not completed');
  return result.manifest.collections.reduce((sum, { documents }) => sum + documents, 0);
}

try {
  const documents = await (act === 'read' ? read() : create());
  console.log(JSON.stringify({ documents, memory: process.resourceUsage().maxRSS * 1024 }));
} finally {
  await source.close();
}
