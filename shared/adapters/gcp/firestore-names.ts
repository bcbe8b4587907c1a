import type { CountedNames } from '../../snapshots/bisect-names.ts';
import type { FirestoreCalls } from './firestore-client.ts';

type RunQuery = Parameters<FirestoreCalls['client']['runQuery']>[0];
type Aggregate = Parameters<FirestoreCalls['client']['runAggregationQuery']>[0];

/** Firestore counts a thousand names for the price of one read, and gives up after a minute. */
const COUNT_TIMEOUT_MS = 60_000;

export interface NamesOptions {
  readonly connected: () => Promise<FirestoreCalls>;
  /** `projects/P/databases/D/documents` */
  readonly root: string;
  readonly asOf: object;
  readonly signal?: AbortSignal | undefined;
}

/** Everything between two names, whatever its collection. */
export function namesBetween(root: string, from: string, below: string, op = 'GREATER_THAN_OR_EQUAL'): object {
  const name = (path: string) => ({ referenceValue: `${root}/${path}` });
  const filter = (how: string, value: object) => ({
    fieldFilter: { field: { fieldPath: '__name__' }, op: how, value },
  });
  return {
    from: [{ allDescendants: true }],
    where: { compositeFilter: { op: 'AND', filters: [filter(op, name(from)), filter('LESS_THAN', name(below))] } },
    orderBy: [{ field: { fieldPath: '__name__' }, direction: 'ASCENDING' }],
  };
}

/** The names of a database by ordinary queries: keys only, one at a time, and counts. */
export function firestoreNames({ connected, root, asOf, signal }: NamesOptions): CountedNames {
  return {
    async first(from, below) {
      signal?.throwIfAborted();
      const structuredQuery = {
        ...namesBetween(root, from, below),
        select: { fields: [{ fieldPath: '__name__' }] },
        limit: { value: 1 },
      };
      const { client, options } = await connected();
      const request = { parent: root, structuredQuery, ...asOf } as unknown as RunQuery;
      const stream = client.runQuery(request, options) as AsyncIterable<{ document?: { name: string } | null }>;
      let found: string | undefined;
      for await (const { document } of stream) if (document) found ??= document.name.slice(root.length + 1);
      return found;
    },
    async count(from, below, most) {
      signal?.throwIfAborted();
      const count = most === undefined ? {} : { upTo: { value: String(most) } };
      const structuredAggregationQuery = {
        structuredQuery: namesBetween(root, from, below),
        aggregations: [{ alias: 'names', count }],
      };
      const { client, options } = await connected();
      const request = { parent: root, structuredAggregationQuery, ...asOf } as unknown as Aggregate;
      const stream = client.runAggregationQuery(request, { ...options, timeout: COUNT_TIMEOUT_MS });
      let found = 0;
      type Part = { result?: { aggregateFields?: Record<string, { integerValue?: string | number }> } | null };
      for await (const { result } of stream as AsyncIterable<Part>)
        found += Number(result?.aggregateFields?.names?.integerValue ?? 0);
      return found;
    },
  };
}
