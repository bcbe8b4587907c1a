/**
 * From spawn to the first answer to a push, each in a fresh process, taken in turns and compared by medians: a bare
 * node:http server, a bare functions-framework target, and ours as it is deployed (the archive that `npm run build` makes,
 * unpacked and built). Ours: a body that is no JSON, which functions-framework answers with 400, nothing of ours being
 * loaded or written; a malformed message, which is kept as evidence in Firestore's emulator before it is acknowledged; and a
 * whole scheduled T-90 over the emulator and the sample world, its git server, datasets and services asked and its ending
 * stored.
 * Usage: node start.bench.ts [--runs N] [--archive DIR]... [--quick] [--json]
 * --archive DIR: folders that would be deployed, with their packages, instead of one that is built now.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { freePort, missingEmulators } from '../emulators/emulators.ts';
import { isQuick, median, quantile, type Row, tell } from './report.ts';
import { openStartWorld, type StartWorld } from './start-world.ts';

const { values: options } = parseArgs({
  options: {
    runs: { type: 'string' },
    archive: { type: 'string', multiple: true },
    quick: { type: 'boolean' },
    json: { type: 'boolean' },
  },
});
const RUNS = Number(options.runs ?? (isQuick ? 3 : 21));
const POLL_MS = 2;
const GIVE_UP_MS = 60_000;
const PEER = 'bare functions-framework';
const FRAMEWORK = resolve('node_modules/@google-cloud/functions-framework/build/src/main.js');
const TARGET = 't90Prep';

const folder = mkdtempSync(join(tmpdir(), 'highnoon-start-'));

/** The archive as a build in the cloud leaves it: unpacked, its packages beside it, its own build step run. */
function buildArchive(): string {
  const archive = join(folder, 'archive');
  execFileSync(process.execPath, ['build/build.mjs', '--out', archive], { stdio: 'pipe' });
  symlinkSync(resolve('node_modules'), join(archive, 'functions/node_modules'));
  execFileSync('npm', ['run', '--if-present', 'gcp-build'], { cwd: join(archive, 'functions'), stdio: 'pipe' });
  return join(archive, 'functions');
}

interface Case {
  readonly name: string;
  readonly args: readonly string[];
  readonly environment: () => Promise<Readonly<Record<string, string | undefined>>>;
  readonly body: (publishedAt: string) => string;
  readonly says: RegExp;
  readonly reach?: number;
  /** What the first answer must be; an answer that acknowledges, where nothing else is said. */
  readonly status?: number;
}

const push = (data: unknown) => (publishTime: string) =>
  JSON.stringify({
    subscription: 'projects/p/subscriptions/s',
    message: {
      data: Buffer.from(JSON.stringify(data)).toString('base64'),
      messageId: publishTime,
      publishTime,
      attributes: {},
    },
  });

function casesOf(world: StartWorld): Case[] {
  const bareHttp = join(folder, 'http.cjs');
  const bareTarget = join(folder, 'target.cjs');
  writeFileSync(
    bareHttp,
    `require('node:http').createServer((q, s) => { q.resume(); q.on('end', () => { s.writeHead(204); s.end(); }); }).listen(process.env.PORT, '127.0.0.1');`,
  );
  writeFileSync(
    bareTarget,
    `require(${JSON.stringify(resolve('node_modules/@google-cloud/functions-framework'))}).cloudEvent('${TARGET}', async () => {});`,
  );
  const framework = (source: string) => [FRAMEWORK, `--target=${TARGET}`, `--source=${source}`];
  const scheduled = push({ phase: 't-90-prep', trigger: 'schedule' });
  const malformed = push({ phase: 't-90-prep', force: true });
  const archives = options.archive ?? [buildArchive()];
  const ours = archives.flatMap((archive): Case[] => {
    const of = archives.length === 1 ? '' : ` (${archive})`;
    const common = {
      args: framework(resolve(archive)),
      environment: async () => ({ ...(await world.freshEnvironment()), FUNCTION_TARGET: TARGET }),
    };
    return [
      {
        name: `ours, 400 for a body that is no JSON, nothing written${of}`,
        ...common,
        body: () => '{"message": ',
        says: /^/,
        reach: 1.3,
        status: 400,
      },
      {
        name: `ours keeping a malformed message as evidence in Firestore${of}`,
        ...common,
        body: malformed,
        says: /refused: malformed/,
        reach: 1.3,
      },
      {
        name: `ours, a whole T-90 over Firestore's emulator${of}`,
        ...common,
        body: scheduled,
        says: /t-90-prep (passed|degraded)/,
        reach: 2.5,
      },
    ];
  });
  return [
    { name: 'bare node:http', args: [bareHttp], environment: async () => ({}), body: scheduled, says: /^/ },
    { name: PEER, args: framework(bareTarget), environment: async () => ({}), body: scheduled, says: /^/ },
    ...ours,
  ];
}

