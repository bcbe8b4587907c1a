import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCloudObjects } from '../../shared/adapters/gcp/objects.ts';
import { SAMPLE_CONFIGURATION } from '../../shared/adapters/local/sample/configuration.yaml.ts';
import { instant } from '../../shared/domain/time.ts';
import { createLocalRuntime } from '../../shared/runtime/local.ts';
import { startEmulator } from '../emulators/emulators.ts';
import { startStorage } from '../standins/storage.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Everything around a function process that looks at the sample world and keeps its state in Firestore's emulator. */
export interface StartWorld extends AsyncDisposable {
  /** For a process whose T-90 nobody has begun: a database and a folder of its own, in the morning of the first day. */
  freshEnvironment(): Promise<Environment>;
  /** The same database and folder when T-30 is due. */
  anHourLater(environment: Environment): Environment;
}

/** When the phases of the first day are due. */
export const PREP_AT = instant(Date.parse('2026-11-24T10:30:00Z'));
export const FINAL_CHECK_AT = instant(Date.parse('2026-11-24T11:30:00Z'));

export async function openStartWorld(): Promise<StartWorld> {
  const stack = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'highnoon-start-world-'));
  stack.defer(() => rmSync(folder, { recursive: true, force: true }));
  const pristine = join(folder, 'pristine');
  // Copied before the world is opened: a store that is being written is no copy.
  const made = await createLocalRuntime({ data: pristine, at: PREP_AT, environment: {}, log: () => {} });
  await made.close();
  const openSample = async (at: string) => {
    const data = join(folder, `world-${at.slice(11, 13)}`);
    cpSync(pristine, data, { recursive: true });
    const sample = await createLocalRuntime({ data, at, environment: {}, log: () => {} });
    stack.defer(() => sample.close());
    return sample;
  };
  // The sample's services tell their own time: one world for each time of the day.
  const world = await openSample(PREP_AT);
  const laterWorld = await openSample(FINAL_CHECK_AT);
  const firestore = stack.use(await startEmulator('firestore'));
  // It answers the time that stands in its address: processes of different times run beside each other.
  const clock = createServer(({ url = '' }, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ now: url.slice(1) }));
  });
  await once(clock.listen(0, '127.0.0.1'), 'listening');
  stack.defer(() => {
    clock.closeAllConnections();
    clock.close();
  });
  const addressesOf = (sample: typeof world) => {
    const found = [...SAMPLE_CONFIGURATION.matchAll(/sample:\/\/(?:git\/)?[A-Za-z0-9-]+/g)].map(([address]) => [
      address,
      sample.resolveSample(address),
    ]);
    return JSON.stringify(Object.fromEntries(found.filter(([, url]) => url !== undefined)));
  };
  const { project_id: projectId, environment: environmentName } = world.engine.configuration.deployment;
  // In the cloud every process reads its configuration from a bucket.
  const storage = await startStorage({ nowMs: () => Date.parse(PREP_AT) });
  stack.defer(() => storage.close());
  const configuration = `gs://${projectId}-config/herbitrage.yaml`;
  await createCloudObjects({ projectId, endpoint: storage.origin }).write(
    configuration,
    readFileSync(join(pristine, 'herbitrage.yaml')),
    { when: 'absent' },
  );
  const clockAt = (at: string) => `http://127.0.0.1:${(clock.address() as AddressInfo).port}/${at}`;
  let copies = 0;
  const environment = {
    ...world.engine.environment,
    HIGHNOON_STORE: 'firestore',
    HIGHNOON_CONFIG: configuration,
    STORAGE_EMULATOR_HOST: storage.origin,
    HIGHNOON_SAMPLE_WORLD: addressesOf(world),
    HIGHNOON_CLOCK_URL: clockAt(PREP_AT),
    HIGHNOON_CODE_REVISION: 'bench',
    // As deployment says them: infra/functions.tf.
    GOOGLE_CLOUD_PROJECT: projectId,
    HIGHNOON_ENV: environmentName,
    FIRESTORE_EMULATOR_HOST: firestore.host,
    // A T-90 that ends well publishes nothing: nobody is asked here.
    PUBSUB_EMULATOR_HOST: '127.0.0.1:9',
  };
  return {
    async freshEnvironment() {
      copies += 1;
      // The emulator makes a database when it is first asked for something: a database in the cloud is there already.
      await fetch(`http://${firestore.host}/v1/projects/${projectId}/databases/bench-${copies}/documents/made/now`);
      const own = join(folder, `copy-${copies}`);
      cpSync(pristine, own, { recursive: true });
      return { ...environment, HIGHNOON_DATA: own, HIGHNOON_DATABASE: `bench-${copies}` };
    },
    anHourLater: (before) => ({
      ...before,
      // Its services have credentials of their own.
      ...laterWorld.engine.environment,
      HIGHNOON_SAMPLE_WORLD: addressesOf(laterWorld),
      HIGHNOON_CLOCK_URL: clockAt(FINAL_CHECK_AT),
    }),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
