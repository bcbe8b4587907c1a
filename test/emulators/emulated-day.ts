import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { firingsOf } from '../../functions/cli/serve/timeline.ts';
import { SAMPLE_CONFIGURATION } from '../../shared/adapters/local/sample/configuration.yaml.ts';
import { catalog } from '../../shared/domain/catalog.ts';
import { type Instant, plusSeconds } from '../../shared/domain/time.ts';
import { createCloudRuntime } from '../../shared/runtime/cloud.ts';
import { resourceNamer } from '../../shared/runtime/deployed-names.ts';
import { createLocalRuntime, type LocalRuntime } from '../../shared/runtime/local.ts';
import type { Runtime } from '../../shared/runtime/runtime.ts';
import { startEmulator } from './emulators.ts';
import { type Delivery, type Front, openFront } from './front.ts';
import { FunctionProcess } from './function-process.ts';
import { openPubSub, type PubSubWorld } from './pubsub-world.ts';

export interface EmulatedDayOptions {
  readonly date: string;
  readonly leaseSeconds?: number;
  /** The package of the functions: the repository, or what is deployed. */
  readonly source?: string;
  readonly tell?: (line: string) => void;
  readonly onPush?: (process: FunctionProcess) => void;
  /** When the world begins; left out: at midnight. */
  readonly startAt?: Instant;
  /** What the functions find outside the emulators, in place of the sample world: its environment, and how it goes on. */
  readonly outside?: (parts: {
    readonly world: LocalRuntime;
    readonly firestoreHost: string;
    readonly stack: AsyncDisposableStack;
  }) => Promise<Outside>;
}

export interface Outside {
  readonly environment: Readonly<Record<string, string>>;
  /** Told after the world's clock was stepped. */
  sync(): Promise<void>;
}

/** A day over the official emulators: function processes, push subscriptions, one clock, and the sample world's servers here. */
export interface EmulatedDay extends AsyncDisposable {
  readonly data: string;
  /** What the functions were started with; a command of a person needs the same. */
  readonly environment: Readonly<Record<string, string>>;
  /** Reads what the functions stored. */
  readonly runtime: Runtime;
  readonly functions: readonly FunctionProcess[];
  readonly deliveries: readonly Delivery[];
  now(): Instant;
  /** Publishes what Cloud Scheduler would, and plays until every message is acknowledged. */
  fire(at: Instant, topic: string): Promise<void>;
  publish(topic: string, data: object): Promise<void>;
  /** Every firing of the date between two times. */
  play(from?: string, to?: string): Promise<void>;
  stepTo(at: Instant): Promise<void>;
}

/** The least that a subscription waits before it delivers again: so far the day's clock moves when it does. */
const BACKOFF_SECONDS = 10;
const POLL_MS = 10;
/** Something hangs when nothing was delivered for so long. */
const PATIENCE_MS = 180_000;

