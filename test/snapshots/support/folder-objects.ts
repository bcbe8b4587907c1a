import { createReadStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PortError } from '../../../shared/domain/errors.ts';
import type { ObjectInfo, ObjectsPort } from '../../../shared/ports/objects.ts';

/** `gs://BUCKET/KEY` is `folder/BUCKET/KEY`. One writer at a time; a generation is size and time of the file. */
export class FolderObjects implements ObjectsPort {
  readonly #folder: string;

  /** Called before a write, when half of its bytes are on disk, and after it; and around a removal. */
  hook: () => void = () => {};

  constructor(folder: string) {
    this.#folder = folder;
  }

  #path(uri: string): string {
    return join(this.#folder, uri.slice('gs://'.length));
  }

  async stat(uri: string): Promise<ObjectInfo | undefined> {
    try {
      const info = await stat(this.#path(uri), { bigint: true });
      if (!info.isFile()) return undefined;
      const updatedAt = new Date(Number(info.mtimeMs)).toISOString();
      return { uri, bytes: Number(info.size), generation: `${info.ino}-${info.mtimeNs}`, updatedAt, metadata: {} };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  async *read(uri: string, options: { start?: number; end?: number } = {}): AsyncIterable<Uint8Array> {
    const { start = 0, end = Number.POSITIVE_INFINITY } = options;
    const stream = createReadStream(this.#path(uri), { start, end: end - 1, highWaterMark: 1024 * 1024 });
    try {
      yield* stream;
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
      throw new PortError('objects', 'not-found', `${uri} is absent`, { cause });
    }
  }

  async write(
    uri: string,
    body: Uint8Array | AsyncIterable<Uint8Array>,
    options: { when: 'absent' | 'any' | { readonly generation: string } },
  ): Promise<ObjectInfo> {
    const path = this.#path(uri);
    const present = await this.stat(uri);
    const { when } = options;
    const holds = when === 'any' || (when === 'absent' ? !present : present?.generation === when.generation);
    if (!holds) throw new PortError('objects', 'precondition-failed', `${uri} is another generation`);
    await mkdir(dirname(path), { recursive: true });
    this.hook();
    if (body instanceof Uint8Array) await writeFile(`${path}.new`, body.subarray(0, body.length >> 1));
    this.hook();
    await writeFile(`${path}.new`, body);
    await rename(`${path}.new`, path);
    this.hook();
    return (await this.stat(uri)) as ObjectInfo;
  }

  async *list(prefix: string): AsyncIterable<ObjectInfo> {
    const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
    const names = await readdir(this.#path(folder)).catch(() => []);
    for (const name of names.sort()) {
      const info = name.endsWith('.new') ? undefined : await this.stat(`${folder}${name}`);
      if (info?.uri.startsWith(prefix)) yield info;
    }
  }

  async remove(uri: string, generation: string): Promise<void> {
    const present = await this.stat(uri);
    if (!present) throw new PortError('objects', 'not-found', `${uri} is absent`);
    if (present.generation !== generation) throw new PortError('objects', 'precondition-failed', `${uri} changed`);
    this.hook();
    await rm(this.#path(uri));
    this.hook();
  }

  async update(uri: string): Promise<ObjectInfo> {
    const present = await this.stat(uri);
    if (!present) throw new PortError('objects', 'not-found', `${uri} is absent`);
    return present;
  }
}
