import {
  type BigIntStats,
  constants,
  createWriteStream,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { type FileHandle, open, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { PortError } from '../../domain/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ObjectInfo, ObjectsPort, WriteCondition } from '../../ports/objects.ts';
import { FolderLock } from './folder-lock.ts';
import { type ObjectAddress, parseAddress, parsePrefix } from './object-address.ts';
import { bytesOfOpen, digestOfFile } from './object-copies.ts';
import { objectFault } from './object-faults.ts';
import { pruneEmpty, realFolder, sweepIncomplete, unlike } from './object-files.ts';
import { ObjectVersions } from './object-versions.ts';

export interface LocalObjectsOptions {
  /** `DATA`: objects lie in `DATA/objects/BUCKET/KEY`, what is known of them in `DATA/objects-meta`. */
  readonly data: string;
  readonly clock: Pick<Clock, 'now'>;
}

type WriteOptions = Parameters<ObjectsPort['write']>[2];
type ReadOptions = NonNullable<Parameters<ObjectsPort['read']>[1]>;

/** The object store in a folder. Files that a person puts there are objects; several processes may share it. */
export class LocalObjects implements ObjectsPort {
  readonly #objects: string;
  readonly #incomplete: string;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #versions: ObjectVersions;
  readonly #lock: FolderLock;
  #written = 0;

  constructor({ data, clock }: LocalObjectsOptions) {
    this.#objects = join(data, 'objects');
    const meta = join(data, 'objects-meta');
    this.#incomplete = join(meta, 'incomplete');
    this.#clock = clock;
    this.#versions = new ObjectVersions(meta);
    this.#lock = new FolderLock(join(meta, 'lock.sqlite'));
  }

  close(): void {
    this.#lock.close();
  }

  async stat(uri: string): Promise<ObjectInfo | undefined> {
    const address = parseAddress(uri);
    return this.#guard(address, () => this.#look(address)?.info);
  }

  async *read(uri: string, options: ReadOptions = {}): AsyncIterable<Uint8Array> {
    const address = parseAddress(uri);
    const handle = await this.#open(address, options.generation);
    const { start = 0, end, signal } = options;
    // Read streams name their last byte, this port the one after it.
    if (end !== undefined && end <= start) return await handle.close();
    const range = { start, highWaterMark: 256 * 1024, ...(end === undefined ? {} : { end: end - 1 }) };
    const stream = handle.createReadStream({ ...range, ...(signal === undefined ? {} : { signal }) });
    try {
      yield* stream as AsyncIterable<Uint8Array>;
    } catch (error) {
      throw objectFault(error, uri);
    }
  }

  async write(uri: string, body: Uint8Array | AsyncIterable<Uint8Array>, options: WriteOptions): Promise<ObjectInfo> {
    const address = parseAddress(uri);
    // Told before a long body is read for nothing; told again, for certain, when it is put in place.
    this.#guard(address, () => this.#expect(address, options.when));
    const temporary = join(this.#incomplete, `${process.pid}-${this.#written++}`);
    try {
      if (this.#written === 1) sweepIncomplete(this.#incomplete);
      // No fsync: what must survive is a killed process, not a power cut of a person's own machine.
      const source = Readable.from(body instanceof Uint8Array ? [body] : body, { objectMode: true });
      await pipeline(
        source,
        createWriteStream(temporary),
        options.signal === undefined ? {} : { signal: options.signal },
      );
      return this.#lock.run(() => this.#place(address, temporary, options));
    } catch (error) {
      await rm(temporary, { force: true });
      throw objectFault(error, uri);
    }
  }

  async *list(prefix: string): AsyncIterable<ObjectInfo> {
    const { bucket, key } = parsePrefix(prefix);
    if (realFolder(join(this.#objects, bucket)) !== join(realFolder(this.#objects) ?? '', bucket)) return;
    const cut = key.lastIndexOf('/') + 1;
    yield* this.#walk(bucket, key.slice(0, cut), key.slice(cut));
  }

  async remove(uri: string, generation: string): Promise<void> {
    const address = parseAddress(uri);
    this.#guard(address, () =>
      this.#lock.run(() => {
        const found = this.#look(address);
        if (found === undefined) throw new PortError('objects', 'not-found', `${uri} is absent`);
        if (found.info.generation !== generation) throw anotherVersion(address, found.info);
        if (found.version.hold === true) throw held(address);
        rmSync(this.#path(address));
        pruneEmpty(dirname(this.#path(address)), join(this.#objects, address.bucket));
      }),
    );
  }

  async update(uri: string, change: Parameters<ObjectsPort['update']>[1]): Promise<ObjectInfo> {
    const address = parseAddress(uri);
    return this.#guard(address, () =>
      this.#lock.run(() => {
        const found = this.#look(address);
        if (found === undefined) throw new PortError('objects', 'not-found', `${uri} is absent`);
        const sidecar = this.#versions.read(address);
        const others = sidecar.versions.filter(({ file }) => file !== found.version.file);
        this.#versions.write(address, { ...sidecar, versions: [...others.slice(-1), { ...found.version, ...change }] });
        return (this.#look(address) ?? found).info;
      }),
    );
  }

  #place(address: ObjectAddress, temporary: string, options: WriteOptions): ObjectInfo {
    this.#expect(address, options.when);
    const path = this.#path(address);
    const sidecar = this.#versions.read(address);
    const before = this.#look(address);
    const file = unlike(temporary, before?.version.file);
    const sha256 = digestOfFile(temporary, lstatSync(temporary, { bigint: true }));
    const version = {
      file,
      ...(sha256 === undefined ? {} : { sha256 }),
      generation: String(sidecar.sequence + 1),
      updatedAt: this.#clock.now(),
      metadata: { ...options.metadata },
      ...(options.contentType === undefined ? {} : { contentType: options.contentType }),
    };
    mkdirSync(dirname(path), { recursive: true });
    const versions = before === undefined ? [version] : [before.version, version];
    this.#versions.write(address, { key: address.key, sequence: sidecar.sequence + 1, versions });
    renameSync(temporary, path);
    return { uri: address.uri, bytes: Number(this.#stats(address)?.size ?? 0), ...infoOf(version) };
  }

  #expect(address: ObjectAddress, when: WriteCondition): void {
    const found = this.#look(address);
    if (found?.version.hold === true) throw held(address);
    if (when === 'any') return;
    if (when === 'absent') {
      if (found !== undefined) throw anotherVersion(address, found.info);
    } else if (found?.info.generation !== when.generation) throw anotherVersion(address, found?.info);
  }

  #look(address: ObjectAddress) {
    const stats = this.#stats(address);
    return stats === undefined
      ? undefined
      : this.#versions.describe(address, stats, () => readFileSync(this.#path(address)));
  }

  /** Only plain files are objects: a link could lead anywhere. */
  #stats(address: ObjectAddress): BigIntStats | undefined {
    try {
      const stats = lstatSync(this.#path(address), { bigint: true });
      return stats.isFile() ? stats : undefined;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
      throw error;
    }
  }

  /** The open file is what is judged and then read, whatever is put in its place meanwhile. */
  async #open(address: ObjectAddress, generation: string | undefined): Promise<FileHandle> {
    let handle: FileHandle | undefined;
    try {
      handle = await open(this.#path(address), constants.O_RDONLY | constants.O_NOFOLLOW);
      const stats = await handle.stat({ bigint: true });
      if (!stats.isFile()) throw new PortError('objects', 'not-found', `${address.uri} is absent`);
      const descriptor = handle.fd;
      const { info } = this.#versions.describe(address, stats, () => bytesOfOpen(descriptor, stats));
      if (generation !== undefined && info.generation !== generation) throw anotherVersion(address, info);
      return handle;
    } catch (error) {
      await handle?.close();
      throw objectFault(error, address.uri);
    }
  }

  /** In the order of the keys' bytes: a folder sorts as its name with the slash that follows it in every key. */
  async *#walk(bucket: string, folder: string, beginning: string): AsyncIterable<ObjectInfo> {
    const entries = await readdir(join(this.#objects, bucket, folder), { withFileTypes: true }).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
        throw objectFault(error, `gs://${bucket}/${folder}`);
      },
    );
    const named = entries
      .filter(({ name }) => name.startsWith(beginning))
      .map((entry) => ({ entry, key: Buffer.from(entry.isDirectory() ? `${entry.name}/` : entry.name) }))
      .sort((a, b) => Buffer.compare(a.key, b.key));
    for (const { entry } of named) {
      const key = `${folder}${entry.name}`;
      if (entry.isDirectory()) yield* this.#walk(bucket, `${key}/`, '');
      const info = entry.isFile() ? await this.stat(`gs://${bucket}/${key}`) : undefined;
      if (info !== undefined) yield info;
    }
  }

  /** Throws `not-found` when a link on the way leads out of the store. */
  #path({ bucket, key, uri }: ObjectAddress): string {
    const path = join(this.#objects, bucket, key);
    const real = realFolder(dirname(path));
    if (real === undefined || real === join(realFolder(this.#objects) ?? '', bucket, dirname(key))) return path;
    throw new PortError('objects', 'not-found', `${uri}: a link leads out of the store`);
  }

  #guard<T>(address: ObjectAddress, work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw objectFault(error, address.uri);
    }
  }
}

const infoOf = ({
  generation,
  updatedAt,
  metadata,
}: {
  generation: string;
  updatedAt: string;
  metadata: Record<string, string>;
}) => ({
  generation,
  updatedAt,
  metadata,
});

const anotherVersion = ({ uri }: ObjectAddress, found: ObjectInfo | undefined): PortError =>
  new PortError(
    'objects',
    'precondition-failed',
    found === undefined ? `${uri} is absent` : `${uri} has generation ${found.generation}`,
  );

const held = ({ uri }: ObjectAddress): PortError => new PortError('objects', 'permission-denied', `${uri} is on hold`);
