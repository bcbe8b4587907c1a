import { UsageError } from '../domain/errors.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What a process with HIGHNOON_STORE=firestore is told by its environment. */
export interface CloudSettings {
  /** A file, or `gs://BUCKET/KEY`. */
  readonly configuration: string;
  readonly databaseId: string | undefined;
  /** Both emulators, or neither: a day must not be half real. */
  readonly emulators: { readonly firestore: string; readonly pubsub: string } | undefined;
  readonly storageHost: string | undefined;
  readonly clockUrl: string | undefined;
  readonly service: string;
}

/** Throws UsageError that names the variable, before anything runs. */
export function cloudSettings(environment: Environment): CloudSettings {
  const firestore = text(environment, 'FIRESTORE_EMULATOR_HOST');
  const pubsub = text(environment, 'PUBSUB_EMULATOR_HOST');
  if ((firestore === undefined) !== (pubsub === undefined)) {
    const [set, missing] = firestore === undefined ? ['PUBSUB', 'FIRESTORE'] : ['FIRESTORE', 'PUBSUB'];
    throw new UsageError(`${set}_EMULATOR_HOST is set without ${missing}_EMULATOR_HOST: both or neither are allowed`);
  }
  const configuration = text(environment, 'HIGHNOON_CONFIG');
  if (configuration === undefined)
    throw new UsageError(
      'HIGHNOON_CONFIG is not set: a file or gs://BUCKET/KEY is needed with HIGHNOON_STORE=firestore',
    );
  return {
    configuration,
    databaseId: text(environment, 'HIGHNOON_DATABASE'),
    emulators: firestore === undefined || pubsub === undefined ? undefined : { firestore, pubsub },
    storageHost: text(environment, 'STORAGE_EMULATOR_HOST'),
    clockUrl: text(environment, 'HIGHNOON_CLOCK_URL'),
    service: text(environment, 'K_SERVICE') ?? text(environment, 'FUNCTION_TARGET') ?? 'high-noon',
  };
}

export function text(environment: Environment, name: string): string | undefined {
  const value = environment[name];
  return value === undefined || value === '' ? undefined : value;
}
