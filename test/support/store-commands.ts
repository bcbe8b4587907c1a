import fc from 'fast-check';
import { PortError } from '../../shared/domain/errors.ts';
import type { Engine } from '../../shared/engine/engine.ts';
import { transact } from '../../shared/engine/transact.ts';
import type { DocumentsPort, Query, Transaction } from '../../shared/ports/documents.ts';

/** What is asked of several stores alike. Ids are few, so that commands meet. */
export type StoreCommand =
  | { readonly kind: 'get' | 'delete' | 'throws' | 'look-twice'; readonly one: string }
  | { readonly kind: 'set' | 'create'; readonly one: string; readonly value: unknown }
  | { readonly kind: 'late-read' | 'move' | 'swap'; readonly one: string; readonly two: string }
  | { readonly kind: 'create-both'; readonly one: string; readonly two: string; readonly value: unknown }
  | { readonly kind: 'increment'; readonly one: string; readonly amount: number }
  | { readonly kind: 'query'; readonly query: Query }
  /** Several add to the same documents at once, each until its commit lands. */
  | { readonly kind: 'race'; readonly one: string; readonly two: string; readonly writers: number }
  /** Another commit begins between a transaction's reads and its commit. */
  | { readonly kind: 'meanwhile'; readonly one: string; readonly two: string }
  /** The answer of a commit is lost, and it is tried again by a body that knows its own mark. */
  | { readonly kind: 'unknown-commit'; readonly one: string; readonly isApplied: boolean };

const id = fc.constantFrom('a', 'b', 'c', 'd');
const small = fc.integer({ min: -3, max: 6 });
const scalar = fc.oneof(
  small,
  fc.constantFrom('', 'x', 'é\u{1F33F}', true, false, null, 0.5, -0.25, 2 ** 53 - 1, '2026-11-24T12:00:00.000Z'),
);
const document = fc
  .oneof(
    fc.record({
      value: small,
      nested: fc.record({ kind: fc.constantFrom('x', 'y'), deep: fc.array(scalar, { maxLength: 3 }) }),
    }),
    fc.record({
      value: scalar,
      list: fc.array(fc.oneof(scalar, fc.array(scalar, { maxLength: 2 })), { maxLength: 3 }),
    }),
    fc.record({ other: scalar }),
  )
  .map((value): unknown => JSON.parse(JSON.stringify(value)));
const comparison = fc.constantFrom('==' as const, '<' as const, '<=' as const, '>' as const, '>=' as const);
const query: fc.Arbitrary<Query> = fc.oneof(
  fc.constant({}),
  fc.record({ limit: fc.integer({ min: 1, max: 3 }) }),
  // 'value' is of several types, which each store orders in its own way: only what all alike have is ordered.
  fc.record({
    where: fc.tuple(
      fc.record({
        field: fc.constant('value'),
        op: comparison,
        value: fc.oneof(small, fc.constantFrom('x', '2026-11-24T12:00:00.000Z')),
      }),
    ),
  }),
  fc.record({
    where: fc.tuple(
      fc.record({
        field: fc.constant('nested.kind'),
        op: fc.constant('==' as const),
        value: fc.constantFrom('x', 'y'),
      }),
    ),
  }),
  fc.record({
    where: fc.tuple(
      fc.record({
        field: fc.constant('value'),
        op: fc.constant('==' as const),
        value: fc.constantFrom(null, true, false),
      }),
    ),
  }),
  fc.record({
    orderBy: fc.record({ field: fc.constant('rank'), direction: fc.constantFrom('asc' as const, 'desc' as const) }),
    limit: fc.integer({ min: 1, max: 4 }),
  }),
);

export const calmCommand: fc.Arbitrary<StoreCommand> = fc.oneof(
  fc.record({ kind: fc.constantFrom('get', 'delete', 'throws', 'look-twice'), one: id }),
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('set', 'create'), one: id, value: document }) },
  fc.record({ kind: fc.constantFrom('late-read', 'move', 'swap'), one: id, two: id }),
  // Firestore refuses a commit that makes one document twice as a mistake; nothing here asks for it.
  fc.record({
    kind: fc.constant('create-both'),
    one: fc.constantFrom('a', 'b'),
    two: fc.constantFrom('c', 'd'),
    value: document,
  }),
  fc.record({ kind: fc.constant('increment'), one: id, amount: fc.constantFrom(1, 2, -1, 0.5) }),
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('query'), query }) },
  fc.record({ kind: fc.constant('unknown-commit'), one: id, isApplied: fc.boolean() }),
) as fc.Arbitrary<StoreCommand>;

/** Where writers meet; an emulator takes seconds over each. */
export const contendedCommand: fc.Arbitrary<StoreCommand> = fc.oneof(
  fc.record({ kind: fc.constant('race'), one: id, two: id, writers: fc.integer({ min: 2, max: 3 }) }),
  fc.record({ kind: fc.constant('meanwhile'), one: id, two: id }),
) as fc.Arbitrary<StoreCommand>;

