import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { FirestoreMemory } from '../../shared/adapters/gcp/memory.ts';
import { systemClock } from '../../shared/adapters/local/clock.ts';
import type { RawDocument } from '../../shared/ports/memory.ts';
import { missingEmulators, startEmulator } from '../emulators/emulators.ts';
import { orRefuse, parsedOptions, wholeNumber } from '../proof/arguments.ts';
import { NdjsonSource } from '../snapshots/support/ndjson-source.ts';
import { type Row, tell } from './report.ts';

/*
 * From the Firestore emulator into a snapshot, end to end in a process of its own: start, read, compare, compress,
 * encrypt, write, publish.
 *
 *   node test/bench/snapshot-emulator.bench.ts [--documents N] [--apart] [--quick] [--json] [--tool PATH]
 *
 * Loading the emulator takes longer than the capture and is not counted. The floor beside it reads the same query and
 * throws the documents away. The documents stand in one collection: the emulator looks through its whole database for
 * every query, so that --apart, in five collections, measures five times that (Firestore itself reads what it gives).
 * Every document of the second snapshot is a changed one: the emulator is read as it is, and its times are told moved to
 * the snapshot's, by another distance each time.
 */

const { values, documents } = orRefuse(() => {
  const values = parsedOptions({
    documents: { type: 'string' },
    apart: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    tool: { type: 'string', default: resolve(import.meta.dirname, '../../../shared/tools/snapshot-dataset.mjs') },
    json: { type: 'boolean', default: false },
  });
  const asked = values.documents ?? (values.quick ? '20000' : '200000');
  return { values, documents: wholeNumber('--documents', asked, { least: 100, most: 1_000_000 }) };
});
const REACH_SECONDS = 20;
const WORKER = resolve(import.meta.dirname, '../snapshots/support/emulator-worker.ts');

interface Told {
  readonly documents: number;
  /** Peak resident bytes. */
  readonly memory: number;
  /** User and system time, seconds. */
  readonly processor: number;
}

async function worker(act: string, ...words: string[]): Promise<Told & { readonly seconds: number }> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [WORKER, values.apart ? 'apart' : 'together', act, ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (data) => {
    output += data;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${act} ended with ${code}`);
  const told = JSON.parse(output.trim().split('\n').at(-1) ?? '{}') as Told;
  return { ...told, seconds: (performance.now() - startedAt) / 1000 };
}

const TOGETHER = 'documents';

/**
 * 200,000 documents take 1.5 GB of the emulator's heap. In 2 GB its collector takes as long as its queries; with room and
 * the collector for throughput it does not show.
 */
const MACHINE = ['-Xmx5g', '-XX:NewSize=2g', '-XX:+UseParallelGC'];

async function* renamed(name: string, documents: AsyncIterable<RawDocument>): AsyncGenerator<RawDocument> {
  for await (const { path, fields } of documents)
    yield { path: `${TOGETHER}/${name}-${path.slice(name.length + 1)}`, fields };
}

async function load(host: string, projectId: string, folder: string): Promise<void> {
  const memory = new FirestoreMemory({
    projectId,
    databaseId: '(default)',
    emulatorHost: host,
    clock: systemClock,
    ignoresReadTime: true,
  });
  const source = new NdjsonSource(folder);
  try {
    for (const name of readdirSync(folder).map((file) => file.replace('.ndjson', ''))) {
      const documents = source.capture(name, { readTime: '2026-11-24T00:00:00Z' });
      await (values.apart ? memory.restore(name, documents) : memory.restore(TOGETHER, renamed(name, documents)));
    }
  } finally {
    await memory.close();
  }
}

const work = mkdtempSync(join(tmpdir(), 'highnoon-emulator-'));
const missing = missingEmulators(['firestore']);
if (missing === undefined) {
  const emulator = await startEmulator('firestore', MACHINE);
  try {
    execFileSync(process.execPath, [values.tool, work, String(documents), '12345'], { stdio: 'ignore' });
    const projectId = 'bench';
    await load(emulator.host, projectId, join(work, 'v1'));
    // The first query of all warms the emulator's own machine up.
    await worker('read', emulator.host, projectId);
    const [floor, first] = [
      await worker('read', emulator.host, projectId),
      await worker('create', emulator.host, projectId, join(work, 'store'), '2026-11-24T00:00:00Z'),
    ];
    const second = await worker('create', emulator.host, projectId, join(work, 'store'), '2026-11-24T06:00:00Z');
    if (first.documents < documents * 0.99) throw new Error(`${first.documents} of ${documents} were captured`);
    const reach = (REACH_SECONDS * documents) / 200_000;
    const rows: Row[] = [
      { what: `query of ${documents} documents, thrown away`, value: floor.seconds, unit: 's' },
      { what: 'first snapshot, end to end', value: first.seconds, unit: 's', reach },
      { what: 'second snapshot upon it, end to end', value: second.seconds, unit: 's', reach },
      {
        what: 'first snapshot, beside the query',
        value: first.seconds,
        unit: 's',
        ratio: first.seconds / floor.seconds,
        of: 'the query',
      },
      { what: 'first snapshot, processor time of its process', value: first.processor, unit: 's' },
      { what: 'second snapshot, processor time of its process', value: second.processor, unit: 's' },
      { what: 'documents a second, first', value: first.documents / first.seconds, unit: '1/s' },
      { what: 'peak memory', value: Math.max(first.memory, second.memory) / 1024 / 1024, unit: 'MiB', reach: 256 },
    ];
    tell('snapshot-emulator', rows);
  } finally {
    await emulator[Symbol.asyncDispose]();
    rmSync(work, { recursive: true, force: true });
  }
}
