import type { Configuration, MemoryCollection } from '../../domain/configuration/index.ts';
import type { KeysPort } from '../../ports/keys.ts';
import type { ObjectsPort } from '../../ports/objects.ts';
import type { CollectionPlan, SnapshotStore } from '../../snapshots/index.ts';

/** What reading and writing snapshots takes, from an operation's context or from the command line. */
export interface SnapshotAccess {
  readonly ports: { readonly objects: ObjectsPort; readonly keys: KeysPort };
  readonly configuration: Pick<Configuration, 'snapshots' | 'memory'>;
  readonly signal?: AbortSignal;
}

/** Where the snapshots of a configuration lie; no slash at the end. */
export const bucketOf = ({ snapshots }: Pick<Configuration, 'snapshots'>): string => snapshots.uri.replace(/\/+$/, '');

export function storeOf({ ports, configuration, signal }: SnapshotAccess): SnapshotStore {
  return {
    objects: ports.objects,
    bucketUri: bucketOf(configuration),
    keyFor: (reference) => ports.keys.key(reference),
    ...(signal === undefined ? {} : { signal }),
  };
}

/** The key that new snapshots are written with; nothing when the configuration names none. */
export async function encryptionOf({
  ports,
  configuration,
}: SnapshotAccess): Promise<{ encryption?: { reference: string; key: Uint8Array } }> {
  const reference = configuration.snapshots.encryption_key;
  if (reference === undefined) return {};
  return { encryption: { reference, key: await ports.keys.key(reference) } };
}

export type CaptureSubject = 'behavior' | 'context' | 'preferences';

/** Which of the three captures takes a collection: told by the name of its schema; everything else is behaviour. */
export function subjectOf({ schema, env_allowlist }: MemoryCollection): CaptureSubject {
  if (/^preferences?\./.test(schema)) return 'preferences';
  return /^context\./.test(schema) || env_allowlist !== undefined ? 'context' : 'behavior';
}

export const planOf = ({ collection, pii, schema }: MemoryCollection): CollectionPlan => ({
  name: collection,
  pii,
  schemaVersion: schema,
});
