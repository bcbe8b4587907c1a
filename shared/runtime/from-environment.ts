import { UsageError } from '../domain/errors.ts';
import { refuseForeignEndpoints } from './refuse-foreign-endpoints.ts';
import type { Runtime } from './runtime.ts';

type Environment = Readonly<Record<string, string | undefined>>;

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
