import { PortError } from '../../domain/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type {
  CaptureOptions,
  CutOptions,
  MemoryPort,
  RawDocument,
  RawFields,
  RawTimestamp,
} from '../../ports/memory.ts';
import { bisectNames } from '../../snapshots/bisect-names.ts';
import { decodeFields } from '../../snapshots/decode-fields.ts';
import { lazily } from './call.ts';
import { grpcFault } from './errors.ts';
import { connectFirestore, type FirestoreCalls } from './firestore-client.ts';
import { firestoreNames, namesBetween } from './firestore-names.ts';
import { openQuery } from './query-stream.ts';
import { QueryDecoder, type WireDocument } from './query-wire.ts';

export interface FirestoreMemoryOptions {
  readonly projectId: string;
  /** The database of the application's memory: `(default)`, or its name. */
  readonly databaseId: string;
  readonly emulatorHost?: string | undefined;
  readonly clock: Pick<Clock, 'sleep'>;
  /**
   * On a test day the store does not live at the day's time: it is read as it is, and what was written a minute ago by
   * the store's clock is a minute old by the day's.
   */
  readonly ignoresReadTime?: boolean;
}

type Commit = Parameters<FirestoreCalls['client']['commit']>[0];

const later = ({ seconds, nanos }: RawTimestamp, bySeconds: number): RawTimestamp => ({
  seconds: bySeconds === 0 ? seconds : String(Number(seconds) + bySeconds),
  nanos,
});

/** The first name a document of it could have, and that of the collection that would follow it. */
const boundsOf = (collection: string): [string, string] => [`${collection}/\0`, `${collection}\0/\0`];

/** In production a stream ends after a minute or so; it is resumed as often as it made progress, and so often without. */
const TRIES_WITHOUT_PROGRESS = 3;
const STREAM_TIMEOUT_MS = 300_000;
/** Limits of one commit: 500 writes and 10 MiB; half of that leaves room for the names. */
const WRITES_A_COMMIT = 400;
const BYTES_A_COMMIT = 5 * 1024 * 1024;

/** The memory collections in Firestore, read and written as raw values of its own wire format. */
export class FirestoreMemory implements MemoryPort {
  readonly #options: FirestoreMemoryOptions;
  readonly #database: string;
  readonly #root: string;
  readonly #calls: () => Promise<FirestoreCalls>;
  #isOpen = false;

  constructor(options: FirestoreMemoryOptions) {
    this.#options = options;
    this.#database = `projects/${options.projectId}/databases/${options.databaseId}`;
    this.#root = `${this.#database}/documents`;
    this.#calls = lazily(() => connectFirestore(options.emulatorHost));
  }

