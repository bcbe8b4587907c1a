import type { Instant } from '../domain/time.ts';

/**
 * The engine's state: small documents with optimistic transactions (Firestore; locally SQLite with the same rules).
 * A path has an even number of segments: `slots/ID`, `slots/ID/attempts/1`.
 */
export interface Found<T> {
  readonly id: string;
  readonly path: string;
  readonly data: T;
}

/**
 * A comparison finds values of its own type alone. An order by a field leaves out the documents that lack it, and orders
 * those with the same value by id, the same way.
 */
export interface Query {
  readonly where?: readonly {
    readonly field: string;
    readonly op: '==' | '<' | '<=' | '>' | '>=';
    readonly value: string | number | boolean | null;
  }[];
  readonly orderBy?: { readonly field: string; readonly direction: 'asc' | 'desc' };
  readonly limit?: number;
}

export type Paths<T extends readonly unknown[]> = { readonly [K in keyof T]: string };
/** The documents of these paths, in their order. */
export type Documents<T extends readonly unknown[]> = { [K in keyof T]: T[K] | undefined };

export interface Transaction {
  /** The store's own time of this transaction's reads: the time that leases and windows are judged by. Valid after the first read. */
  readonly readAt: Instant;
  get<T>(path: string): Promise<T | undefined>;
  getAll<T extends readonly unknown[]>(paths: Paths<T>): Promise<Documents<T>>;
  /** Throws `already-exists` at commit when the document is there. All reads come before the first write. */
  create(path: string, data: object): void;
  set(path: string, data: object): void;
  delete(path: string): void;
}

export interface DocumentsPort {
  /**
   * Runs `body` until its commit lands without contention, at most five times, then throws `aborted`. After an
   * `unavailable` or `deadline-exceeded` the commit may have landed: a body must recognise its own earlier write.
   */
  transact<T>(body: (transaction: Transaction) => Promise<T>): Promise<T>;
  get<T>(path: string): Promise<T | undefined>;
  /** The documents directly in a collection, ordered by id unless the query says otherwise. */
  query<T>(collection: string, query?: Query): Promise<readonly Found<T>[]>;
  /** Adds to numbers without reading; a missing document or field counts from zero. */
  increment(path: string, amounts: Readonly<Record<string, number>>): Promise<void>;
  /** Documents of one moment in one call, together with the store's own time of the read. */
  readAll<T extends readonly unknown[]>(
    paths: Paths<T>,
  ): Promise<{ readonly documents: Documents<T>; readonly readAt: Instant }>;
}
