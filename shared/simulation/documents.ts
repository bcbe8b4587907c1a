import { InvariantError, PortError } from '../domain/errors.ts';
import { type Instant, instant } from '../domain/time.ts';
import type { Documents, DocumentsPort, Found, Paths, Query, Transaction } from '../ports/documents.ts';
import type { Gate } from './gate.ts';
import type { Worker } from './worker.ts';

interface Stored {
  data: object;
  version: number;
}

export interface Write {
  readonly kind: 'create' | 'set' | 'delete';
  readonly path: string;
  readonly data: object | undefined;
}

/** A commit as the oracles see it, after it landed. */
export interface Commit {
  readonly worker: Worker;
  readonly readAt: Instant;
  readonly writes: readonly Write[];
  /** By path, as before the commit. */
  readonly before: readonly (object | undefined)[];
}

/** Firestore's own bound: after so many tries a transaction says `aborted`. */
const MAX_ATTEMPTS = 5;

/**
 * The store of a simulation: versioned documents in memory, the same optimistic transactions as the embedded store, and
 * nothing copied: documents are data that nobody changes. `copies` copies all the same, to prove it.
 */
export class SimulatedStore {
  readonly documents = new Map<string, Stored>();
  readonly #collections = new Map<string, Map<string, string>>();
  readonly #copies: boolean;
  #version = 0;
  onCommit: (commit: Commit) => void = () => {};

  constructor(options: { copies?: boolean } = {}) {
    this.#copies = options.copies ?? false;
  }

  get<T>(path: string): T | undefined {
    return this.handOut<T>(this.documents.get(path)?.data);
  }

  handOut<T>(data: object | undefined): T | undefined {
    return (this.#copies && data !== undefined ? JSON.parse(JSON.stringify(data)) : data) as T | undefined;
  }

  version(path: string): number {
    return this.documents.get(path)?.version ?? 0;
  }

  *ids(collection: string): Generator<string> {
    yield* this.#collections.get(collection)?.keys() ?? [];
  }

  size(collection: string): number {
    return this.#collections.get(collection)?.size ?? 0;
  }

  query<T>(collection: string, query: Query): Found<T>[] {
    const known = this.#collections.get(collection);
    if (known === undefined) return [];
    let found = [...known].map(([id, path]) => ({ id, path, data: this.get<T>(path) as T }));
    for (const { field, op, value } of query.where ?? [])
      found = found.filter((one) => holds(one.data, field, op, value));
    found.sort((a, b) => (a.id < b.id ? -1 : 1));
    const order = query.orderBy;
    if (order !== undefined) {
      const sign = order.direction === 'asc' ? 1 : -1;
      found = found.filter(({ data }) => fieldOf(data, order.field) !== undefined);
      if (sign === -1) found.reverse();
      found.sort((a, b) => sign * compare(fieldOf(a.data, order.field), fieldOf(b.data, order.field)));
    }
    return query.limit === undefined ? found : found.slice(0, query.limit);
  }

  /** False on contention; nothing is written then. Throws `already-exists` as the store does. */
  commit(worker: Worker, transaction: SimulatedTransaction): boolean {
    if (!this.stillHolds(transaction.reads)) return false;
    const { writes } = transaction;
    for (const write of writes) {
      const { kind, path } = write;
      if (kind !== 'create') continue;
      // Writes of one commit come after each other: an earlier one may have made the document, or taken it away.
      const earlier = writes.slice(0, writes.indexOf(write)).findLast((one) => one.path === path);
      if (earlier === undefined ? this.documents.has(path) : earlier.kind !== 'delete')
        throw new PortError('documents', 'already-exists', `${path} exists`);
    }
    const before = writes.map(({ path }) => this.documents.get(path)?.data);
    for (const write of writes) this.#apply(write);
    this.onCommit({ worker, readAt: transaction.readAt, writes, before });
    return true;
  }

  stillHolds(reads: ReadonlyMap<string, number>): boolean {
    for (const [path, version] of reads) if (this.version(path) !== version) return false;
    return true;
  }

  /** For what stands outside of the engine: tampering, and what a test lays down. */
  put(path: string, data: object): void {
    this.#apply({ kind: 'set', path, data });
  }

  #apply({ path, data }: Write): void {
    const stored = this.documents.get(path);
    if (data !== undefined && stored !== undefined) {
      stored.data = this.#copies ? JSON.parse(JSON.stringify(data)) : data;
      stored.version = ++this.#version;
      return;
    }
    const cut = path.lastIndexOf('/');
    const collection = path.slice(0, cut);
    if (data === undefined) {
      if (this.documents.delete(path)) this.#collections.get(collection)?.delete(path.slice(cut + 1));
      return;
    }
    this.documents.set(path, {
      data: this.#copies ? JSON.parse(JSON.stringify(data)) : data,
      version: ++this.#version,
    });
    const known = this.#collections.get(collection);
    if (known === undefined) this.#collections.set(collection, new Map([[path.slice(cut + 1), path]]));
    else known.set(path.slice(cut + 1), path);
  }
}

const fieldOf = (data: unknown, field: string): unknown =>
  field.split('.').reduce<unknown>((value, part) => (value as Record<string, unknown> | undefined)?.[part], data);
