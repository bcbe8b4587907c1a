import { InvariantError, PortError } from '../../domain/errors.ts';
import { type Instant, instant } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Documents, DocumentsPort, Found, Paths, Query, Transaction } from '../../ports/documents.ts';
import type { Ids } from '../../ports/ids.ts';
import { lazily } from './call.ts';
import { grpcFault } from './errors.ts';
import { connectFirestore, type FirestoreCalls } from './firestore-client.ts';
import { type DatabaseNames, databaseNames } from './firestore-paths.ts';
import { structuredQuery } from './firestore-query.ts';
import { decodeFields, encodeFields, fieldPath, type WireFields } from './firestore-values.ts';

/** Firestore's limit for one document. */
const MAX_DOCUMENT_BYTES = 1_048_576;
const MAX_ATTEMPTS = 5;
/** Contention passes in the time that another commit takes. */
const BACKOFF_MS = 40;

export interface FirestoreOptions {
  readonly projectId: string;
  /** `(default)`, or `highnoon-<env>`. */
  readonly databaseId: string;
  readonly emulatorHost?: string | undefined;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly ids: Pick<Ids, 'random'>;
  /** Replaces the store's read time on a test day, whose clock is not the emulator's. */
  readonly readTime?: (() => Promise<Instant>) | undefined;
}

type RunQuery = Parameters<FirestoreCalls['client']['runQuery']>[0];
type Commit = Parameters<FirestoreCalls['client']['commit']>[0];

interface Answer {
  readonly documents: readonly (WireFields | undefined)[];
  readonly readAt: Instant;
  readonly transaction: Uint8Array | undefined;
}
type Read = (paths: readonly string[], transaction: Uint8Array | 'new' | undefined) => Promise<Answer>;

/** The engine's documents in Firestore, over the generated client and with optimistic transactions. */
export class FirestoreDocuments implements DocumentsPort {
  readonly #options: FirestoreOptions;
  readonly #names: DatabaseNames;
  readonly #calls: () => Promise<FirestoreCalls>;
  #isOpen = false;

  constructor(options: FirestoreOptions) {
    this.#options = options;
    this.#names = databaseNames(options.projectId, options.databaseId);
    this.#calls = lazily(() => connectFirestore(options.emulatorHost));
  }

  async close(): Promise<void> {
    if (this.#isOpen) await (await this.#calls()).client.close();
  }

  async transact<T>(body: (transaction: Transaction) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      const transaction = new FirestoreTransaction(this.#names, this.#read);
      try {
        const value = await this.#runBody(body, transaction);
        if (transaction.writes.length > 0) await this.#commit(transaction.writes, transaction.id);
        // Reads alone come from one snapshot already: there is nothing that a commit could add.
        else await this.#forget(transaction.id);
        return value;
      } catch (error) {
        const isContention = error instanceof PortError && error.port === 'documents' && error.code === 'aborted';
        if (!isContention || attempt >= MAX_ATTEMPTS) throw error;
        await this.#options.clock.sleep(this.#options.ids.random() * BACKOFF_MS * 2 ** attempt);
      }
    }
  }

  async get<T>(path: string): Promise<T | undefined> {
    const { documents } = await this.#read([path], undefined);
    return decoded<T>(documents[0]);
  }

  async readAll<T extends readonly unknown[]>(paths: Paths<T>): Promise<{ documents: Documents<T>; readAt: Instant }> {
    const { documents, readAt } = await this.#read(paths, undefined);
    return { documents: documents.map((fields) => decoded(fields)) as Documents<T>, readAt };
  }

  async query<T>(collection: string, query: Query = {}): Promise<readonly Found<T>[]> {
    const { parent, collectionId } = this.#names.collection(collection);
    const { isUnordered, structuredQuery: structured } = structuredQuery(collectionId, query);
    const request = { parent, structuredQuery: structured } as RunQuery;
    const found: Found<T>[] = [];
    await this.#call(`a query of ${collection}`, async ({ client, options }) => {
      for await (const part of client.runQuery(request, options)) {
        if (!part.document) continue;
        const path = this.#names.pathOf(part.document.name);
        const id = path.slice(path.lastIndexOf('/') + 1);
        found.push({ id, path, data: decodeFields(part.document.fields) as T });
      }
    });
    return isUnordered ? found.sort((a, b) => Buffer.compare(Buffer.from(a.id), Buffer.from(b.id))) : found;
  }

  async increment(path: string, amounts: Readonly<Record<string, number>>): Promise<void> {
    const fieldTransforms = Object.entries(amounts).map(([field, amount]) => ({
      fieldPath: fieldPath(field),
      increment: Number.isSafeInteger(amount) ? { integerValue: String(amount) } : { doubleValue: amount },
    }));
    await this.#commit([{ transform: { document: this.#names.document(path), fieldTransforms } }], undefined);
  }

  async #runBody<T>(body: (transaction: Transaction) => Promise<T>, transaction: FirestoreTransaction): Promise<T> {
    try {
      return await body(transaction);
    } catch (error) {
      await this.#forget(transaction.id);
      throw error;
    }
  }

  /** What a body gave up is given up in the store too; if that fails it ends by itself. */
  async #forget(transaction: Uint8Array | undefined): Promise<void> {
    if (transaction === undefined) return;
    try {
      const { client, options } = await this.#connected();
      await client.rollback({ database: this.#names.database, transaction }, options);
    } catch {
      // An optimistic transaction holds no lock: nobody waits for its end. Only the emulator's do, for a while.
    }
  }

  async #commit(writes: readonly WireWrite[], transaction: Uint8Array | undefined): Promise<void> {
    await this.#call('a commit', async ({ client, options }) => {
      const request = { database: this.#names.database, writes: [...writes] };
      await client.commit((transaction === undefined ? request : { ...request, transaction }) as Commit, options);
    });
  }

  readonly #read: Read = (paths, transaction) =>
    this.#call(`a read of ${paths.join(', ')}`, async ({ client, options }) => {
      const names = paths.map((path) => this.#names.document(path));
      const found = new Map<string, WireFields | undefined>();
      let id = transaction === 'new' ? undefined : transaction;
      let readAt: Instant | undefined;
      const request = { database: this.#names.database, documents: [...new Set(names)], ...consistency(transaction) };
      for await (const part of client.batchGetDocuments(request, options)) {
        if (part.transaction?.length > 0) id = part.transaction;
        if (part.readTime) readAt ??= instant(Number(part.readTime.seconds) * 1000 + (part.readTime.nanos ?? 0) / 1e6);
        if (part.found) found.set(part.found.name, part.found.fields ?? {});
      }
      if (readAt === undefined) throw new PortError('documents', 'internal', 'Firestore told no time of a read');
      const { readTime } = this.#options;
      return {
        documents: names.map((name) => found.get(name)),
        readAt: readTime === undefined ? readAt : await readTime(),
        transaction: id,
      };
    });

  async #call<T>(what: string, work: (calls: FirestoreCalls) => Promise<T>): Promise<T> {
    try {
      return await work(await this.#connected());
    } catch (error) {
      // A mistake of this program stays what it is.
      if (error instanceof InvariantError) throw error;
      throw grpcFault(error, {
        port: 'documents',
        what,
        needs: `datastore.entities.get and .update on ${this.#names.database}`,
      });
    }
  }

  #connected(): Promise<FirestoreCalls> {
    this.#isOpen = true;
    return this.#calls();
  }
}

