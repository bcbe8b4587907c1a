import { crc32 } from 'node:zlib';
import { PortError } from '../../../shared/domain/errors.ts';
import type { ObjectInfo, ObjectsPort } from '../../../shared/ports/objects.ts';

interface StoredObject {
  bytes: Buffer;
  generation: number;
  updatedAt: string;
  metadata: Record<string, string>;
}

/** Objects in memory, with a clock moved by hand and a hook before and after every change. */
export class MemoryObjects implements ObjectsPort {
  readonly stored = new Map<string, StoredObject>();
  /** Store time of the next write. */
  now = '2026-11-23T12:00:00Z';
  /** Called around each write and removal; throwing is a crash at that point. */
  hook: (moment: 'before' | 'after', act: 'write' | 'remove', uri: string) => void = () => {};
  readonly reads: string[] = [];
  #generation = 0;

  async stat(uri: string): Promise<ObjectInfo | undefined> {
    const object = this.stored.get(uri);
    return object && this.#info(uri, object);
  }

  async *read(uri: string, options: { start?: number; end?: number } = {}): AsyncIterable<Uint8Array> {
    const object = this.stored.get(uri);
    if (!object) throw new PortError('objects', 'not-found', `${uri} is absent`);
    this.reads.push(uri);
    const bytes = object.bytes.subarray(options.start ?? 0, options.end ?? object.bytes.length);
    const half = bytes.length >> 1;
    yield bytes.subarray(0, half);
    yield bytes.subarray(half);
  }

  async write(
    uri: string,
    body: Uint8Array | AsyncIterable<Uint8Array>,
    options: { when: 'absent' | 'any' | { readonly generation: string }; metadata?: Record<string, string> },
  ): Promise<ObjectInfo> {
    this.hook('before', 'write', uri);
    const parts: Uint8Array[] = [];
    if (body instanceof Uint8Array) parts.push(body);
    else for await (const part of body) parts.push(part);
    const present = this.stored.get(uri);
    const { when } = options;
    const holds = when === 'any' || (when === 'absent' ? !present : String(present?.generation) === when.generation);
    if (!holds) throw new PortError('objects', 'precondition-failed', `${uri} is another generation`);
    const object = {
      bytes: Buffer.concat(parts),
      generation: ++this.#generation,
      updatedAt: this.now,
      metadata: { ...options.metadata },
    };
    this.stored.set(uri, object);
    this.hook('after', 'write', uri);
    return this.#info(uri, object);
  }

  async *list(prefix: string): AsyncIterable<ObjectInfo> {
    const uris = [...this.stored.keys()].filter((uri) => uri.startsWith(prefix));
    for (const uri of uris.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))) {
      const object = this.stored.get(uri);
      if (object) yield this.#info(uri, object);
    }
  }

  async remove(uri: string, generation: string): Promise<void> {
    this.hook('before', 'remove', uri);
    const object = this.stored.get(uri);
    if (!object) throw new PortError('objects', 'not-found', `${uri} is absent`);
    if (String(object.generation) !== generation)
      throw new PortError('objects', 'precondition-failed', `${uri} is another generation`);
    this.stored.delete(uri);
    this.hook('after', 'remove', uri);
  }

  async update(uri: string): Promise<ObjectInfo> {
    const object = this.stored.get(uri);
    if (!object) throw new PortError('objects', 'not-found', `${uri} is absent`);
    return this.#info(uri, object);
  }

  /** Bytes below a prefix. */
  weigh(prefix = ''): number {
    return [...this.stored].reduce((sum, [uri, { bytes }]) => sum + (uri.startsWith(prefix) ? bytes.length : 0), 0);
  }

  copy(): MemoryObjects {
    const twin = new MemoryObjects();
    for (const [uri, object] of this.stored) twin.stored.set(uri, { ...object, bytes: Buffer.from(object.bytes) });
    twin.#generation = this.#generation;
    twin.now = this.now;
    return twin;
  }

  #info(uri: string, object: StoredObject): ObjectInfo {
    const { bytes, generation, updatedAt, metadata } = object;
    return {
      uri,
      bytes: bytes.length,
      generation: String(generation),
      updatedAt,
      metadata,
      crc32c: String(crc32(bytes)),
    };
  }
}