/** Until it lands; a store may give up under contention, which is an answer and not a difference. */
async function insisting<T>(documents: DocumentsPort, body: (transaction: Transaction) => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await documents.transact(body);
    } catch (error) {
      if (!(error instanceof PortError) || error.code !== 'aborted') throw error;
    }
  }
}

/** Carries a command out below a root of its own; `waits` as in the contract of documents. */
export function play(
  documents: DocumentsPort,
  command: StoreCommand,
  { root, waits, step }: { readonly root: string; readonly waits: boolean; readonly step: number },
): Promise<unknown> {
  const path = (name: string): string => `${root}-things/${name}`;
  const add = (name: string, amount: number) =>
    insisting(documents, async (t) => {
      const known = await t.get<{ rank?: number }>(`${root}-sums/${name}`);
      t.set(`${root}-sums/${name}`, { rank: (known?.rank ?? 0) + amount });
    });
  switch (command.kind) {
    case 'get':
      return documents.get(path(command.one));
    case 'look-twice':
      return documents.transact(async (t) => t.getAll([path(command.one), path('a'), path(command.one)]));
    case 'set':
      return documents.transact(async (t) => t.set(path(command.one), command.value as object));
    case 'create':
      return documents.transact(async (t) => t.create(path(command.one), command.value as object));
    case 'create-both':
      return documents.transact(async (t) => {
        t.create(path(command.one), command.value as object);
        t.create(path(command.two), command.value as object);
      });
    case 'delete':
      return documents.transact(async (t) => t.delete(path(command.one)));
    case 'throws':
      return documents.transact(async (t) => {
        t.set(path(command.one), { never: true });
        throw new RangeError('its own business');
      });
    case 'late-read':
      return documents.transact(async (t) => {
        t.set(path(command.one), { never: true });
        return t.get(path(command.two));
      });
    case 'move':
      return documents.transact(async (t) => {
        const found = await t.get<object>(path(command.one));
        t.delete(path(command.one));
        if (found !== undefined) t.set(path(command.two), found);
        return found;
      });
    case 'swap':
      return documents.transact(async (t) => {
        const [one, two] = await t.getAll<[object, object]>([path(command.one), path(command.two)]);
        t.set(path(command.two), { ...one, value: 1 });
        t.set(path(command.one), { ...two, value: 2 });
        return { one, two };
      });
    case 'increment':
      return documents
        .increment(`${root}-counts/${command.one}`, { count: command.amount, other: 1 })
        .then(() => documents.get(`${root}-counts/${command.one}`));
    case 'query': {
      const collection = command.query.orderBy === undefined ? `${root}-things` : `${root}-sums`;
      return documents
        .query(collection, command.query)
        .then((found) => found.map(({ id: name, data }) => ({ name, data })));
    }
    case 'race':
      return Promise.all(
        Array.from({ length: command.writers }, (_, n) => add(n % 2 === 0 ? command.one : command.two, n + 1)),
      );
    case 'meanwhile': {
      let begun: Promise<unknown> | undefined;
      const outer = insisting(documents, async (t) => {
        const known = await t.get<{ rank?: number }>(`${root}-sums/${command.one}`);
        if (begun === undefined) {
          begun = Promise.all([add(command.one, 10), add(command.two, 100)]);
          if (!waits) await begun;
        }
        t.set(`${root}-sums/${command.one}`, { rank: (known?.rank ?? 0) + 1 });
      });
      return outer.then(() => begun).then(() => null);
    }
    case 'unknown-commit':
      return unknownCommit(documents, command.isApplied, `${root}-marks/${command.one}`, step);
  }
}

/** As the engine goes on after an answer that says nothing: the same body again, which looks for its own mark first. */
function unknownCommit(documents: DocumentsPort, isApplied: boolean, path: string, mark: number): Promise<unknown> {
  let isLost = false;
  const losing = {
    transact: async <T>(body: (t: Transaction) => Promise<T>): Promise<T> => {
      if (isLost) return documents.transact(body);
      isLost = true;
      if (isApplied) await documents.transact(body);
      throw new PortError('documents', 'unavailable', 'the answer of a commit was lost');
    },
  };
  const engine = {
    documents: losing,
    limits: { triesPerCall: 3 },
    ids: { random: () => 0 },
    clock: { sleep: async () => {} },
  } as unknown as Engine;
  return transact(engine, async (t) => {
    const known = await t.get<{ mark: number; times: number }>(path);
    if (known?.mark === mark) return { found: known };
    const next = { mark, times: (known?.times ?? 0) + 1 };
    t.set(path, next);
    return { wrote: next };
  });
}

/** What a command came to: its answer, or the code of its error. */
export async function outcomeOf(work: () => Promise<unknown>): Promise<unknown> {
  try {
    return { value: (await work()) ?? null };
  } catch (error) {
    return { code: (error as { code?: string }).code ?? (error as Error).name };
  }
}

/** Everything that stands below a root. */
export async function contentsOf(documents: DocumentsPort, root: string): Promise<unknown> {
  const collections = ['things', 'sums', 'counts', 'marks'].map((name) => documents.query(`${root}-${name}`));
  return (await Promise.all(collections)).flat().map(({ path, data }) => ({ path, data }));
}