/** The first read opens the transaction, which saves the call that would begin it. */
function consistency(transaction: Uint8Array | 'new' | undefined) {
  if (transaction === undefined) return {};
  if (transaction !== 'new') return { transaction };
  return { newTransaction: { readWrite: { concurrencyMode: 'OPTIMISTIC' as const } } };
}

class FirestoreTransaction implements Transaction {
  readonly writes: WireWrite[] = [];
  id: Uint8Array | undefined;
  readonly #names: DatabaseNames;
  readonly #read: Read;
  #readAt: Instant | undefined;

  constructor(names: DatabaseNames, read: Read) {
    this.#names = names;
    this.#read = read;
  }

  get readAt(): Instant {
    if (this.#readAt === undefined) throw new InvariantError('transaction: its time is known after the first read');
    return this.#readAt;
  }

  async get<T>(path: string): Promise<T | undefined> {
    const [found] = await this.getAll<[T]>([path]);
    return found;
  }

  async getAll<T extends readonly unknown[]>(all: Paths<T>): Promise<Documents<T>> {
    if (this.writes.length > 0) throw new InvariantError(`transaction: ${all.join(', ')} is read after a write`);
    if (all.length === 0) return [] as unknown as Documents<T>;
    const answer = await this.#read(all, this.id ?? 'new');
    this.id = answer.transaction;
    this.#readAt ??= answer.readAt;
    return answer.documents.map((fields) => decoded(fields)) as Documents<T>;
  }

  create(path: string, data: object): void {
    this.writes.push({ ...updateOf(this.#names, path, data), currentDocument: { exists: false } });
  }

  set(path: string, data: object): void {
    this.writes.push(updateOf(this.#names, path, data));
  }

  delete(path: string): void {
    this.writes.push({ delete: this.#names.document(path) });
  }
}

const decoded = <T>(fields: WireFields | undefined): T | undefined =>
  fields === undefined ? undefined : (decodeFields(fields) as T);

interface WireWrite {
  readonly update?: { readonly name: string; readonly fields: WireFields };
  readonly delete?: string;
  readonly transform?: { readonly document: string; readonly fieldTransforms: readonly object[] };
  readonly currentDocument?: { readonly exists: boolean };
}

function updateOf(names: DatabaseNames, path: string, data: object): WireWrite {
  const bytes = Buffer.byteLength(JSON.stringify(data));
  if (bytes > MAX_DOCUMENT_BYTES)
    throw new PortError('documents', 'too-large', `${path} has ${bytes} bytes; ${MAX_DOCUMENT_BYTES} are allowed`);
  return { update: { name: names.document(path), fields: encodeFields(data) } };
}
