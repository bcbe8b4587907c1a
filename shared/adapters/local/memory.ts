import { PortError } from '../../domain/errors.ts';
import { epochMs, type Instant } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DocumentsPort } from '../../ports/documents.ts';
import type { CaptureOptions, CutOptions, MemoryPort, RawDocument, RawTimestamp } from '../../ports/memory.ts';
import { ByteWriter } from '../../snapshots/byte-writer.ts';
import { comparePaths } from '../../snapshots/compare-names.ts';
import { decodeFields } from '../../snapshots/decode-fields.ts';
import { JsonLineEncoder } from '../../snapshots/json-line.ts';
import { plainFields } from '../../snapshots/plain-values.ts';
import { PathSample } from '../../snapshots/split-ranges.ts';
import { readCollection } from './collections.ts';
import { isCollectionName, readRecordFile, recordFile, writeRecordFile } from './record-file.ts';

export interface LocalMemoryOptions {
  readonly data: string;
  readonly documents: DocumentsPort;
  readonly clock: Pick<Clock, 'now'>;
}

/** What `collections/NAME` says of a collection as a whole. */
interface About {
  readonly updatedAt?: Instant;
  /** `records`: its documents lie in a file of records; otherwise each is a document of the embedded store. */
  readonly layout?: 'records';
}

/**
 * The memory collections of one machine: small ones as documents of the embedded store, where everything else can read
 * them too; those that were loaded or restored as files of records, which are captured at the speed of the disk.
 * There is no history: a capture reads what stands there when it begins, whatever its read time.
 */
export class LocalMemory implements MemoryPort {
  readonly #options: LocalMemoryOptions;

  constructor(options: LocalMemoryOptions) {
    this.#options = options;
  }

  async *capture(collection: string, { after, signal }: CaptureOptions): AsyncGenerator<RawDocument> {
    for await (const document of this.#read(collection)) {
      if (after !== undefined && comparePaths(document.path, after) <= 0) continue;
      if (signal?.aborted) throw new PortError('memory', 'deadline-exceeded', `reading ${collection} was interrupted`);
      yield document;
    }
  }

  /** Only files of records: what the embedded store holds is read, and sorted, as a whole anyway. */
  async cuts(collection: string, { size, most, signal }: CutOptions): Promise<readonly string[]> {
    if ((await this.#about(collection))?.layout !== 'records') return [];
    const sample = new PathSample();
    for await (const { path } of readRecordFile(this.#options.data, collection)) {
      sample.add(path);
      if (signal?.aborted) throw new PortError('memory', 'deadline-exceeded', `reading ${collection} was interrupted`);
    }
    return sample.cuts(Math.min(most, Math.ceil(sample.seen / size)));
  }

  async restore(collection: string, documents: AsyncIterable<RawDocument>): Promise<void> {
    await this.#put(collection, merge(this.#read(collection), documents, this.#now(), true));
  }

  /** Replaces the whole collection by documents in order; what has not changed keeps the time of its last change. */
  async replace(collection: string, documents: AsyncIterable<RawDocument>): Promise<number> {
    return this.#put(collection, merge(this.#read(collection), documents, this.#now(), false));
  }

  /** Whether a person put it there, so that the sample world leaves it alone. */
  async isLoaded(collection: string): Promise<boolean> {
    if (!isCollectionName(collection)) return false;
    return (await this.#about(collection))?.layout === 'records';
  }

  /** The records of a loaded collection as plain values, for whoever reads evidence; undefined when it is not loaded. */
  async openLoaded(
    collection: string,
  ): Promise<{ updatedAt: Instant | null; records: AsyncIterable<Record<string, unknown>> } | undefined> {
    if (!(await this.isLoaded(collection))) return undefined;
    const about = await this.#about(collection);
    const documents = readRecordFile(this.#options.data, collection);
    async function* records() {
      for await (const { path, fields } of documents)
        yield { _id: path.slice(collection.length + 1), ...plainFields(decodeFields(fields)) };
    }
    return { updatedAt: about?.updatedAt ?? null, records: records() };
  }

  async #put(collection: string, documents: AsyncIterable<RawDocument>): Promise<number> {
    const { data } = this.#options;
    const count = await writeRecordFile(data, collection, documents);
    const about: About = { updatedAt: this.#options.clock.now(), layout: 'records' };
    await this.#options.documents.transact(async (transaction) => transaction.set(`collections/${collection}`, about));
    return count;
  }

  #about(collection: string): Promise<About | undefined> {
    recordFile(this.#options.data, collection);
    return this.#options.documents.get<About>(`collections/${collection}`);
  }

  async *#read(collection: string): AsyncGenerator<RawDocument> {
    const about = await this.#about(collection);
    if (about?.layout === 'records') yield* readRecordFile(this.#options.data, collection);
    else yield* this.#embedded(collection, about?.updatedAt);
  }

  async *#embedded(collection: string, updatedAt: Instant | undefined): AsyncGenerator<RawDocument> {
    const records = await readCollection(this.#options.documents, collection);
    const updateTime = timestampOf(updatedAt ?? this.#now());
    const documents: RawDocument[] = [];
    const out = new ByteWriter(64 * 1024);
    const encoder = new JsonLineEncoder(out);
    for (const record of records) {
      const line = Buffer.from(JSON.stringify(record));
      out.length = 0;
      const id = encoder.encode(line, 0, line.length);
      documents.push({ path: `${collection}/${id}`, fields: out.copy(), updateTime });
    }
    yield* documents.sort((a, b) => comparePaths(a.path, b.path));
  }

  #now(): Instant {
    return this.#options.clock.now();
  }
}

function timestampOf(at: Instant): RawTimestamp {
  const ms = epochMs(at);
  const seconds = Math.floor(ms / 1000);
  return { seconds: String(seconds), nanos: (ms - seconds * 1000) * 1_000_000 };
}

/** Both in order. A document whose fields are as they were stays as it was, its times included. */
async function* merge(
  current: AsyncGenerator<RawDocument>,
  incoming: AsyncIterable<RawDocument>,
  now: Instant,
  keepsOthers: boolean,
): AsyncGenerator<RawDocument> {
  const updateTime = timestampOf(now);
  let known = await current.next();
  let last: string | undefined;
  try {
    for await (const document of incoming) {
      const { path, fields } = document;
      if (last !== undefined && comparePaths(last, path) >= 0)
        throw new PortError(
          'memory',
          'invalid',
          `${path} comes twice or out of order (UTF-8 bytes, segment by segment)`,
        );
      last = path;
      let order = known.done ? 1 : comparePaths(known.value.path, path);
      while (order < 0 && !known.done) {
        if (keepsOthers) yield known.value;
        known = await current.next();
        order = known.done ? 1 : comparePaths(known.value.path, path);
      }
      const same = order === 0 && !known.done && Buffer.compare(known.value.fields, fields) === 0;
      yield same && !known.done ? known.value : { path, fields, updateTime };
      if (order === 0) known = await current.next();
    }
    while (keepsOthers && !known.done) {
      yield known.value;
      known = await current.next();
    }
  } finally {
    await current.return(undefined);
  }
}
