import { AsyncLocalStorage } from 'node:async_hooks';
import type { Engine } from '../engine/engine.ts';
import type { DocumentsPort, Paths, Query, Transaction } from '../ports/documents.ts';
import type { MemoryPort } from '../ports/memory.ts';
import type { MetricsPort } from '../ports/metrics.ts';
import type { ObjectsPort } from '../ports/objects.ts';
import type { PortMap } from '../ports/port-map.ts';
import type { CallTally } from './call-tally.ts';

const SCALAR_BYTES = 8;
const DISTRIBUTION_BYTES = 80;
/** What Cloud Logging adds to an entry: resource, labels, names and times. */
const LOG_ENTRY_BYTES = 600;
/** What Cloud Storage gives in one answer to a list. */
const OBJECTS_PER_PAGE = 1000;

/** Inside: what an adapter does to be what it stands for, which in the cloud is one call. */
const inner = new AsyncLocalStorage<true>();
const isInner = () => inner.getStore() === true;
const silently = <T>(body: () => T): T => inner.run(true, body);

/**
 * The engine with every call counted as the cloud would bill it. Documents, objects and memory are counted where they
 * are: the adapters of evidence, data and history share them, and theirs are real calls too.
 */
export function countCalls(engine: Engine, tally: CallTally): Engine {
  countDocuments(engine.documents, tally);
  countObjects(engine.ports.objects, tally);
  countMemory(engine.ports.memory, tally);
  const shared = new Set<PropertyKey>(['objects', 'memory', 'history', 'datasets', 'evidence', 'backups', 'keys']);
  const ports = Object.fromEntries(
    Object.entries(engine.ports).map(([name, port]: [string, object]) => [
      name,
      shared.has(name) ? port : countAsked(name, port, tally),
    ]),
  ) as unknown as PortMap;
  const { publisher, log } = engine;
  return {
    ...engine,
    ports,
    metrics: countedMetrics(engine.metrics, tally),
    log: {
      write(severity, message, fields) {
        // A function in the cloud writes nothing below INFO.
        if (severity !== 'DEBUG')
          tally.add('logBytes', LOG_ENTRY_BYTES + Buffer.byteLength(JSON.stringify([message, fields ?? {}])));
        log.write(severity, message, fields);
      },
    },
    publisher: {
      trigger: (phase, body) => {
        tally.ask('publish');
        return publisher.trigger(phase, body);
      },
      escalate: (escalation) => {
        tally.ask('publish');
        return publisher.escalate(escalation);
      },
    },
  };
}

function countAsked(name: string, port: object, tally: CallTally): object {
  return new Proxy(port, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        const answer: unknown = value.apply(target, args);
        // What answers at once asked nobody.
        if (answer instanceof Promise || isStream(answer)) tally.ask(name);
        return answer;
      };
    },
  });
}

const isStream = (value: unknown): boolean =>
  value !== null && typeof value === 'object' && Symbol.asyncIterator in value;

function countDocuments(documents: DocumentsPort, tally: CallTally): void {
  const original = {
    transact: documents.transact.bind(documents),
    get: documents.get.bind(documents),
    readAll: documents.readAll.bind(documents),
    query: documents.query.bind(documents),
    increment: documents.increment.bind(documents),
  };
  const read = (path: string, units: number) => {
    tally.add('reads', units);
    tally.touch(collectionOf(path), 'reads', units);
  };
  const write = (path: string, meter: 'writes' | 'deletes') => {
    tally.add(meter, 1);
    tally.touch(collectionOf(path), 'writes', 1);
  };
  const readEach = (paths: readonly string[]) => {
    if (isInner()) return;
    for (const path of paths) read(path, 1);
    tally.ask('firestore');
  };
  Object.assign(documents, {
    async transact<T>(body: (transaction: Transaction) => Promise<T>): Promise<T> {
      if (isInner()) return original.transact(body);
      let written: Written[] = [];
      const value = await original.transact((transaction) => {
        written = [];
        return body(countedTransaction(transaction, read, () => tally.ask('firestore'), written));
      });
      // What was rolled back for contention was not written; what landed was one commit.
      for (const { path, meter } of written) write(path, meter);
      if (written.length > 0) tally.ask('firestore');
      return value;
    },
    get<T>(path: string) {
      readEach([path]);
      return silently(() => original.get<T>(path));
    },
    readAll<T extends readonly unknown[]>(paths: Paths<T>) {
      readEach(paths);
      return silently(() => original.readAll<T>(paths));
    },
    async query<T>(collection: string, query?: Query) {
      const found = await silently(() => original.query<T>(collection, query));
      if (isInner()) return found;
      // A query that finds nothing is billed as one read.
      read(collection, Math.max(1, found.length));
      tally.ask('firestore');
      return found;
    },
    increment(path: string, amounts: Readonly<Record<string, number>>) {
      if (!isInner()) {
        write(path, 'writes');
        tally.ask('firestore');
      }
      return silently(() => original.increment(path, amounts));
    },
  } satisfies DocumentsPort);
}

