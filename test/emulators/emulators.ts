import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { existsSync, globSync } from 'node:fs';
import { connect } from 'node:http2';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** A running emulator; `host` is what the emulator host variables take. */
export interface Emulator extends AsyncDisposable {
  readonly host: string;
}

const JARS = {
  firestore: 'platform/cloud-firestore-emulator/cloud-firestore-emulator*.jar',
  pubsub: 'platform/pubsub-emulator/lib/cloud-pubsub-emulator-*.jar',
} as const;
type Kind = keyof typeof JARS;

/** Started with -cp and the class: with -jar the Firestore emulator reads its settings from elsewhere. */
const commandOf = (kind: Kind, jar: string, port: number, machine: readonly string[]): string[] => [
  ...machine,
  ...(kind === 'firestore'
    ? ['-cp', jar, 'com.google.cloud.datastore.emulator.firestore.CloudFirestore']
    : ['-jar', jar]),
  '--host=127.0.0.1',
  `--port=${port}`,
];

const hasProgram = (name: string): boolean =>
  (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, name)));

let root: string | undefined;
function jarOf(kind: Kind): string | undefined {
  if (!hasProgram('gcloud') || !hasProgram('java')) return undefined;
  root ??= execFileSync('gcloud', ['info', '--format=value(installation.sdk_root)'], { encoding: 'utf8' }).trim();
  return globSync(join(root, JARS[kind]))[0];
}

/**
 * Why the emulators cannot be used here, said loudly; undefined when they can. Under CI=true their absence is an error:
 * a proof that did not run must not look like one that did.
 */
export function missingEmulators(kinds: readonly Kind[]): string | undefined {
  const missing = kinds.filter((kind) => jarOf(kind) === undefined);
  if (missing.length === 0) return undefined;
  const why = `SKIPPED: no ${missing.join(' and no ')} emulator here: gcloud components install ${missing.map((kind) => (kind === 'firestore' ? 'cloud-firestore-emulator' : 'pubsub-emulator')).join(' ')}`;
  if (process.env.CI === 'true') throw new Error(`${why}; under CI=true the emulators are required`);
  console.error(`\n*** ${why} ***\n`);
  return why;
}

/** Starts an emulator on a free port, and ends it with the process that started it. `machine`: flags of its Java machine. */
export async function startEmulator(kind: Kind, machine: readonly string[] = ['-Xmx512m']): Promise<Emulator> {
  const jar = jarOf(kind);
  if (jar === undefined) throw new Error(`there is no ${kind} emulator`);
  const port = await freePort();
  const child = spawn('java', commandOf(kind, jar, port, machine), { stdio: ['ignore', 'pipe', 'pipe'] });
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => {
      said = `${said}${text}`.slice(-4000);
    });
  await untilReady(child, kind, port, () => said);
  return {
    host: `127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      process.off('exit', end);
      const closed = new Promise((resolve) => child.once('close', resolve));
      if (child.exitCode === null && end()) await closed;
    },
  };
}

async function untilReady(child: ChildProcess, kind: Kind, port: number, said: () => string): Promise<void> {
  for (let tried = 0; tried < 600; tried++) {
    if (child.exitCode !== null) throw new Error(`the ${kind} emulator ended: ${said()}`);
    if (await answersHttp2(port)) return;
    await delay(100);
  }
  throw new Error(`the ${kind} emulator did not start within a minute: ${said()}`);
}

/** gRPC speaks HTTP/2: a ping that comes back is what a client needs, and a first HTTP/1 answer is not. */
function answersHttp2(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const session = connect(`http://127.0.0.1:${port}`);
    const finish = (answer: boolean) => {
      resolve(answer);
      session.destroy();
    };
    session.setTimeout(2000, () => finish(false));
    session.once('error', () => finish(false));
    session.once('connect', () => session.ping((error) => finish(error === null)));
  });
}

/**
 * A port nobody listens on, below those that the kernel hands to outgoing connections: whoever binds it a second later
 * must not find that a connection of another process has taken it meanwhile.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(10_000, 32_000);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
