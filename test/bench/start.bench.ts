/**
 * From spawn to the first 2xx of a Pub/Sub push, each in a fresh process, taken in turns and compared by medians: a bare
 * node:http server, a bare functions-framework target, ours refusing a malformed message, ours looking at a whole T-90
 * over the embedded store and the sample world. Usage: node start.bench.ts [--runs N] [--archive DIR] [--quick] [--json]
 * With --archive ours is the folder that would be deployed, unpacked and installed; what it needs is taken from the
 * environment: HIGHNOON_STORE=firestore with an emulator's host.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { isQuick, median, quantile, type Row, tell } from './report.ts';

const { values: options } = parseArgs({
  options: {
    runs: { type: 'string' },
    archive: { type: 'string' },
    quick: { type: 'boolean' },
    json: { type: 'boolean' },
  },
});
const RUNS = Number(options.runs ?? (isQuick ? 3 : 9));
const POLL_MS = 2;
const GIVE_UP_MS = 60_000;
const FRAMEWORK = resolve('node_modules/@google-cloud/functions-framework/build/src/main.js');

const folder = mkdtempSync(join(tmpdir(), 'highnoon-start-'));
const bareHttp = join(folder, 'http.cjs');
const bareTarget = join(folder, 'target.cjs');
writeFileSync(
  bareHttp,
  `require('node:http').createServer((q, s) => { q.resume(); q.on('end', () => { s.writeHead(204); s.end(); }); }).listen(process.env.PORT, '127.0.0.1');`,
);
writeFileSync(
  bareTarget,
  `require(${JSON.stringify(resolve('node_modules/@google-cloud/functions-framework'))}).cloudEvent('t90Prep', async () => {});`,
);

const ours = options.archive === undefined ? resolve('functions/t-90-prep/index.ts') : resolve(options.archive);
const framework = (source: string) => [FRAMEWORK, '--target=t90Prep', `--source=${source}`];
const push = (data: unknown) => () =>
  JSON.stringify({
    subscription: 'projects/p/subscriptions/s',
    message: {
      data: Buffer.from(JSON.stringify(data)).toString('base64'),
      messageId: 'bench',
      publishTime: new Date().toISOString(),
      attributes: {},
    },
  });
const look = push({ phase: 't-90-prep', dryRun: true });
const malformed = push({ phase: 't-90-prep', force: true });

const CASES = {
  'bare node:http': { args: [bareHttp], body: look },
  'bare functions-framework': { args: framework(bareTarget), body: look },
  'ours refusing a malformed message': { args: framework(ours), body: malformed },
  'ours, the whole T-90 looked at': { args: framework(ours), body: look },
} as const;
type Case = keyof typeof CASES;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
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

async function startOnce(name: Case): Promise<number> {
  const { args, body } = CASES[name];
  const port = await freePort();
  const startedMs = performance.now();
  const child = spawn(process.execPath, args, {
    env: {
      ...process.env,
      PORT: String(port),
      HIGHNOON_STORE: process.env.HIGHNOON_STORE ?? 'local',
      HIGHNOON_DATA: join(folder, 'data'),
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (text) => {
    said += text;
  });
  try {
    while (performance.now() - startedMs < GIVE_UP_MS && child.exitCode === null) {
      const status = await post(port, body());
      if (status !== undefined && status >= 200 && status < 300) return performance.now() - startedMs;
      if (status !== undefined) throw new Error(`${name}: answered ${status}: ${said}`);
      await delay(POLL_MS);
    }
    throw new Error(`${name}: no answer: ${said}`);
  } finally {
    const closed = child.exitCode === null ? once(child, 'close') : undefined;
    child.kill('SIGKILL');
    await closed;
  }
}

try {
  // The sample world is made once, and not measured.
  await startOnce('ours, the whole T-90 looked at');
  const names = Object.keys(CASES) as Case[];
  const times = new Map(names.map((name) => [name, [] as number[]]));
  for (let run = 0; run < RUNS; run += 1) for (const name of names) times.get(name)?.push(await startOnce(name));
  const of = 'bare functions-framework';
  const peer = median(times.get(of) ?? []);
  const reach: Partial<Record<Case, number>> = {
    'ours refusing a malformed message': 1.3,
    'ours, the whole T-90 looked at': 2.5,
  };
  const rows = names.map((name): Row => {
    const value = median(times.get(name) ?? []);
    const goal = reach[name];
    return { what: name, value, unit: 'ms', ratio: value / peer, of, ...(goal === undefined ? {} : { reach: goal }) };
  });
  rows.push({ what: 'fastest bare functions-framework', value: quantile(times.get(of) ?? [], 0), unit: 'ms' });
  tell('start', rows);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
