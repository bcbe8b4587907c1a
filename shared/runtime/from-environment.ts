import { UsageError } from '../domain/errors.ts';
import type { Runtime } from './runtime.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Endpoints of tests: a production process that was given one would talk to whoever listens there. */
const ENDPOINT = /^(HIGHNOON_ENDPOINT_[A-Z_]+|HIGHNOON_CLOCK_URL)$/;
const EMULATOR_HOSTS = ['FIRESTORE_EMULATOR_HOST', 'PUBSUB_EMULATOR_HOST', 'STORAGE_EMULATOR_HOST'];

/** The runtime that a process's environment describes. Throws UsageError before anything runs. */
export async function runtimeFromEnvironment(environment: Environment): Promise<Runtime> {
  const store = environment.HIGHNOON_STORE ?? 'local';
  if (store !== 'local' && store !== 'firestore')
    throw new UsageError(`HIGHNOON_STORE '${store}': local or firestore is allowed`);
  refuseForeignEndpoints(environment, store);
  if (store === 'firestore') {
    const { createCloudRuntime } = await import('./cloud.ts');
    return createCloudRuntime(environment);
  }
  const { createLocalRuntime } = await import('./local.ts');
  return createLocalRuntime({
    data: environment.HIGHNOON_DATA ?? '.highnoon',
    configurationFile: environment.HIGHNOON_CONFIG,
    environment,
    log: (line) => process.stdout.write(`${line}\n`),
    logLeast: 'INFO',
  });
}

export function refuseForeignEndpoints(environment: Environment, store: 'local' | 'firestore'): void {
  const isEmulated = EMULATOR_HOSTS.some((name) => (environment[name] ?? '') !== '');
  if (store === 'local' || isEmulated) return;
  const [foreign] = Object.keys(environment).filter((name) => ENDPOINT.test(name) && environment[name] !== '');
  if (foreign !== undefined)
    throw new UsageError(`${foreign} is set: allowed only with an emulator host set, or with HIGHNOON_STORE=local`);
}