/** The status, or undefined when nobody listens yet. */
function post(port: number, body: string): Promise<number | undefined> {
  return new Promise((answer) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const path = '/projects/p/topics/highnoon-t-90-prep';
    const outgoing = request({ host: '127.0.0.1', port, path, method: 'POST', headers, agent: false }, (response) => {
      response.resume();
      response.once('end', () => answer(response.statusCode));
    });
    outgoing.once('error', () => answer(undefined));
    outgoing.end(body);
  });
}

async function startOnce(
  { name, args, environment, body, says, status: wanted }: Case,
  publishedAt: string,
): Promise<number> {
  const port = await freePort();
  const text = body(publishedAt);
  const own = await environment();
  const startedMs = performance.now();
  const child = spawn(process.execPath, [...args], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...own, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => said.push(String(part)));
  try {
    while (performance.now() - startedMs < GIVE_UP_MS && child.exitCode === null) {
      const status = await post(port, text);
      const isWanted = wanted === undefined ? status !== undefined && status >= 200 && status < 300 : status === wanted;
      if (isWanted) {
        const tookMs = performance.now() - startedMs;
        await requireDone(name, says, said);
        return tookMs;
      }
      if (status !== undefined) throw new Error(`${name}: answered ${status}: ${said.join('')}`);
      await delay(POLL_MS);
    }
    throw new Error(`${name}: no answer: ${said.join('')}`);
  } finally {
    const closed = child.exitCode === null ? once(child, 'close') : undefined;
    child.kill('SIGKILL');
    await closed;
  }
}

/** A fast answer to a run that did not run would be no figure. */
async function requireDone(name: string, wanted: RegExp, said: readonly string[]): Promise<void> {
  for (let tried = 0; tried < 50 && !wanted.test(said.join('')); tried += 1) await delay(POLL_MS);
  if (!wanted.test(said.join(''))) throw new Error(`${name}: it did not say ${wanted}: ${said.join('')}`);
}

if (missingEmulators(['firestore']) === undefined) {
  try {
    await using world = await openStartWorld();
    const cases = casesOf(world);
    // The first of each warms the disk and the emulator, and is not measured.
    for (const one of cases) await startOnce(one, world.publishedAt);
    const times = new Map(cases.map(({ name }) => [name, [] as number[]]));
    for (let run = 0; run < RUNS; run += 1)
      for (const one of cases) times.get(one.name)?.push(await startOnce(one, world.publishedAt));
    const peer = median(times.get(PEER) ?? []);
    const fastestPeer = quantile(times.get(PEER) ?? [], 0);
    const rows = cases.flatMap(({ name, reach }): Row[] => {
      const taken = times.get(name) ?? [];
      const [value, fastest] = [median(taken), quantile(taken, 0)];
      const goal = reach === undefined ? {} : { reach };
      return [
        { what: name, value, unit: 'ms', ratio: value / peer, of: PEER, ...goal },
        { what: `${name}: fastest`, value: fastest, unit: 'ms', ratio: fastest / fastestPeer, of: `${PEER}: fastest` },
      ];
    });
    tell('start', rows);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
