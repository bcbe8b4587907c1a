import { FirestoreMemory } from '../../../shared/adapters/gcp/memory.ts';
import { systemClock } from '../../../shared/adapters/local/clock.ts';
import { BENCH_COLLECTIONS, benchStore, createUponLast } from './bench-store.ts';

/** One act of the emulator bench in a process of its own; its last line says how many documents there were, its peak memory and its processor time. */
const [place = '', act = '', host = '', projectId = '', store = '', at = '2026-11-24T00:00:00Z'] =
  process.argv.slice(2);
const COLLECTIONS = place === 'apart' ? BENCH_COLLECTIONS : ['documents'];
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
  const manifest = await createUponLast(benchStore(store), { source, at, names: COLLECTIONS });
  return manifest.collections.reduce((sum, { documents }) => sum + documents, 0);
}

try {
  const documents = await (act === 'read' ? read() : create());
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  console.log(JSON.stringify({ documents, memory: maxRSS * 1024, processor: (userCPUTime + systemCPUTime) / 1e6 }));
} finally {
  await source.close();
}
