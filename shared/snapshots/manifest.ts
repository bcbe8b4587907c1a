import { createHash, createHmac } from 'node:crypto';
import { PortError } from '../domain/errors.ts';
import type { ObjectsPort, WriteCondition } from '../ports/objects.ts';
import { IntegrityError } from './integrity-error.ts';
import { idOf, manifestPrefix, manifestUri } from './object-names.ts';
import { isMissing, readAll } from './put-objects.ts';
import { deriveKeys, type SnapshotKeys } from './seal-chunks.ts';

/** A chunk list inside a pack. `id` and `pack` in hex. */
export interface ListRef {
  readonly id: string;
  readonly pack: string;
  readonly offset: number;
  readonly storedBytes: number;
  readonly plainBytes: number;
  readonly crc: number;
}

export interface CollectionManifest {
  readonly name: string;
  readonly pii: boolean;
  /** Version of the schema that its records had at capture. */
  readonly schemaVersion: string | null;
  readonly documents: number;
  /** Bytes of all records, uncompressed. */
  readonly plainBytes: number;
  /** `ContentDigest` of the records; keyed when the snapshot is encrypted. */
  readonly digest: string;
  /** The list of the base chunks, and the snapshot that wrote them. */
  readonly base: { readonly snapshot: string; readonly list: ListRef };
  /** The lists of all layers above the base, or null when nothing changed since the base. */
  readonly deltas: ListRef | null;
  /** Against the parent; null when there was none or a new base was made. */
  readonly changes: { readonly added: number; readonly changed: number; readonly removed: number } | null;
  /** Bytes of the chunks that this snapshot added. */
  readonly addedBytes: number;
}

export interface Manifest {
  readonly format: 'highnoon.snapshot/1';
  readonly id: string;
  /** RFC 3339: the moment that the snapshot shows. */
  readonly at: string;
  readonly parent: string | null;
  /** The key reference, or null when nothing is encrypted. */
  readonly encryption: { readonly cipher: 'aes-256-gcm'; readonly keyReference: string } | null;
  readonly collections: readonly CollectionManifest[];
}

/** Gives the 32 bytes of the key that a reference names. */
export type KeySource = (reference: string) => Promise<Uint8Array>;

/** What every reading function needs. */
export interface SnapshotStore {
  readonly objects: ObjectsPort;
  /** `gs://BUCKET[/PREFIX]`, no slash at the end. */
  readonly bucketUri: string;
  /** Absent when nothing in the bucket is encrypted. */
  readonly keyFor?: KeySource;
  readonly signal?: AbortSignal;
}

export interface StoredManifest {
  readonly manifest: Manifest;
  readonly generation: string;
  readonly keys: SnapshotKeys | undefined;
}

/** The keys of an encrypted snapshot. */
export async function keysOf(store: SnapshotStore, manifest: Manifest): Promise<SnapshotKeys | undefined> {
  if (!manifest.encryption) return undefined;
  const reference = manifest.encryption.keyReference;
  if (!store.keyFor)
    throw new PortError('snapshots', 'permission-denied', `snapshot ${manifest.id} needs the key ${reference}`);
  return deriveKeys(reference, await store.keyFor(reference));
}

/**
 * The file: a checksum that anyone can compare, a seal that only the holder of the key can make (empty without a key),
 * and the manifest.
 */
function serialise(manifest: Manifest, seal: string): Buffer {
  const text = JSON.stringify(manifest);
  const checksum = createHash('sha256').update(seal).update(text).digest('hex');
  return Buffer.from(`{"checksum":"${checksum}","seal":"${seal}","manifest":${text}}\n`);
}

function sealOf(manifest: Manifest, keys: SnapshotKeys | undefined): string {
  return keys ? createHmac('sha256', keys.digests).update(JSON.stringify(manifest)).digest('hex') : '';
}

export async function writeManifest(
  store: SnapshotStore,
  manifest: Manifest,
  keys: SnapshotKeys | undefined,
  when: WriteCondition,
): Promise<void> {
  const options = { when, contentType: 'application/json', ...(store.signal ? { signal: store.signal } : {}) };
  await store.objects.write(
    manifestUri(store.bucketUri, manifest.id),
    serialise(manifest, sealOf(manifest, keys)),
    options,
  );
}

/** The manifest, or undefined when there is none. Any changed byte is an `IntegrityError`. */
export async function findManifest(store: SnapshotStore, id: string): Promise<StoredManifest | undefined> {
  const uri = manifestUri(store.bucketUri, id);
  const info = await store.objects.stat(uri);
  if (!info) return undefined;
  let bytes: Buffer;
  try {
    bytes = await readAll(store.objects, uri, undefined, store.signal);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  const damaged = (detail: string, cause?: unknown) =>
    new IntegrityError('damaged', { collection: '(manifest)', chunk: id, uri }, detail, { cause });
  let file: { seal: string; manifest: Manifest };
  try {
    file = JSON.parse(bytes.toString('utf8'));
    if (!serialise(file.manifest, file.seal).equals(bytes)) throw damaged('its bytes are not those of its checksum');
  } catch (error) {
    throw error instanceof IntegrityError ? error : damaged('it is no manifest', error);
  }
  const { manifest, seal } = file;
  if (manifest.format !== 'highnoon.snapshot/1' || manifest.id !== id)
    throw damaged('it is the manifest of something else');
  // Only now the key: damage is told before a key reference that damage made up is asked for.
  const keys = await keysOf(store, manifest);
  if (seal !== sealOf(manifest, keys)) throw damaged('it was not written by a holder of its key');
  return { manifest, generation: info.generation, keys };
}

export async function readManifest(store: SnapshotStore, id: string): Promise<StoredManifest> {
  const found = await findManifest(store, id);
  if (found) return found;
  throw new PortError('snapshots', 'not-found', `there is no snapshot ${id} in ${store.bucketUri}`);
}

/** Oldest first. */
export async function listSnapshotIds(store: SnapshotStore): Promise<string[]> {
  const ids: string[] = [];
  for await (const info of store.objects.list(manifestPrefix(store.bucketUri))) ids.push(idOf(info.uri));
  return ids;
}
