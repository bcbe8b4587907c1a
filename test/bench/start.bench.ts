/**
 * From spawn to the first answer to a push, each in a fresh process, taken in turns and compared by medians: a bare
 * node:http server, a bare functions-framework target, and ours as it is deployed (the archive that `npm run build` makes,
 * unpacked and built). Ours: a body that is no JSON, which functions-framework answers with 400, nothing of ours being
 * loaded or written; a malformed message, which is kept as evidence in Firestore's emulator before it is acknowledged; a
 * second copy of a message whose slot has ended, which is counted; and a whole scheduled T-90 and T-30 over the emulator and
 * the sample world, its git server, datasets and services asked and their endings stored.
 * Usage: node start.bench.ts [--runs N] [--archive DIR]... [--quick] [--json]
 * --archive DIR: folders that would be deployed, with their packages, instead of one that is built now.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort, missingEmulators } from '../emulators/emulators.ts';
import { orRefuse, parsedOptions, Refusal, wholeNumber } from '../proof/arguments.ts';
import { isQuick, median, quantile, type Row, tell } from './report.ts';
import { type Environment, FINAL_CHECK_AT, openStartWorld, PREP_AT, type StartWorld } from './start-world.ts';

const { archives, RUNS } = orRefuse(() => {
  const { archive, runs } = parsedOptions({
    runs: { type: 'string' },
    archive: { type: 'string', multiple: true },
    quick: { type: 'boolean' },
    json: { type: 'boolean' },
  });
  const stranger = archive?.find((folder) => !existsSync(join(folder, 'index.mjs')));
  if (stranger !== undefined) throw new Refusal(`--archive '${stranger}': a folder with an index.mjs is allowed`);
  const asked = runs ?? (isQuick ? '3' : '21');
  return { archives: archive, RUNS: wholeNumber('--runs', asked, { least: 1, most: 10_000 }) };
});
const POLL_MS = 2;
const GIVE_UP_MS = 60_000;
const PEER = 'bare functions-framework';
const FRAMEWORK = resolve('node_modules/@google-cloud/functions-framework/build/src/main.js');
const PREP: Due = { phase: 't-90-prep', target: 't90Prep', at: PREP_AT };
const FINAL_CHECK: Due = { phase: 't-30-final-check', target: 't30FinalCheck', at: FINAL_CHECK_AT };

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
  /** Makes what must stand before the process starts. */
  readonly environment: () => Promise<Environment>;
  readonly phase: string;
  readonly body: string;
  readonly says: RegExp;
  readonly reach?: number;
  /** What the first answer must be; an answer that acknowledges, where nothing else is said. */
  readonly status?: number;
}

interface Due {
  readonly phase: string;
  readonly target: string;
  readonly at: string;
}

function pushed({ phase, at }: Due, data: object): { phase: string; body: string } {
  const bytes = Buffer.from(JSON.stringify({ phase, ...data })).toString('base64');
  const message = { data: bytes, messageId: at, publishTime: at, attributes: {} };
  return { phase, body: JSON.stringify({ subscription: 'projects/p/subscriptions/s', message }) };
}
const scheduled = (due: Due) => pushed(due, { trigger: 'schedule' });

function casesOf(world: StartWorld): Case[] {
  const bareHttp = join(folder, 'http.cjs');
  const bareTarget = join(folder, 'target.cjs');
  writeFileSync(
    bareHttp,
    `require('node:http').createServer((q, s) => { q.resume(); q.on('end', () => { s.writeHead(204); s.end(); }); }).listen(process.env.PORT, '127.0.0.1');`,
  );
  writeFileSync(
    bareTarget,
    `require(${JSON.stringify(resolve('node_modules/@google-cloud/functions-framework'))}).cloudEvent('${PREP.target}', async () => {});`,
  );
  const framework = (source: string, target = PREP.target) => [FRAMEWORK, `--target=${target}`, `--source=${source}`];
  const deployed = archives ?? [buildArchive()];
  const ours = deployed.flatMap((archive) => oursIn(archive, deployed.length === 1 ? '' : ` (${archive})`));
  const bare = { environment: async () => ({}), ...scheduled(PREP), says: /^/ };
  return [
    { name: 'bare node:http', args: [bareHttp], ...bare },
    { name: PEER, args: framework(bareTarget), ...bare },
    ...ours,
  ];

  function oursIn(archive: string, of: string): Case[] {
    const deployed = async ({ target }: Due, environment: Promise<Environment>) => ({
      ...(await environment),
      FUNCTION_TARGET: target,
    });
    const fresh = () => deployed(PREP, world.freshEnvironment());
    const prep: Case = {
      name: `ours, a whole T-90 over Firestore's emulator${of}`,
      args: framework(resolve(archive)),
      environment: fresh,
      ...scheduled(PREP),
      says: /t-90-prep (passed|degraded)/,
      reach: 2.5,
    };
    const prepared = async () => {
      const environment = await fresh();
      await startOnce({ ...prep, environment: async () => environment });
      return environment;
    };
    let ended: Promise<Environment> | undefined;
    // As in the cloud: what is refused needs no hour of a sample day, so nobody is asked for its clock.
    const onOwnClock = async (environment: Promise<Environment>) => ({
      ...(await environment),
      HIGHNOON_CLOCK_URL: undefined,
    });
    const now = { ...PREP, at: new Date().toISOString() };
    const noJson: Case = {
      ...prep,
      name: `ours, 400 for a body that is no JSON, nothing written${of}`,
      body: '{"message": ',
      says: /^/,
      reach: 1.3,
      status: 400,
    };
    const malformed: Case = {
      ...prep,
      name: `ours keeping a malformed message as evidence in Firestore${of}`,
      environment: () => onOwnClock(fresh()),
      ...pushed(now, { force: true }),
      says: /refused: malformed/,
      reach: 1.3,
    };
    const secondCopy: Case = {
      ...prep,
      name: `ours refusing a second copy: read and counted in Firestore${of}`,
      environment: () => {
        ended ??= onOwnClock(prepared());
        return ended;
      },
      ...pushed(now, { trigger: 'schedule', slot: PREP.at }),
      says: /refused: duplicate/,
    };
    const finalCheck: Case = {
      name: `ours, a whole T-30 over Firestore's emulator${of}`,
      args: framework(resolve(archive), FINAL_CHECK.target),
      environment: async () => deployed(FINAL_CHECK, prepared().then(world.anHourLater)),
      ...scheduled(FINAL_CHECK),
      says: /t-30-final-check (passed|degraded)/,
      reach: 2.5,
    };
    return [noJson, malformed, secondCopy, finalCheck, prep];
  }
}

/** The status, or undefined when nobody listens yet. */
function post(port: number, phase: string, body: string): Promise<number | undefined> {
  return new Promise((answer) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const path = `/projects/p/topics/highnoon-${phase}`;
    const outgoing = request({ host: '127.0.0.1', port, path, method: 'POST', headers, agent: false }, (response) => {
      response.resume();
      response.once('end', () => answer(response.statusCode));
    });
    outgoing.once('error', () => answer(undefined));
    outgoing.end(body);
  });
}

async function startOnce({ name, args, environment, phase, body, says, status: wanted }: Case): Promise<number> {
  const port = await freePort();
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
      const status = await post(port, phase, body);
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
    for (const one of cases) await startOnce(one);
    const times = new Map(cases.map(({ name }) => [name, [] as number[]]));
    for (let run = 0; run < RUNS; run += 1) for (const one of cases) times.get(one.name)?.push(await startOnce(one));
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
