import { InvariantError, PortError } from '../../domain/errors.ts';
import { type Instant, parseInstant } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Documents, DocumentsPort, Found, Paths, Query, Transaction } from '../../ports/documents.ts';
import type { Ids } from '../../ports/ids.ts';
import { grpcFault } from './errors.ts';
import { type DatabaseNames, databaseNames } from './firestore-paths.ts';
import { structuredQuery } from './firestore-query.ts';
import { FirestoreRest } from './firestore-rest.ts';
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
  /** Connections that are open already. */
  readonly rest?: FirestoreRest | undefined;
}

interface WireDocument {
  readonly name: string;
  readonly fields?: WireFields;
}
/** A part of what `batchGetDocuments` answers; the first may carry the transaction that it began, in base64. */
interface ReadPart {
  readonly found?: WireDocument;
  readonly transaction?: string;
  readonly readTime?: string;
}

interface Answer {
  readonly documents: readonly (WireFields | undefined)[];
  readonly readAt: Instant;
  readonly transaction: string | undefined;
}
type Read = (paths: readonly string[], transaction: string | undefined) => Promise<Answer>;

/** Stands for a transaction that the read itself begins, which saves a call. No transaction has this name. */
const NEW = 'new';

/**
 * The engine's documents in Firestore, by REST. Transactions are optimistic because the database is made so
 * (`infra/firestore.tf`); with a pessimistic one they would wait for each other, and be as right.
 */
export class FirestoreDocuments implements DocumentsPort {
  readonly #options: FirestoreOptions;
  readonly #names: DatabaseNames;
  readonly #rest: FirestoreRest;

  constructor(options: FirestoreOptions) {
    this.#options = options;
    this.#names = databaseNames(options.projectId, options.databaseId);
    this.#rest = options.rest ?? new FirestoreRest(options.emulatorHost);
  }

  async close(): Promise<void> {
    this.#rest.close();
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
    const isPlainBelow = collection.includes('/') && Object.keys(query).length === 0;
    const parts = await this.#asked(`a query of ${collection}`, async () =>
      isPlainBelow
        ? // The emulator takes the first colon of a parent for the one before a method, and slots have colons.
          (await this.#rest.documents<WireDocument>(`${parent}/${collectionId}`)).map((document) => ({ document }))
        : this.#rest.list<{ document?: WireDocument }>(parent, 'runQuery', { structuredQuery: structured }),
    );
    const found = parts.flatMap(({ document }): Found<T>[] => {
      if (document === undefined) return [];
      const path = this.#names.pathOf(document.name);
      return [{ id: path.slice(path.lastIndexOf('/') + 1), path, data: decodeFields(document.fields) as T }];
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
  async #forget(transaction: string | undefined): Promise<void> {
    if (transaction === undefined) return;
    try {
      await this.#rest.call(this.#names.database, 'rollback', { transaction });
    } catch {
      // An optimistic transaction holds no lock: nobody waits for its end. Only the emulator's do, for a while.
    }
  }

  async #commit(writes: readonly WireWrite[], transaction: string | undefined): Promise<void> {
    // JSON leaves out what is undefined.
    await this.#asked('a commit', () => this.#rest.call(this.#names.database, 'commit', { writes, transaction }));
  }

  readonly #read: Read = async (paths, transaction) => {
    const names = paths.map((path) => this.#names.document(path));
    const request = { documents: [...new Set(names)], ...consistency(transaction) };
    const parts = await this.#asked(`a read of ${paths.join(', ')}`, () =>
      this.#rest.list<ReadPart>(`${this.#names.database}/documents`, 'batchGet', request),
    );
    const found = new Map(parts.flatMap(({ found: one }) => (one === undefined ? [] : [[one.name, one.fields ?? {}]])));
    const readTime = parts.find((part) => part.readTime !== undefined)?.readTime;
    const readAt = readTime === undefined ? undefined : parseInstant(readTime);
    if (readAt === undefined) throw new PortError('documents', 'internal', 'Firestore told no time of a read');
    const began = parts.find((part) => (part.transaction ?? '') !== '')?.transaction;
    return {
      documents: names.map((name) => found.get(name)),
      readAt: (await this.#options.readTime?.()) ?? readAt,
      transaction: began ?? (transaction === NEW ? undefined : transaction),
    };
  };

  async #asked<T>(what: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw grpcFault(error, {
        port: 'documents',
        what,
        needs: `datastore.entities.get and .update on ${this.#names.database}`,
      });
    }
  }
}

function consistency(transaction: string | undefined) {
  if (transaction === undefined) return {};
  return transaction === NEW ? { newTransaction: { readWrite: {} } } : { transaction };
}

class FirestoreTransaction implements Transaction {
  readonly writes: WireWrite[] = [];
  id: string | undefined;
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
    const answer = await this.#read(all, this.id ?? NEW);
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
