import { execFileSync, spawn } from 'node:child_process';
import {
  createReadStream,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import type { MemoryPort, RawDocument } from '../../shared/ports/memory.ts';
import { readRecords } from '../../shared/snapshots/record-files.ts';
import { orRefuse, parsedOptions, wholeNumber } from '../proof/arguments.ts';
import { evolveDataset } from '../snapshots/support/evolve-dataset.ts';
import { NdjsonSource } from '../snapshots/support/ndjson-source.ts';
import { median, type Row, tell } from './report.ts';

/*
 * Snapshots beside restic on the same documents in one run, encryption on in both:
 *
 *   node test/bench/snapshots.bench.ts [--documents N] [--rounds N] [--quick] [--large N] [--tool PATH] [--json]
 *
 * Processor time is that of the whole process, start-up and reading the documents included. --quick takes 20,000 documents
 * and one round, and leaves out the 28 snapshots; --large N captures that many documents too, for its memory. restic comes
 * from Debian (0.14).
 * A restore writes files of records, which lose nothing; as lines of JSON it has no limit, since restic writes no text. Nor
 * has elapsed time: it tells more about what else the machine does.
 */

const { values, documents, rounds } = orRefuse(() => {
  const values = parsedOptions({
    documents: { type: 'string' },
    rounds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    large: { type: 'string' },
    tool: { type: 'string', default: resolve(import.meta.dirname, '../../../shared/tools/snapshot-dataset.mjs') },
    json: { type: 'boolean', default: false },
  });
  const sizes = { least: 100, most: 10_000_000 };
  if (values.large !== undefined) wholeNumber('--large', values.large, sizes);
  return {
    values,
    documents: wholeNumber('--documents', values.documents ?? (values.quick ? '20000' : '200000'), sizes),
    rounds: wholeNumber('--rounds', values.rounds ?? (values.quick ? '1' : '3'), { least: 1, most: 100 }),
  };
});

const SNAPSHOTS = 28;
const MIB = 1024 * 1024;
const work = mkdtempSync(join(tmpdir(), 'highnoon-snapshots-'));
const workerPath = join(work, 'worker.mjs');

interface Cost {
  /** User and system time, seconds. */
  readonly cpu: number;
  readonly wall: number;
  /** Peak resident bytes. */
  readonly memory: number;
}

/** Runs a command under bash's `time`, watching its peak memory. */
async function measure(command: readonly string[], env: Record<string, string>, cwd: string): Promise<Cost> {
  const script = 'TIMEFORMAT="%U %S %R"; time "$@"';
  const child = spawn('bash', ['-c', script, 'bash', ...command], { env: { ...process.env, ...env }, cwd });
  let output = '';
  let errors = '';
  child.stdout.on('data', (data) => {
    output += data;
  });
  child.stderr.on('data', (data) => {
    errors += data;
  });
  let memory = 0;
  const watch = setInterval(() => {
    memory = Math.max(memory, peakOfChild(child.pid ?? 0));
  }, 15);
  const code = await new Promise((done) => child.on('close', done));
  clearInterval(watch);
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}: ${errors}`);
  const [user = 0, system = 0, wall = 0] = (errors.trim().split('\n').at(-1) ?? '').split(' ').map(Number);
  return { cpu: user + system, wall, memory: Number(output.trim().split('\n').at(-1)) || memory };
}

function peakOfChild(parent: number): number {
  try {
    const child = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').trim().split(' ')[0];
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

function weigh(path: string): number {
  if (!existsSync(path)) return 0;
  const info = statSync(path);
  return info.isDirectory() ? readdirSync(path).reduce((sum, name) => sum + weigh(join(path, name)), 0) : info.size;
}

const at = (n: number) => new Date(Date.UTC(2026, 10, 23) + n * 6 * 3_600_000).toISOString();
const ours = (act: string, data: string, moment = '') =>
  measure([process.execPath, workerPath, act, join(work, 'ours'), data, moment], {}, work);
const restic = (...args: string[]) =>
  measure(['restic', '-q', '--no-cache', '-r', join(work, 'restic'), ...args], { RESTIC_PASSWORD: 'bench' }, work);

/** Both back up a folder of the same name, so that restic knows its own parent. */
async function backUp(version: string, n: number): Promise<{ ours: Cost; restic: Cost }> {
  const current = join(work, 'current');
  renameSync(version, current);
  try {
    return { restic: await restic('backup', 'current'), ours: await ours('create', current, at(n)) };
  } finally {
    renameSync(current, version);
  }
}

async function reset(): Promise<void> {
  for (const name of ['ours', 'restic']) rmSync(join(work, name), { recursive: true, force: true });
  await restic('init');
}

function makeDataset(name: string, documents: string, seed: string): string {
  const folder = join(work, name);
  execFileSync(process.execPath, [values.tool, folder, documents, seed], { stdio: 'ignore' });
  rmSync(join(folder, 'v2h'), { recursive: true, force: true });
  return folder;
}

const exported = (folder: string) => (name: string) =>
  readRecords(name, createReadStream(join(folder, `${name}.records`)));
const collectionsOf = (port: MemoryPort) => (name: string) => port.capture(name, { readTime: at(0) });

/** Every document of one is in the other, byte for byte. */
async function assertSameDocuments(
  folder: string,
  restored: (name: string) => AsyncIterable<RawDocument>,
): Promise<void> {
  const source = new NdjsonSource(folder);
  for (const collection of readdirSync(folder).map((name) => name.replace('.ndjson', ''))) {
    const copies = restored(collection)[Symbol.asyncIterator]();
    for await (const { path, fields } of source.capture(collection, { readTime: at(0) })) {
      const copy = (await copies.next()).value as RawDocument | undefined;
      if (copy?.path !== path || Buffer.compare(copy.fields, fields) !== 0)
        throw new Error(`${path} was not restored equal`);
    }
    if (!(await copies.next()).done) throw new Error(`${collection} was restored with documents that it did not have`);
  }
}

async function main(): Promise<void> {
  await build({
    entryPoints: [resolve(import.meta.dirname, '../snapshots/support/bench-worker.ts')],
    outfile: workerPath,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    logLevel: 'warning',
  });
  const data = makeDataset('data', String(documents), '12345');
  const [v1, v2] = [join(data, 'v1'), join(data, 'v2u')];
  const rows: Row[] = [
    { what: 'documents', value: documents, unit: 'documents' },
    { what: 'rounds, of which the medians are told', value: rounds, unit: 'rounds' },
  ];
  const beside = (what: string, value: number, theirs: number, unit: string, reach?: number) =>
    rows.push({ what, value, unit, ratio: value / theirs, of: 'restic', ...(reach === undefined ? {} : { reach }) });
  const addCost = (what: string, runs: readonly { ours: Cost; restic: Cost }[], reach?: number) => {
    const middle = (of: (run: { ours: Cost; restic: Cost }) => number) => median(runs.map(of));
    const processor = [middle(({ ours }) => ours.cpu), middle(({ restic }) => restic.cpu)] as const;
    beside(`${what}, processor`, ...processor, 's', reach);
    beside(
      `${what}, elapsed`,
      middle(({ ours }) => ours.wall),
      middle(({ restic }) => restic.wall),
      's',
    );
  };

  const runs: Record<'first' | 'second' | 'verify' | 'restore' | 'json', { ours: Cost; restic: Cost }[]> = {
    first: [],
    second: [],
    verify: [],
    restore: [],
    json: [],
  };
  const sizes = { ours: [0, 0], restic: [0, 0] };
  for (let round = 0; round < rounds; round++) {
    await reset();
    const empty = weigh(join(work, 'restic'));
    runs.first.push(await backUp(v1, 0));
    sizes.ours[0] = weigh(join(work, 'ours'));
    sizes.restic[0] = weigh(join(work, 'restic')) - empty;
    runs.second.push(await backUp(v2, 1));
    sizes.ours[1] = weigh(join(work, 'ours')) - (sizes.ours[0] ?? 0);
    sizes.restic[1] = weigh(join(work, 'restic')) - empty - (sizes.restic[0] ?? 0);
    runs.verify.push({ restic: await restic('check', '--read-data'), ours: await ours('verify', '') });
    const into = join(work, 'restored');
    runs.restore.push({
      restic: await restic('restore', 'latest', '--target', join(into, 'restic')),
      ours: await ours('restore', join(into, 'ours')),
    });
    await assertSameDocuments(v2, exported(join(into, 'ours')));
    const asJson = await ours('restore-json', join(into, 'json'));
    runs.json.push({ ours: asJson, restic: runs.restore.at(-1)?.restic ?? asJson });
    await assertSameDocuments(v2, collectionsOf(new NdjsonSource(join(into, 'json'))));
    rmSync(into, { recursive: true });
  }
  const [first = 0, second = 0] = sizes.ours;
  const [theirFirst = 0, theirSecond = 0] = sizes.restic;
  beside('first snapshot, stored', first / MIB, theirFirst / MIB, 'MiB', 1.1);
  beside('second snapshot, stored', second / MIB, theirSecond / MIB, 'MiB');
  rows.push({ what: 'second snapshot, stored', value: second / first, unit: 'of the first', reach: 0.02 });
  addCost('first snapshot', runs.first, 1.4);
  addCost('second snapshot', runs.second, 1.4);
  addCost('verify all bytes', runs.verify, 1);
  addCost('restore into files of records', runs.restore, 1.2);
  addCost('restore as lines of JSON', runs.json);
  const peak = (list: readonly { ours: Cost }[]) => Math.max(...list.map((run) => run.ours.memory));
  const memory = Math.max(peak(runs.first), peak(runs.second), peak(runs.verify), peak(runs.restore));
  const theirs = Math.max(...Object.values(runs).flatMap((list) => list.map((run) => run.restic.memory)));
  rows.push({ what: 'memory at the peak', value: memory / MIB, unit: 'MiB', reach: 256 });
  rows.push({ what: 'memory at the peak, restic', value: theirs / MIB, unit: 'MiB' });

  if (!values.quick) {
    const donors = join(makeDataset('donors', String(Math.ceil(documents / 10)), '999'), 'v1');
    let version = v2;
    for (let n = 2; n < SNAPSHOTS; n++) {
      const next = join(work, `version-${n}`);
      evolveDataset(version, next, donors, n);
      if (version !== v2) rmSync(version, { recursive: true });
      await backUp(next, n);
      version = next;
    }
    const [mine, other] = [weigh(join(work, 'ours')), weigh(join(work, 'restic'))];
    const share = documents / 200_000;
    const stored = `${SNAPSHOTS} snapshots, stored`;
    rows.push({ what: stored, value: mine / 1e6, unit: 'MB', reach: 46 * share });
    beside(stored, mine / 1e6, other / 1e6, 'MB');
    const check = { restic: await restic('check', '--read-data'), ours: await ours('verify', '') };
    addCost(`verify ${SNAPSHOTS} snapshots`, [check], 1);
    await ours('restore', join(work, 'last'));
    await assertSameDocuments(version, exported(join(work, 'last')));
  }
  if (values.large) {
    const large = makeDataset('large', values.large, '777');
    await reset();
    const one = await ours('create', join(large, 'v1'), at(0));
    const two = await ours('create', join(large, 'v2u'), at(1));
    const three = await ours('restore', join(work, 'large-restored'));
    const most = Math.max(one.memory, two.memory, three.memory) / MIB;
    rows.push({ what: `memory at the peak, ${values.large} documents`, value: most, unit: 'MiB', reach: 256 });
  }
  tell('snapshots', rows);
}

try {
  await main();
} finally {
  rmSync(work, { recursive: true, force: true });
}
