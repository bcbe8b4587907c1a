import { UsageError } from '../domain/errors.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Endpoints of tests: a production process that was given one would talk to whoever listens there. */
const ENDPOINT = /^(HIGHNOON_ENDPOINT_[A-Z_]+|HIGHNOON_CLOCK_URL)$/;
const EMULATOR_HOSTS = ['FIRESTORE_EMULATOR_HOST', 'PUBSUB_EMULATOR_HOST', 'STORAGE_EMULATOR_HOST'];

/** Throws UsageError for an endpoint of tests where no emulator is named. */
export function refuseForeignEndpoints(environment: Environment, store: 'local' | 'firestore'): void {
  const isEmulated = EMULATOR_HOSTS.some((name) => (environment[name] ?? '') !== '');
  if (store === 'local' || isEmulated) return;
  const [foreign] = Object.keys(environment).filter((name) => ENDPOINT.test(name) && environment[name] !== '');
  if (foreign !== undefined)
    throw new UsageError(`${foreign} is set: allowed only with an emulator host set, or with HIGHNOON_STORE=local`);
}