interface Written {
  readonly path: string;
  readonly meter: 'writes' | 'deletes';
}

/** What stands below a slot is the slot's. */
const collectionOf = (path: string): string => path.split('/')[0] ?? path;

function countedTransaction(
  transaction: Transaction,
  read: (path: string, units: number) => void,
  ask: () => void,
  written: Written[],
): Transaction {
  return {
    get readAt() {
      return transaction.readAt;
    },
    get: (path) => {
      read(path, 1);
      ask();
      return transaction.get(path);
    },
    getAll: (paths) => {
      for (const path of paths as readonly string[]) read(path, 1);
      ask();
      return transaction.getAll(paths);
    },
    create: (path, data) => {
      written.push({ path, meter: 'writes' });
      transaction.create(path, data);
    },
    set: (path, data) => {
      written.push({ path, meter: 'writes' });
      transaction.set(path, data);
    },
    delete: (path) => {
      written.push({ path, meter: 'deletes' });
      transaction.delete(path);
    },
  };
}

/** Class A: writes, changes and lists. Class B: reads of bytes or of metadata. Removing costs nothing. */
function countObjects(objects: ObjectsPort, tally: CallTally): void {
  const original = {
    stat: objects.stat.bind(objects),
    read: objects.read.bind(objects),
    write: objects.write.bind(objects),
    list: objects.list.bind(objects),
    remove: objects.remove.bind(objects),
    update: objects.update.bind(objects),
  };
  const ask = (uri: string, meter?: 'storageA' | 'storageB', way: 'reads' | 'writes' = 'writes') => {
    if (isInner()) return;
    if (meter !== undefined) tally.add(meter, 1);
    tally.touch(bucketOf(uri), way, 1);
    tally.ask('storage');
  };
  Object.assign(objects, {
    stat: (uri) => {
      ask(uri, 'storageB', 'reads');
      return silently(() => original.stat(uri));
    },
    read: (uri, options) => {
      ask(uri, 'storageB', 'reads');
      return eachSilently(original.read(uri, options), () => {});
    },
    // The body of a write is read from elsewhere: that is not the adapter's own doing.
    write: (uri, body, options) => {
      ask(uri, 'storageA');
      return original.write(uri, body, options);
    },
    list: (prefix) => {
      ask(prefix, 'storageA', 'reads');
      let seen = 0;
      return eachSilently(original.list(prefix), () => {
        if (++seen % OBJECTS_PER_PAGE === 0) ask(prefix, 'storageA', 'reads');
      });
    },
    remove: (uri, generation) => {
      ask(uri);
      return silently(() => original.remove(uri, generation));
    },
    update: (uri, change) => {
      ask(uri, 'storageA');
      return silently(() => original.update(uri, change));
    },
  } satisfies ObjectsPort);
}

const bucketOf = (uri: string): string => `gs://${uri.slice('gs://'.length).split('/')[0]}`;

/** A capture reads every document once, a restore writes it once, whatever the local adapter does for that. */
function countMemory(memory: MemoryPort, tally: CallTally): void {
  const capture = memory.capture.bind(memory);
  const restore = memory.restore.bind(memory);
  Object.assign(memory, {
    capture(collection, options) {
      tally.ask('firestore');
      return eachSilently(capture(collection, options), () => tally.add('reads', 1));
    },
    restore: (collection, documents) =>
      silently(() =>
        restore(
          collection,
          eachSilently(documents, () => tally.add('writes', 1)),
        ),
      ),
  } satisfies MemoryPort);
}

function countedMetrics(metrics: MetricsPort, tally: CallTally): MetricsPort {
  return {
    write(points, signal) {
      tally.ask('monitoring');
      for (const { value } of points)
        tally.add('metricBytes', value.kind === 'distribution' ? DISTRIBUTION_BYTES : SCALAR_BYTES);
      return silently(() => metrics.write(points, signal));
    },
  };
}

/** The generator's own calls are made within `next`, so that is what runs silently. */
async function* eachSilently<T>(source: AsyncIterable<T>, seen: () => void): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]();
  try {
    for (;;) {
      const step = await silently(() => iterator.next());
      if (step.done === true) return;
      seen();
      yield step.value;
    }
  } finally {
    await iterator.return?.();
  }
}
