import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { CopyOptions, File, FileMetadata, Storage } from '@google-cloud/storage';
import { PortError } from '../../domain/errors.ts';
import type { ObjectInfo, ObjectsPort, WriteCondition } from '../../ports/objects.ts';
import { type ObjectAddress, parseAddress, parsePrefix } from '../local/object-address.ts';
import { httpCall, lazily } from './call.ts';
import { crc32c, crc32cText } from './crc32c.ts';
import { type Asked, httpFault } from './errors.ts';

export interface CloudObjectsOptions {
  readonly projectId: string;
  /** `host:port` or an origin, of a stand-in or emulator (`STORAGE_EMULATOR_HOST`); left out: Cloud Storage. */
  readonly endpoint?: string | undefined;
}

/** Bodies up to this size go in one request; longer ones, and those of unknown length, in a resumable one. */
const ONE_REQUEST_BYTES = 5 * 1024 * 1024;

/** Cloud Storage. Generations are what the service itself compares; names are refused by the same rules as in a folder. */
export function createCloudObjects({ projectId, endpoint }: CloudObjectsOptions): ObjectsPort {
  const storage = lazily(async (): Promise<Storage> => {
    const { Storage } = await import('@google-cloud/storage');
    const apiEndpoint = endpoint?.replace(/^(?!https?:\/\/)/, 'http://');
    return new Storage({
      projectId,
      retryOptions: { autoRetry: false, maxRetries: 0 },
      ...(apiEndpoint === undefined ? {} : { apiEndpoint }),
    });
  });
  const fileOf = async ({ bucket, key }: ObjectAddress, generation?: string): Promise<File> =>
    (await storage()).bucket(bucket).file(key, generation === undefined ? {} : { generation });

  async function look(address: ObjectAddress): Promise<FileMetadata | undefined> {
    try {
      const [metadata] = await httpCall(asked(address, 'get'), undefined, async () =>
        (await fileOf(address)).getMetadata(),
      );
      return metadata;
    } catch (error) {
      if (error instanceof PortError && error.code === 'not-found') return undefined;
      throw error;
    }
  }

  return {
    async stat(uri) {
      const address = parseAddress(uri);
      const metadata = await look(address);
      return metadata === undefined ? undefined : infoOf(address, metadata);
    },

    async *read(uri, { generation, start = 0, end, signal } = {}) {
      const address = parseAddress(uri);
      if (signal?.aborted) throw stopped(address);
      const metadata = await look(address);
      if (metadata === undefined) throw new PortError('objects', 'not-found', `${uri} is absent`);
      const newest = String(metadata.generation);
      if (generation !== undefined && newest !== generation)
        throw new PortError('objects', 'precondition-failed', `${uri} has generation ${newest}`);
      const size = Number(metadata.size);
      const stop = Math.min(end ?? size, size);
      // A range that begins at or after the end is refused by the service; here it is empty.
      if (stop <= start) return;
      const isWhole = start === 0 && stop === size;
      // The generation is named, so that what is read is what was looked at, whatever replaces it meanwhile.
      const file = await fileOf(address, newest);
      const range = isWhole ? { validation: 'crc32c' as const } : { start, end: stop - 1, validation: false as const };
      const stream = file.createReadStream({ ...range, decompress: false });
      const onAbort = () => stream.destroy(stopped(address));
      signal?.addEventListener('abort', onAbort, { once: true });
      try {
        yield* stream as AsyncIterable<Uint8Array>;
      } catch (error) {
        throw readFault(error, address, generation !== undefined);
      } finally {
        signal?.removeEventListener('abort', onAbort);
        stream.destroy();
      }
    },

    async write(uri, body, { when, contentType, metadata = {}, signal }) {
      const address = parseAddress(uri);
      if (signal?.aborted) throw stopped(address);
      const known = body instanceof Uint8Array ? body : undefined;
      const file = await fileOf(address);
      const sum = { value: 0 };
      const stream = file.createWriteStream({
        resumable: known === undefined || known.length > ONE_REQUEST_BYTES,
        validation: false,
        ...(contentType === undefined ? {} : { contentType }),
        preconditionOpts: preconditionOf(when),
        metadata: { metadata, ...(known === undefined ? {} : { crc32c: crc32cText(crc32c(known)) }) },
      });
      const own = new OwnErrors();
      try {
        const source = Readable.from(summed(body instanceof Uint8Array ? [body] : own.watch(body), sum), {
          objectMode: true,
        });
        await pipeline(source, stream, signal === undefined ? {} : { signal });
      } catch (error) {
        if (own.isMine(error)) throw error;
        if (signal?.aborted) throw stopped(address);
        throw await writeFault(error, address, when);
      }
      return written(address, file, sum.value);
    },

    async *list(prefix) {
      const { bucket, key } = parsePrefix(prefix);
      const what: Asked = { port: 'objects', what: prefix, needs: 'storage.objects.list' };
      let pageToken: string | undefined;
      do {
        const token = pageToken;
        const [files, next] = await httpCall(what, undefined, async () =>
          (await storage()).bucket(bucket).getFiles({
            prefix: key,
            autoPaginate: false,
            maxResults: 1000,
            ...(token === undefined ? {} : { pageToken: token }),
          }),
        );
        // Cloud Storage itself lists by the UTF-8 bytes of the names, over all pages.
        for (const { name, metadata } of files)
          yield infoOf({ uri: `gs://${bucket}/${name}`, bucket, key: name }, metadata);
        pageToken = (next as { pageToken?: string } | null)?.pageToken;
      } while (pageToken !== undefined);
    },

    async remove(uri, generation) {
      const address = parseAddress(uri);
      await changing(address, 'delete', async () => {
        await (await fileOf(address)).delete({ ifGenerationMatch: generation });
      });
    },

    async update(uri, { storageClass, hold }) {
      const address = parseAddress(uri);
      const metadata = await look(address);
      if (metadata === undefined) throw new PortError('objects', 'not-found', `${uri} is absent`);
      if (hold !== undefined)
        await changing(address, 'update', async () => {
          const match = { ifGenerationMatch: String(metadata.generation) };
          await (await fileOf(address)).setMetadata({ temporaryHold: hold }, match);
        });
      if (storageClass !== undefined && storageClass !== metadata.storageClass)
        await rewrite(address, metadata, storageClass);
      const changed = await look(address);
      if (changed === undefined) throw new PortError('objects', 'not-found', `${uri} is absent`);
      return infoOf(address, changed);
    },
  };

  /** Cloud Storage moves an object to a class by copying it onto itself: the bytes stay, the generation is another. */
  async function rewrite(address: ObjectAddress, before: FileMetadata, storageClass: string): Promise<void> {
    const generation = String(before.generation);
    await changing(address, 'create and storage.objects.delete', async () => {
      const [source, target] = [await fileOf(address, generation), await fileOf(address)];
      const { contentType, metadata = {} } = before;
      // The request's body is the new object's description: what is left out of it would be lost.
      const description = { storageClass, metadata, ...(contentType === undefined ? {} : { contentType }) };
      await source.copy(target, { ...description, preconditionOpts: { ifGenerationMatch: generation } } as CopyOptions);
    });
  }

  async function changing(address: ObjectAddress, verb: string, work: () => Promise<void>): Promise<void> {
    await httpCall(asked(address, verb), undefined, work).catch(async (error: PortError) => {
      throw await heldOr(error, address);
    });
  }

  async function writeFault(error: unknown, address: ObjectAddress, when: WriteCondition): Promise<PortError> {
    const fault = httpFault(error, asked(address, when === 'absent' ? 'create' : 'create and storage.objects.delete'));
    // Naming a generation of an object that is gone is answered as not found.
    if (fault.code === 'not-found' && typeof when === 'object')
      return new PortError('objects', 'precondition-failed', `${address.uri} is absent`, { cause: fault });
    return heldOr(fault, address);
  }

  /** A hold is refused as a missing permission is: it is named, so that nobody looks into IAM for it. */
  async function heldOr(fault: PortError, address: ObjectAddress): Promise<PortError> {
    if (fault.code !== 'permission-denied') return fault;
    const metadata = await look(address).catch(() => undefined);
    if (metadata?.temporaryHold !== true && metadata?.eventBasedHold !== true) return fault;
    return new PortError('objects', 'permission-denied', `${address.uri} is on hold`, { cause: fault });
  }

  /** What the service stored is what was sent, or it does not stay. */
  async function written(address: ObjectAddress, file: File, sum: number): Promise<ObjectInfo> {
    const info = infoOf(address, file.metadata);
    if (info.crc32c === undefined || info.crc32c === crc32cText(sum)) return info;
    await file.delete({ ifGenerationMatch: info.generation }).catch(() => {});
    throw new PortError('objects', 'unavailable', `${address.uri} was damaged on its way and taken back`);
  }
}

