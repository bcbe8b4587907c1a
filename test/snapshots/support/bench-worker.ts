import { mkdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exportJsonLines } from '../../../shared/snapshots/json-files.ts';
import { listSnapshotIds } from '../../../shared/snapshots/manifest.ts';
import { exportCollection } from '../../../shared/snapshots/record-files.ts';
import { verifySnapshots } from '../../../shared/snapshots/verify-snapshots.ts';
import { BENCH_COLLECTIONS, benchStore, createUponLast } from './bench-store.ts';
import { NdjsonSource } from './ndjson-source.ts';

/*
 * One act in a process of its own, so that its processor time and memory are its own: create, verify or restore over a
 * folder. The last line it prints is its peak memory.
 */

const [act = '', store = '', data = '', at = ''] = process.argv.slice(2);
const snapshots = benchStore(store);

if (act === 'create') {
  await createUponLast(snapshots, { source: new NdjsonSource(data), at, names: BENCH_COLLECTIONS });
} else if (act === 'verify') {
  const { problems } = await verifySnapshots({ ...snapshots, readData: 'all' });
  if (problems.length > 0) throw problems[0];
} else if (act === 'restore') {
  const id = (await listSnapshotIds(snapshots)).at(-1) ?? '';
  mkdirSync(data, { recursive: true });
  for (const name of BENCH_COLLECTIONS)
    await writeFile(join(data, `${name}.records`), exportCollection(snapshots, id, name));
} else if (act === 'restore-json') {
  const id = (await listSnapshotIds(snapshots)).at(-1) ?? '';
  mkdirSync(data, { recursive: true });
  for (const name of BENCH_COLLECTIONS)
    await writeFile(join(data, `${name}.ndjson`), exportJsonLines(snapshots, id, name));
} else throw new Error(`"${act}": allowed are create, verify, restore, restore-json`);

console.log(process.resourceUsage().maxRSS * 1024);
