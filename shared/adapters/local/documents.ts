import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { InvariantError, PortError } from '../../domain/errors.ts';
import type { Instant } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Documents, DocumentsPort, Found, Paths, Query, Transaction } from '../../ports/documents.ts';

/** Firestore's limit for one document; the embedded store holds to it so that nothing works here and fails there. */
const MAX_DOCUMENT_BYTES = 1_048_576;
const MAX_ATTEMPTS = 5;

type Write =
  | { readonly kind: 'create' | 'set'; readonly path: string; readonly data: string }
  | { readonly kind: 'delete'; readonly path: string };

/** The embedded store: one SQLite file, with the optimistic transactions of Firestore. Several processes may share it. */
export class LocalDocuments implements DocumentsPort {
  readonly #database: DatabaseSync;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #statements: Statements;

  /** `file` may be `:memory:`. */
  constructor(file: string, clock: Pick<Clock, 'now'>) {
    if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true });
    this.#database = new DatabaseSync(file, { timeout: 5000 });
    this.#clock = clock;
    this.#database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = NORMAL;
      CREATE TABLE IF NOT EXISTS documents (
        path TEXT PRIMARY KEY, collection TEXT NOT NULL, id TEXT NOT NULL, data TEXT NOT NULL, version INTEGER NOT NULL
      ) WITHOUT ROWID, STRICT;
      CREATE INDEX IF NOT EXISTS documents_by_collection ON documents (collection, id);
      CREATE TABLE IF NOT EXISTS versions (one INTEGER PRIMARY KEY CHECK (one = 1), last INTEGER NOT NULL) STRICT;
      INSERT OR IGNORE INTO versions VALUES (1, 0);
    `);
    this.#statements = prepare(this.#database);
  }

  close(): void {
    this.#database.close();
  }

  async transact<T>(body: (transaction: Transaction) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      const transaction = new LocalTransaction(this.#statements, this.#clock.now());
      let outcome: { readonly value: T } | { readonly error: unknown };
      try {
        outcome = { value: await body(transaction) };
      } catch (error) {
        outcome = { error };
      }
      // A body that failed on reads that are no longer true may have failed only because of them: it runs again.
      const landed = 'value' in outcome ? this.#commit(transaction) : this.#stillHolds(transaction);
      if (landed) {
        if ('value' in outcome) return outcome.value;
        throw outcome.error;
      }
      if (attempt >= MAX_ATTEMPTS)
        throw new PortError('documents', 'aborted', `contention on ${[...transaction.reads.keys()].join(', ')}`);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async get<T>(path: string): Promise<T | undefined> {
    return parse<T>(one(this.#statements, documentPath(path))?.data);
  }

  async readAll<T extends readonly unknown[]>(paths: Paths<T>): Promise<{ documents: Documents<T>; readAt: Instant }> {
    const readEach = () => ({
      documents: paths.map((path) => parse(one(this.#statements, documentPath(path))?.data, path)) as Documents<T>,
      readAt: this.#clock.now(),
    });
    if (paths.length === 1) return readEach();
    // Other processes write meanwhile: within a transaction every statement sees the file as of the first one.
    this.#database.exec('BEGIN');
    try {
      return readEach();
    } finally {
      this.#database.exec('COMMIT');
    }
  }

  async query<T>(collection: string, query: Query = {}): Promise<readonly Found<T>[]> {
    const { sql, values } = querySql(collection, query);
    const rows = this.#database.prepare(sql).all(...values) as { id: string; path: string; data: string }[];
    return rows.map(({ id, path, data }) => ({ id, path, data: parseRow<T>(path, data) }));
  }

  async increment(path: string, amounts: Readonly<Record<string, number>>): Promise<void> {
    this.#locked(() => {
      const data = parse<Record<string, number>>(one(this.#statements, documentPath(path))?.data) ?? {};
      for (const [field, amount] of Object.entries(amounts)) data[field] = (data[field] ?? 0) + amount;
      this.#put(path, JSON.stringify(data));
      return true;
    });
  }

  #stillHolds(transaction: LocalTransaction): boolean {
    for (const [path, version] of transaction.reads) {
      if ((one(this.#statements, path)?.version ?? 0) !== version) return false;
    }
    return true;
  }

  #commit(transaction: LocalTransaction): boolean {
    if (transaction.writes.length === 0) return this.#stillHolds(transaction);
    return this.#locked(() => {
      if (!this.#stillHolds(transaction)) return false;
      for (const write of transaction.writes) this.#write(write);
      return true;
    });
  }

  #write(write: Write): void {
    if (write.kind === 'delete') {
      this.#statements.remove.run(write.path);
      return;
    }
    if (write.kind === 'create' && one(this.#statements, write.path) !== undefined) {
      throw new PortError('documents', 'already-exists', `${write.path} exists`);
    }
    this.#put(write.path, write.data);
  }

  #put(path: string, data: string): void {
    const cut = path.lastIndexOf('/');
    this.#statements.bump.run();
    this.#statements.put.run(path, path.slice(0, cut), path.slice(cut + 1), data);
  }

  /** Another process may hold the file: after the busy timeout that is contention, and can be tried again. */
  #locked(work: () => boolean): boolean {
    try {
      this.#database.exec('BEGIN IMMEDIATE');
    } catch (error) {
      throw new PortError('documents', 'unavailable', 'the store is locked by another process', { cause: error });
    }
    try {
      const landed = work();
      this.#database.exec(landed ? 'COMMIT' : 'ROLLBACK');
      return landed;
    } catch (error) {
      this.#database.exec('ROLLBACK');
      throw error;
    }
  }
}

class LocalTransaction implements Transaction {
  readonly reads = new Map<string, number>();
  readonly writes: Write[] = [];
  readonly readAt: Instant;
  readonly #statements: Statements;

  constructor(statements: Statements, readAt: Instant) {
    this.#statements = statements;
    this.readAt = readAt;
  }

  async get<T>(path: string): Promise<T | undefined> {
    if (this.writes.length > 0) throw new InvariantError(`transaction: ${path} is read after a write`);
    const row = one(this.#statements, documentPath(path));
    this.reads.set(path, row?.version ?? 0);
    return parse<T>(row?.data);
  }

  async getAll<T extends readonly unknown[]>(all: Paths<T>): Promise<Documents<T>> {
    const found: unknown[] = [];
    for (const path of all) found.push(await this.get(path));
    return found as Documents<T>;
  }

  create(path: string, data: object): void {
    this.writes.push({ kind: 'create', path: documentPath(path), data: encode(path, data) });
  }

  set(path: string, data: object): void {
    this.writes.push({ kind: 'set', path: documentPath(path), data: encode(path, data) });
  }

  delete(path: string): void {
    this.writes.push({ kind: 'delete', path: documentPath(path) });
  }
}

type Statements = ReturnType<typeof prepare>;
function prepare(database: DatabaseSync) {
  return {
    get: database.prepare('SELECT data, version FROM documents WHERE path = ?'),
    bump: database.prepare('UPDATE versions SET last = last + 1'),
    put: database.prepare(
      `INSERT INTO documents (path, collection, id, data, version) VALUES (?, ?, ?, ?, (SELECT last FROM versions))
       ON CONFLICT (path) DO UPDATE SET data = excluded.data, version = excluded.version`,
    ),
    remove: database.prepare('DELETE FROM documents WHERE path = ?'),
  } satisfies Record<string, StatementSync>;
}

function one(statements: Statements, path: string): { data: string; version: number } | undefined {
  return statements.get.get(path) as { data: string; version: number } | undefined;
}

const parse = <T>(data: string | undefined, path = 'a document'): T | undefined =>
  data === undefined ? undefined : parseRow<T>(path, data);

/** Somebody else wrote into the file: named, so that `ledger verify` can say which entry it is. */
function parseRow<T>(path: string, data: string): T {
  try {
    return JSON.parse(data) as T;
  } catch (cause) {
    throw new PortError('documents', 'internal', `${path} is not JSON any more`, { cause });
  }
}

function encode(path: string, data: object): string {
  const text = JSON.stringify(data);
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_DOCUMENT_BYTES)
    throw new PortError('documents', 'too-large', `${path} has ${bytes} bytes; ${MAX_DOCUMENT_BYTES} are allowed`);
  return text;
}

/** A path names a document: an even number of non-empty segments, none of them reserved. */
function documentPath(path: string): string {
  const segments = path.split('/');
  const isOdd = segments.length % 2 === 1;
  if (
    isOdd ||
    segments.some((segment) => segment === '' || segment === '.' || segment === '..' || /^__.*__$/.test(segment))
  ) {
    throw new InvariantError(`'${path}' is not the path of a document`);
  }
  return path;
}

function querySql(
  collection: string,
  { where = [], orderBy, limit }: Query,
): { sql: string; values: (string | number | null)[] } {
  const values: (string | number | null)[] = [collection];
  const conditions = where.map(({ field, op, value }) => {
    const path = `'$.${safeField(field)}'`;
    // As Firestore: a comparison finds values of its own type alone; SQLite would order numbers before texts.
    const isOfType = `json_type(data, ${path}) IN (${jsonTypesOf(value)})`;
    if (value === null) return isOfType;
    values.push(typeof value === 'boolean' ? Number(value) : value);
    return `${isOfType} AND json_extract(data, ${path}) ${op === '==' ? '=' : op} ?`;
  });
  const sorted = orderBy === undefined ? undefined : `'$.${safeField(orderBy.field)}'`;
  // As Firestore: an order by a field leaves out what lacks it, and ties go the same way.
  if (sorted !== undefined) conditions.push(`json_type(data, ${sorted}) IS NOT NULL`);
  const condition = ['collection = ?', ...conditions].join(' AND ');
  const direction = orderBy?.direction === 'desc' ? 'DESC' : 'ASC';
  const order = sorted === undefined ? 'id' : `json_extract(data, ${sorted}) ${direction}, id ${direction}`;
  const limited = limit === undefined ? '' : ` LIMIT ${Math.floor(limit)}`;
  return { sql: `SELECT id, path, data FROM documents WHERE ${condition} ORDER BY ${order}${limited}`, values };
}

function jsonTypesOf(value: string | number | boolean | null): string {
  if (value === null) return "'null'";
  if (typeof value === 'boolean') return "'true', 'false'";
  return typeof value === 'number' ? "'integer', 'real'" : "'text'";
}

function safeField(field: string): string {
  if (!/^[A-Za-z][A-Za-z0-9_.]*$/.test(field)) throw new InvariantError(`'${field}' is not a field name`);
  return field;
}
