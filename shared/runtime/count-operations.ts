import type { DocumentsPort, Paths, Transaction } from '../ports/documents.ts';

/** Operations as Firestore bills them: a document that is not there is a read too, and an empty query is one. */
export interface OperationCounts {
  readonly reads: number;
  readonly writes: number;
  readonly deletes: number;
}

export interface CountedDocuments extends DocumentsPort {
  /** What was counted since the last call. */
  take(): OperationCounts;
}

/** The same store, with every billed operation counted; a body that ran again counts again. */
export function countOperations(documents: DocumentsPort): CountedDocuments {
  let counts = { reads: 0, writes: 0, deletes: 0 };
  const add = (kind: keyof OperationCounts, amount: number) => {
    counts = { ...counts, [kind]: counts[kind] + amount };
  };
  return {
    take() {
      const taken = counts;
      counts = { reads: 0, writes: 0, deletes: 0 };
      return taken;
    },
    async transact<T>(body: (transaction: Transaction) => Promise<T>): Promise<T> {
      let pending = { writes: 0, deletes: 0 };
      const value = await documents.transact((transaction) => {
        pending = { writes: 0, deletes: 0 };
        return body(counted(transaction, add, pending));
      });
      // What did not land is not billed.
      add('writes', pending.writes);
      add('deletes', pending.deletes);
      return value;
    },
    get<T>(path: string) {
      add('reads', 1);
      return documents.get<T>(path);
    },
    readAll<T extends readonly unknown[]>(paths: Paths<T>) {
      add('reads', paths.length);
      return documents.readAll<T>(paths);
    },
    async query<T>(collection: string, query?: Parameters<DocumentsPort['query']>[1]) {
      const found = await documents.query<T>(collection, query);
      add('reads', Math.max(1, found.length));
      return found;
    },
    increment(path, amounts) {
      add('writes', 1);
      return documents.increment(path, amounts);
    },
  };
}

function counted(
  transaction: Transaction,
  add: (kind: keyof OperationCounts, amount: number) => void,
  pending: { writes: number; deletes: number },
): Transaction {
  return {
    get readAt() {
      return transaction.readAt;
    },
    get<T>(path: string) {
      add('reads', 1);
      return transaction.get<T>(path);
    },
    getAll<T extends readonly unknown[]>(paths: Paths<T>) {
      add('reads', paths.length);
      return transaction.getAll<T>(paths);
    },
    create(path, data) {
      pending.writes += 1;
      transaction.create(path, data);
    },
    set(path, data) {
      pending.writes += 1;
      transaction.set(path, data);
    },
    delete(path) {
      pending.deletes += 1;
      transaction.delete(path);
    },
  };
}

/** List prices in us-central1, in dollars: Firestore per operation, Pub/Sub per TiB with at least 1 kB a message and delivery. */
export const LIST_PRICES = { read: 0.03 / 1e5, write: 0.09 / 1e5, delete: 0.01 / 1e5, pubsubTiB: 40 } as const;

/** Dollars for operations, and for messages each published once and delivered once. */
export function listPrice({ reads, writes, deletes }: OperationCounts, messages: number): number {
  const pubsub = (messages * 2 * 1000 * LIST_PRICES.pubsubTiB) / 2 ** 40;
  return reads * LIST_PRICES.read + writes * LIST_PRICES.write + deletes * LIST_PRICES.delete + pubsub;
}
