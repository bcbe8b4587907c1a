import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCloudObjects } from '../../shared/adapters/gcp/objects.ts';
import { SAMPLE_CONFIGURATION } from '../../shared/adapters/local/sample/configuration.yaml.ts';
import { type Instant, instant } from '../../shared/domain/time.ts';
import { createLocalRuntime } from '../../shared/runtime/local.ts';
import { startEmulator } from '../emulators/emulators.ts';
import { startStorage } from '../standins/storage.ts';

/** Everything around a function process that looks at the sample world and keeps its state in Firestore's emulator. */
export interface StartWorld extends AsyncDisposable {
  readonly publishedAt: Instant;
  /** For a process whose T-90 nobody has begun: a database and a folder of its own, in the morning of the first day. */
  freshEnvironment(): Promise<Readonly<Record<string, string | undefined>>>;
}

const PUBLISHED_AT = instant(Date.parse('2026-11-24T10:30:00Z'));

export async function openStartWorld(): Promise<StartWorld> {
  const stack = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'highnoon-start-world-'));
  stack.defer(() => rmSync(folder, { recursive: true, force: true }));
  const pristine = join(folder, 'pristine');
  // Copied before the world is opened: a store that is being written is no copy.
  const made = await createLocalRuntime({ data: pristine, at: PUBLISHED_AT, environment: {}, log: () => {} });
  await made.close();
  const data = join(folder, 'world');
  cpSync(pristine, data, { recursive: true });
  const world = await createLocalRuntime({ data, at: PUBLISHED_AT, environment: {}, log: () => {} });
  stack.defer(() => world.close());
  const firestore = stack.use(await startEmulator('firestore'));
  const clock = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ now: world.clock.now() }));
  });
  await once(clock.listen(0, '127.0.0.1'), 'listening');
  stack.defer(() => {
    clock.closeAllConnections();
    clock.close();
  });
  const addresses = [...SAMPLE_CONFIGURATION.matchAll(/sample:\/\/(?:git\/)?[A-Za-z0-9-]+/g)].map(([address]) => [
    address,
    world.resolveSample(address),
  ]);
  const { project_id: projectId, environment: environmentName } = world.engine.configuration.deployment;
  // In the cloud every process reads its configuration from a bucket.
  const storage = await startStorage({ nowMs: () => Date.parse(PUBLISHED_AT) });
  stack.defer(() => storage.close());
  const configuration = `gs://${projectId}-config/herbitrage.yaml`;
  await createCloudObjects({ projectId, endpoint: storage.origin }).write(
    configuration,
    readFileSync(join(data, 'herbitrage.yaml')),
    { when: 'absent' },
  );
  let copies = 0;
  const environment = {
    ...world.engine.environment,
    HIGHNOON_STORE: 'firestore',
    HIGHNOON_CONFIG: configuration,
    STORAGE_EMULATOR_HOST: storage.origin,
    HIGHNOON_CLOCK_URL: `http://127.0.0.1:${(clock.address() as AddressInfo).port}/`,
    HIGHNOON_SAMPLE_WORLD: JSON.stringify(Object.fromEntries(addresses.filter(([, url]) => url !== undefined))),
    HIGHNOON_CODE_REVISION: 'bench',
    // As deployment says them: infra/functions.tf.
    GOOGLE_CLOUD_PROJECT: projectId,
    HIGHNOON_ENV: environmentName,
    FIRESTORE_EMULATOR_HOST: firestore.host,
    // A T-90 that ends well publishes nothing: nobody is asked here.
    PUBSUB_EMULATOR_HOST: '127.0.0.1:9',
  };
  return {
    publishedAt: PUBLISHED_AT,
    async freshEnvironment() {
      copies += 1;
      // The emulator makes a database when it is first asked for something: a database in the cloud is there already.
      await fetch(`http://${firestore.host}/v1/projects/${projectId}/databases/bench-${copies}/documents/made/now`);
      const own = join(folder, `copy-${copies}`);
      cpSync(pristine, own, { recursive: true });
      return { ...environment, HIGHNOON_DATA: own, HIGHNOON_DATABASE: `bench-${copies}` };
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