/** A document without the field comes first. */
function compare(a: unknown, b: unknown): number {
  if (a === b) return 0;
  if (a === undefined || a === null) return -1;
  if (b === undefined || b === null) return 1;
  return (a as string) < (b as string) ? -1 : 1;
}

const typeOf = (value: unknown): string => (value === null ? 'null' : typeof value);

function holds(data: unknown, field: string, op: string, value: unknown): boolean {
  const found = fieldOf(data, field);
  // As Firestore: a comparison finds values of its own type alone.
  if (found === undefined || typeOf(found) !== typeOf(value)) return false;
  const order = compare(found, value);
  switch (op) {
    case '==':
      return order === 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    default:
      return order >= 0;
  }
}

/** The store as one worker reaches it: every read and every commit is a call that can fail. */
export class WorkerDocuments implements DocumentsPort {
  readonly #store: SimulatedStore;
  readonly #gate: Gate;
  readonly #worker: Worker;

  constructor(store: SimulatedStore, gate: Gate, worker: Worker) {
    this.#store = store;
    this.#gate = gate;
    this.#worker = worker;
  }

  async transact<T>(body: (transaction: Transaction) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      const transaction = new SimulatedTransaction(this.#store, this.#gate, this.#worker);
      let outcome: { readonly value: T } | { readonly error: unknown };
      try {
        outcome = { value: await body(transaction) };
      } catch (error) {
        outcome = { error };
      }
      // A body that failed on reads that are no longer true may have failed only because of them: it runs again.
      if ('error' in outcome || transaction.writes.length === 0) {
        if (this.#store.stillHolds(transaction.reads)) {
          if ('error' in outcome) throw outcome.error;
          return outcome.value;
        }
      } else if (await this.#commit(transaction)) return outcome.value;
      if (attempt >= MAX_ATTEMPTS) throw new PortError('documents', 'aborted', 'simulated store: contention');
    }
  }

  get<T>(path: string): Promise<T | undefined> {
    return this.#call('get', path, () => this.#store.get<T>(path));
  }

  readAll<T extends readonly unknown[]>(paths: Paths<T>): Promise<{ documents: Documents<T>; readAt: Instant }> {
    return this.#call('get', paths[0] ?? '', () => ({
      documents: paths.map((path) => this.#store.get(path)) as Documents<T>,
      readAt: instant(this.#gate.scheduler.now),
    }));
  }

  query<T>(collection: string, query: Query = {}): Promise<readonly Found<T>[]> {
    return this.#call('query', collection, () => this.#store.query<T>(collection, query));
  }

  increment(path: string, amounts: Readonly<Record<string, number>>): Promise<void> {
    return this.#call('commit', path, () => {
      const data: Record<string, number> = { ...(this.#store.get<Record<string, number>>(path) ?? {}) };
      for (const [field, amount] of Object.entries(amounts)) data[field] = (data[field] ?? 0) + amount;
      const transaction = new SimulatedTransaction(this.#store, this.#gate, this.#worker);
      transaction.set(path, data);
      this.#store.commit(this.#worker, transaction);
    });
  }

  #commit(transaction: SimulatedTransaction): Promise<boolean> {
    return this.#call('commit', transaction.writes[0]?.path ?? '', () => this.#store.commit(this.#worker, transaction));
  }

  #call<T>(verb: string, subject: string, apply: () => T): Promise<T> {
    return this.#gate.call(this.#worker, 'documents', verb, subject, apply);
  }
}

class SimulatedTransaction implements Transaction {
  readonly reads = new Map<string, number>();
  readonly writes: Write[] = [];
  readonly #store: SimulatedStore;
  readonly #gate: Gate;
  readonly #worker: Worker;
  #readAt: Instant | undefined;

  constructor(store: SimulatedStore, gate: Gate, worker: Worker) {
    this.#store = store;
    this.#gate = gate;
    this.#worker = worker;
  }

  get readAt(): Instant {
    this.#readAt ??= instant(this.#gate.scheduler.now);
    return this.#readAt;
  }

  get<T>(path: string): Promise<T | undefined> {
    return this.#gate.call(this.#worker, 'documents', 'get', path, () => this.#take<T>(path));
  }

  getAll<T extends readonly unknown[]>(all: Paths<T>): Promise<Documents<T>> {
    return this.#gate.call(
      this.#worker,
      'documents',
      'get',
      all[0] ?? '',
      () => all.map((path) => this.#take(path)) as Documents<T>,
    );
  }

  create(path: string, data: object): void {
    this.writes.push({ kind: 'create', path, data });
  }

  set(path: string, data: object): void {
    this.writes.push({ kind: 'set', path, data });
  }

  delete(path: string): void {
    this.writes.push({ kind: 'delete', path, data: undefined });
  }

  #take<T>(path: string): T | undefined {
    if (this.writes.length > 0) throw new InvariantError(`transaction: ${path} is read after a write`);
    this.#readAt ??= instant(this.#gate.scheduler.now);
    const stored = this.#store.documents.get(path);
    this.reads.set(path, stored?.version ?? 0);
    return this.#store.handOut<T>(stored?.data);
  }
}