export async function openEmulatedDay(options: EmulatedDayOptions): Promise<EmulatedDay> {
  const stack = new AsyncDisposableStack();
  try {
    return await open(options, stack);
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

async function open(options: EmulatedDayOptions, stack: AsyncDisposableStack): Promise<EmulatedDay> {
  const { date, tell = () => {}, source = process.cwd() } = options;
  const data = await mkdtemp(join(tmpdir(), 'highnoon-emulated-'));
  stack.defer(() => rm(data, { recursive: true, force: true }));
  const world = await createLocalRuntime({
    data,
    at: options.startAt ?? `${date}T00:00:00.000Z`,
    environment: {},
    log: tell,
  });
  stack.defer(() => world.close());
  const [firestore, pubsub] = await Promise.all([startEmulator('firestore'), startEmulator('pubsub')]);
  stack.use(firestore);
  stack.use(pubsub);
  const clockUrl = await serveClock(world, stack);
  const outside = await (options.outside ?? sampleWorld)({ world, firestoreHost: firestore.host, stack });
  const environment = {
    ...inherited(),
    ...outside.environment,
    HIGHNOON_CLOCK_URL: clockUrl,
    FIRESTORE_EMULATOR_HOST: firestore.host,
    PUBSUB_EMULATOR_HOST: pubsub.host,
    // Deployment says it; an archive has no repository around it to ask.
    ...(options.source === undefined ? {} : { HIGHNOON_CODE_REVISION: 'emulated-day' }),
    ...(options.leaseSeconds === undefined ? {} : { HIGHNOON_LEASE_SECONDS: String(options.leaseSeconds) }),
  };
  const runtime = await createCloudRuntime(environment, { drains: false, log: tell });
  stack.defer(() => runtime.close());
  const deliveries: Delivery[] = [];
  const projectId = runtime.engine.configuration.deployment.project_id;
  const messages = stack.use(await openPubSub(pubsub.host, projectId));
  const functions: FunctionProcess[] = [];
  const nameOf = resourceNamer(runtime.engine.configuration.deployment.environment);
  for (const { name, target } of [...catalog.phases, ...catalog.services]) {
    if (name === 'operator') continue;
    const one = new FunctionProcess(target, {
      environment,
      source,
      tell: (line) => tell(`${target}: ${line}`),
      onPush: options.onPush,
    });
    stack.defer(async () => {
      await one.signal('SIGKILL');
    });
    const front: Front = stack.use(await openFront(one, (delivery) => deliveries.push(delivery)));
    const topic = nameOf(name === 'relay' ? 'escalations' : name);
    await messages.connect(topic, front.url(projectId, topic));
    functions.push(one);
  }
  const settle = settler(world, messages, deliveries);
  const day: EmulatedDay = {
    data,
    environment: Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined)),
    runtime,
    functions,
    deliveries,
    now: () => world.clock.now(),
    async stepTo(at) {
      await world.stepTo(at);
      await outside.sync();
    },
    async publish(topic, body) {
      await messages.publish(nameOf(topic), body);
      await settle();
    },
    async fire(at, topic) {
      await day.stepTo(at);
      await day.publish(topic, topic === 'watchdog' ? { tick: true } : { phase: topic, trigger: 'schedule' });
    },
    async play(from = '00:00', to = '24:00') {
      for (const { at, topic } of firingsOf(date)) {
        const time = at.slice(11, 16);
        if (time >= from && time < to) await day.fire(at, topic);
      }
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
  return day;
}

/** Waits until every message is acknowledged. What comes back unacknowledged moves the clock by its backoff, as a day in one process does. */
function settler(world: LocalRuntime, messages: PubSubWorld, deliveries: readonly Delivery[]): () => Promise<void> {
  const open = new Set<string>();
  let seen = 0;
  return async () => {
    let lastMs = performance.now();
    for (;;) {
      for (const { id } of await messages.published()) open.add(id);
      for (; seen < deliveries.length; seen++) {
        const { id, status } = deliveries[seen] ?? { id: '', status: 0 };
        lastMs = performance.now();
        if (status >= 200 && status < 300) {
          open.delete(id);
          continue;
        }
        world.clock.advanceTo(plusSeconds(world.clock.now(), BACKOFF_SECONDS));
      }
      // What a handler published is in the emulator before it answered: one more look finds it.
      if (open.size === 0 && (await messages.published().then((more) => more.every(({ id }) => !open.add(id))))) return;
      if (performance.now() - lastMs > PATIENCE_MS) throw new Error(`never acknowledged: ${[...open].join(', ')}`);
      await delay(POLL_MS);
    }
  };
}

async function serveClock(world: LocalRuntime, stack: AsyncDisposableStack): Promise<string> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ now: world.clock.now() }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stack.defer(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** The sample world itself: its parts lie in the folder, its servers listen here. */
const sampleWorld: NonNullable<EmulatedDayOptions['outside']> = async ({ world }) => ({
  environment: {
    ...(world.engine.environment as Record<string, string>),
    HIGHNOON_STORE: 'firestore',
    HIGHNOON_CONFIG: join(world.data, 'herbitrage.yaml'),
    HIGHNOON_DATA: world.data,
    HIGHNOON_SAMPLE_WORLD: JSON.stringify(sampleAddresses(world)),
  },
  sync: async () => {},
});

/** Every server of the sample world: those whose addresses its configuration names. */
function sampleAddresses(world: LocalRuntime): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [address] of SAMPLE_CONFIGURATION.matchAll(/sample:\/\/(?:git\/)?[A-Za-z0-9-]+/g)) {
    const url = world.resolveSample(address);
    if (url !== undefined) found[address] = url;
  }
  return found;
}

/** Of this process's environment the functions get what a program needs to run, and nothing that would change what they do. */
function inherited(): Record<string, string | undefined> {
  return Object.fromEntries(['PATH', 'HOME', 'TMPDIR', 'LANG'].map((name) => [name, process.env[name]]));
}