  async close(): Promise<void> {
    if (this.#isOpen) await (await this.#calls()).client.close();
  }

  async *capture(collection: string, options: CaptureOptions): AsyncGenerator<RawDocument> {
    let after = options.after;
    for (let failures = 0; ; ) {
      try {
        for await (const document of this.#stream(collection, {
          ...options,
          ...(after === undefined ? {} : { after }),
        })) {
          yield document;
          after = document.path;
          failures = 0;
        }
        return;
      } catch (error) {
        const fault = this.#fault(error, `the documents of ${collection}`, 'datastore.entities.list');
        if (!fault.retryable || ++failures >= TRIES_WITHOUT_PROGRESS || options.signal?.aborted === true) throw fault;
        await this.#options.clock.sleep(250 * 4 ** failures, options.signal);
      }
    }
  }

  async cuts(collection: string, { readTime, size, most, signal }: CutOptions): Promise<readonly string[]> {
    const connected = () => this.#connected();
    const names = firestoreNames({ connected, root: this.#root, asOf: this.#asOf(readTime), signal });
    try {
      return await bisectNames(names, boundsOf(collection), { size, most });
    } catch (error) {
      if (signal?.aborted) throw new PortError('memory', 'deadline-exceeded', `counting ${collection} was stopped`);
      throw this.#fault(error, `the names of ${collection}`, 'datastore.entities.list');
    }
  }

  async restore(collection: string, documents: AsyncIterable<RawDocument>): Promise<void> {
    let writes: { update: { name: string; fields: RawFields } }[] = [];
    let bytes = 0;
    for await (const { path, fields } of documents) {
      if (!path.startsWith(`${collection}/`))
        throw new PortError('memory', 'invalid', `${path} is not below the collection ${collection}`);
      if (writes.length >= WRITES_A_COMMIT || (writes.length > 0 && bytes + fields.length > BYTES_A_COMMIT)) {
        await this.#commit(writes);
        writes = [];
        bytes = 0;
      }
      writes.push({ update: { name: `${this.#root}/${path}`, fields: decodeFields(fields) } });
      bytes += fields.length;
    }
    if (writes.length > 0) await this.#commit(writes);
  }

  /** The same writes again change nothing: a batch whose answer was lost is written once more. */
  async #commit(writes: readonly object[]): Promise<void> {
    for (let failures = 0; ; ) {
      try {
        const { client, options } = await this.#connected();
        await client.commit({ database: this.#database, writes } as Commit, options);
        return;
      } catch (error) {
        const fault = this.#fault(error, 'a batch of documents', 'datastore.entities.update');
        if (!fault.retryable || ++failures >= TRIES_WITHOUT_PROGRESS) throw fault;
        await this.#options.clock.sleep(250 * 4 ** failures);
      }
    }
  }

  /**
   * One query without a kind over everything below the collection's name, ordered by name: it finds nested collections
   * and what lies below missing parents, which listing collection by collection does not.
   */
  async *#stream(collection: string, options: CaptureOptions): AsyncGenerator<RawDocument> {
    const calls = await this.#connected();
    const [first, below] = boundsOf(collection);
    const structuredQuery =
      options.after === undefined
        ? namesBetween(this.#root, first, below)
        : namesBetween(this.#root, options.after, below, 'GREATER_THAN');
    const request = { parent: this.#root, structuredQuery, ...this.#asOf(options.readTime) };
    const stream = await openQuery(calls, request);
    const giveUp = (why: string) => () =>
      stream.destroy(new PortError('memory', 'deadline-exceeded', `reading ${collection} ${why}`));
    const stop = giveUp('was stopped');
    const limit = setTimeout(giveUp(`took longer than ${STREAM_TIMEOUT_MS / 1000} s in one query`), STREAM_TIMEOUT_MS);
    options.signal?.addEventListener('abort', stop, { once: true });
    const decoder = new QueryDecoder(this.#root);
    try {
      if (options.signal?.aborted === true) stop();
      for await (const message of stream as AsyncIterable<Buffer>) {
        const document = decoder.decode(message);
        if (document) yield this.#documentOf(document, options.readTime);
      }
    } finally {
      clearTimeout(limit);
      options.signal?.removeEventListener('abort', stop);
      stream.cancel();
      stream.destroy();
    }
  }

  #asOf(readTime: string): object {
    if (this.#options.ignoresReadTime === true) return {};
    return { readTime: { seconds: String(Math.floor(Date.parse(readTime) / 1000)), nanos: 0 } };
  }

  #documentOf({ path, fields, createTime, updateTime, readTime }: WireDocument, asked: string): RawDocument {
    const isMoved = this.#options.ignoresReadTime === true && readTime !== undefined;
    const behindSeconds = isMoved ? Math.floor(Date.parse(asked) / 1000) - Number(readTime.seconds) : 0;
    return {
      path,
      fields,
      ...(createTime === undefined ? {} : { createTime: later(createTime, behindSeconds) }),
      ...(updateTime === undefined ? {} : { updateTime: later(updateTime, behindSeconds) }),
    };
  }

  #fault(error: unknown, what: string, needs: string): PortError {
    return grpcFault(error, { port: 'memory', what, needs: `${needs} on ${this.#database}` });
  }

  #connected(): Promise<FirestoreCalls> {
    this.#isOpen = true;
    return this.#calls();
  }
}