const asked = ({ uri }: ObjectAddress, verb: string): Asked => ({
  port: 'objects',
  what: uri,
  needs: `storage.objects.${verb}`,
});

const stopped = ({ uri }: ObjectAddress): PortError =>
  new PortError('objects', 'deadline-exceeded', `${uri}: the caller stopped waiting`);

const preconditionOf = (when: WriteCondition) =>
  when === 'any' ? {} : { ifGenerationMatch: when === 'absent' ? 0 : when.generation };

function readFault(error: unknown, address: ObjectAddress, isNamed: boolean): PortError {
  const fault = httpFault(error, asked(address, 'get'));
  if (fault.code !== 'not-found' || !isNamed) return fault;
  return new PortError('objects', 'precondition-failed', `${address.uri} was replaced while it was read`, {
    cause: fault,
  });
}

function infoOf({ uri }: ObjectAddress, metadata: FileMetadata): ObjectInfo {
  return {
    uri,
    bytes: Number(metadata.size ?? 0),
    generation: String(metadata.generation ?? ''),
    updatedAt: metadata.timeCreated ?? metadata.updated ?? '',
    ...(metadata.crc32c === undefined ? {} : { crc32c: metadata.crc32c }),
    metadata: Object.fromEntries(
      Object.entries(metadata.metadata ?? {}).map(([name, value]) => [name, String(value ?? '')]),
    ),
    ...(metadata.storageClass === undefined ? {} : { storageClass: metadata.storageClass }),
  };
}

/** Errors of the body are the caller's to understand; a client hands them on among its own. */
class OwnErrors {
  readonly #seen = new Set<unknown>();

  async *watch(body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    try {
      yield* body;
    } catch (error) {
      this.#seen.add(error);
      throw error;
    }
  }

  isMine(error: unknown): boolean {
    return this.#seen.has(error);
  }
}

async function* summed(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  sum: { value: number },
): AsyncIterable<Uint8Array> {
  for await (const chunk of chunks) {
    sum.value = crc32c(chunk, sum.value);
    yield chunk;
  }
}
