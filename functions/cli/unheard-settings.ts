import { UsageError } from '../../shared/domain/errors.ts';

/** What tests of the cloud's parts set; the local store has its own clock and asks nobody. */
const UNHEARD = /^(HIGHNOON_ENDPOINT_[A-Z_]+|HIGHNOON_CLOCK_URL)$/;
const EMULATOR_HOSTS = ['FIRESTORE_EMULATOR_HOST', 'PUBSUB_EMULATOR_HOST', 'STORAGE_EMULATOR_HOST'];

type Environment = Readonly<Record<string, string | undefined>>;

const isSet = (environment: Environment, name: string): boolean => (environment[name] ?? '') !== '';

export const unheardSettings = (environment: Environment): string[] =>
  Object.keys(environment).filter((name) => UNHEARD.test(name) && isSet(environment, name));

/** A setting that somebody counts on and that is not heard must be said, before anything runs. */
export function refuseUnheard(environment: Environment): void {
  const [first] = unheardSettings(environment);
  const isMeant = environment.HIGHNOON_STORE === 'local' || EMULATOR_HOSTS.some((name) => isSet(environment, name));
  if (first === undefined || isMeant) return;
  throw new UsageError(
    `${first} is set: allowed with --store firestore beside an emulator's host; --store local has its own clock (--at) and its own parts`,
  );
}

/** The same where it is allowed to be set, for a whole shell of tests: told, not refused. */
export function unheardNote(environment: Environment): string | undefined {
  const names = unheardSettings(environment);
  return names.length === 0
    ? undefined
    : `not heard by --store local: ${names.join(', ')}; it has its own clock (--at) and its own parts`;
}
