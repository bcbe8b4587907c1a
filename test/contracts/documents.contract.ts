import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { InvariantError, PortError, type PortErrorCode } from '../../shared/domain/errors.ts';
import type { DocumentsPort } from '../../shared/ports/documents.ts';

export interface DocumentsWorld {
  /** A store of its own, empty. */
  open(): Promise<DocumentsPort>;
  /** The store lets other commits wait for an open transaction instead of letting the later one fail. */
  readonly waits: boolean;
  close(): Promise<void>;
}

const failsWith = (code: PortErrorCode) => (error: unknown) => error instanceof PortError && error.code === code;

/** Every value that a document of the engine may hold. */
const DOCUMENT = {
  text: 'a\u0000b "quoted" \u{1F33F} é',
  empty: '',
  yes: true,
  nothing: null,
  whole: 42,
  negative: -7,
  large: Number.MAX_SAFE_INTEGER,
  real: 0.1,
  huge: 1e300,
  beyond: 2 ** 60,
  list: [1, 'two', null, { three: [] }],
  lists: [[1, 2], [], [[3], { four: [[5]] }]],
  map: { 'a.b': 1, 'with `tick` and \\': 2, 'high-noon-sync@2026-11-24T12:00Z#1': { deep: { deeper: [] } } },
  odd: { '': 1, __proto: 2, __reserved__: 3, '~__reserved__': 4, '~': 5 },
  wrapped: { '[]': [1, 2] },
  wrappedTwice: { '[]': { '[]': [1] } },
  none: {},
};

/** Work that is begun while a transaction stands between its first read and its commit, once. */
function beside(world: DocumentsWorld, work: () => Promise<unknown>) {
  let begun: Promise<unknown> | undefined;
  return {
    start: async () => {
      if (begun !== undefined) return;
      begun = work();
      if (!world.waits) await begun;
    },
    landed: async () => {
      await begun;
    },
  };
}

export function documentsContract(name: string, make: () => Promise<DocumentsWorld>): void {
  describe(`documents: ${name}`, () => {
    let world: DocumentsWorld;
    let port: DocumentsPort;
    before(async () => {
      world = await make();
    });
    beforeEach(async () => {
      port = await world.open();
    });
    after(() => world.close());

    const set = (path: string, data: object) => port.transact(async (transaction) => transaction.set(path, data));

    it('gives back every value as it was written', async () => {
      await set('days/2026-11-24', DOCUMENT);
      assert.deepEqual(await port.get('days/2026-11-24'), DOCUMENT);
    });

    it('leaves out what is undefined, and writes what JSON cannot hold as JSON does', async () => {
      await set('days/odd', { there: 1, missing: undefined, list: [undefined, Number.NaN], zero: -0 });
      assert.deepEqual(await port.get('days/odd'), { there: 1, list: [null, null], zero: 0 });
    });

    it('keeps the ids of runs, effects and rehearsals', async () => {
      const ids = ['high-noon-sync@2026-11-24T12:00Z', 'a#1', 'update-context~0123456789abcdef', 'refusals@2026-11-24'];
      for (const id of ids) await set(`outbox/${id}`, { id });
      await set('slots/high-noon-sync@2026-11-24T12:00Z/attempts/1/operations/check', { name: 'check' });
      for (const id of ids) assert.deepEqual(await port.get(`outbox/${id}`), { id });
      assert.deepEqual((await port.query('outbox')).map(({ id }) => id).sort(), [...ids].sort());
      const [deep] = await port.query('slots/high-noon-sync@2026-11-24T12:00Z/attempts/1/operations');
      assert.equal(deep?.path, 'slots/high-noon-sync@2026-11-24T12:00Z/attempts/1/operations/check');
    });

    it('answers undefined for what is not there', async () => {
      assert.equal(await port.get('days/none'), undefined);
      const { documents, readAt } = await port.readAll(['days/none']);
      assert.deepEqual(documents, [undefined]);
      assert.match(readAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    });

    it('reads several documents of one moment in the order they were asked for', async () => {
      await set('days/a', { n: 1 });
      await set('days/b', { n: 2 });
      const found = await port.transact(async (transaction) => {
        const documents = await transaction.getAll(['days/b', 'days/none', 'days/a', 'days/b']);
        assert.match(transaction.readAt, /^\d{4}-.*Z$/);
        return documents;
      });
      assert.deepEqual(found, [{ n: 2 }, undefined, { n: 1 }, { n: 2 }]);
      const { documents } = await port.readAll(['days/b', 'days/none', 'days/a', 'days/b']);
      assert.deepEqual(documents, found, 'and so without a transaction');
    });

    it('commits all writes or none', async () => {
      await set('days/a', { n: 1 });
      await assert.rejects(
        port.transact(async (transaction) => {
          transaction.set('days/b', { n: 2 });
          transaction.create('days/a', { n: 3 });
        }),
        failsWith('already-exists'),
      );
      assert.equal(await port.get('days/b'), undefined);
      assert.deepEqual(await port.get('days/a'), { n: 1 });
    });

    it('replaces a document whole, and deletes it', async () => {
      await set('days/a', { first: 1, both: 1 });
      await set('days/a', { both: 2 });
      assert.deepEqual(await port.get('days/a'), { both: 2 });
      await port.transact(async (transaction) => transaction.delete('days/a'));
      assert.equal(await port.get('days/a'), undefined);
      await port.transact(async (transaction) => transaction.delete('days/a'));
    });

    it('makes two commits on one document as if one came after the other', async () => {
      await set('days/a', { n: 1 });
      const meanwhile = beside(world, () => set('days/a', { n: 10 }));
      let runs = 0;
      await port.transact(async (transaction) => {
        runs += 1;
        const found = await transaction.get<{ n: number }>('days/a');
        await meanwhile.start();
        transaction.set('days/a', { n: (found?.n ?? 0) + 1 });
      });
      await meanwhile.landed();
      if (world.waits) assert.deepEqual([await port.get('days/a'), runs], [{ n: 10 }, 1]);
      else assert.deepEqual([await port.get('days/a'), runs], [{ n: 11 }, 2]);
    });

    it('counts the absence of a document as a read', async () => {
      // Where commits wait, which of the two is let through is the store's choice; that one alone has written is not.
      const wrote = { own: false, other: false };
      const create = (by: 'own' | 'other', between: () => Promise<void>) =>
        port.transact(async (transaction) => {
          const found = await transaction.get('days/a');
          await between();
          wrote[by] = found === undefined;
          if (found === undefined) transaction.set('days/a', { by });
        });
      const meanwhile = beside(world, () => create('other', async () => {}));
      await create('own', meanwhile.start);
      await meanwhile.landed();
      assert.equal(wrote.own, !wrote.other);
      if (!world.waits) assert.equal(wrote.other, true);
      assert.deepEqual(await port.get('days/a'), { by: wrote.own ? 'own' : 'other' });
    });

    it('does not mind commits on documents that it did not read', async () => {
      const meanwhile = beside(world, () => set('days/b', { n: 1 }));
      let runs = 0;
      await port.transact(async (transaction) => {
        runs += 1;
        await transaction.get('days/a');
        await meanwhile.start();
        transaction.set('days/a', { n: 1 });
      });
      assert.equal(runs, 1);
    });

    it('gives up after five contended runs', async (test) => {
      if (world.waits) return test.skip('nothing comes between where commits wait');
      await set('days/a', { n: 0 });
      let runs = 0;
      await assert.rejects(
        port.transact(async (transaction) => {
          runs += 1;
          await transaction.get('days/a');
          await set('days/a', { n: runs });
          transaction.set('days/a', { n: -1 });
        }),
        failsWith('aborted'),
      );
      assert.equal(runs, 5);
      assert.deepEqual(await port.get('days/a'), { n: 5 });
    });

    it('lets every one of many concurrent increments through a transaction count', async () => {
      const add = async (): Promise<void> => {
        for (;;) {
          try {
            return await port.transact(async (transaction) => {
              const found = await transaction.get<{ n: number }>('counters/c');
              transaction.set('counters/c', { n: (found?.n ?? 0) + 1 });
            });
          } catch (error) {
            if (!failsWith('aborted')(error)) throw error;
          }
        }
      };
      await Promise.all(Array.from({ length: 3 }, add));
      assert.deepEqual(await port.get('counters/c'), { n: 3 });
    });

    it('passes the error of a body on, and writes nothing', async () => {
      const mistake = new Error('of the body');
      await assert.rejects(
        port.transact(async (transaction) => {
          await transaction.get('days/a');
          transaction.set('days/a', { n: 1 });
          throw mistake;
        }),
        (error) => error === mistake,
      );
      assert.equal(await port.get('days/a'), undefined);
    });

    it('refuses a read after a write, paths that name no document, and documents that are too large', async () => {
      const body = (work: (transaction: Parameters<Parameters<DocumentsPort['transact']>[0]>[0]) => unknown) =>
        port.transact(async (transaction) => {
          await work(transaction);
        });
      const isInvariant = (error: unknown) => error instanceof InvariantError;
      await assert.rejects(
        body((transaction) => {
          transaction.set('days/a', {});
          return transaction.get('days/b');
        }),
        isInvariant,
      );
      for (const path of ['days', 'days/', 'days/..', 'days/__x__', 'a/b/c', ''])
        await assert.rejects(
          body((transaction) => transaction.set(path, {})),
          isInvariant,
          path,
        );
      await assert.rejects(
        body((transaction) => transaction.set('days/a', { text: 'x'.repeat(1_048_577) })),
        failsWith('too-large'),
      );
    });

    it('adds to numbers without reading them, from zero where nothing is', async () => {
      await port.increment('counters/refusals@2026-11-24', { 'too-late': 1 });
      await Promise.all([
        port.increment('counters/refusals@2026-11-24', { 'too-late': 2, duplicate: 1 }),
        port.increment('counters/refusals@2026-11-24', { duplicate: 0.5 }),
      ]);
      assert.deepEqual(await port.get('counters/refusals@2026-11-24'), { 'too-late': 3, duplicate: 1.5 });
    });

    describe('queries', () => {
      const rows = [
        { id: 'b', at: '2026-11-24', n: 2, nested: { kind: 'x' } },
        { id: 'a', at: '2026-11-25', n: 1, nested: { kind: 'y' } },
        { id: 'c', at: '2026-11-23', n: 3, nested: { kind: 'x' }, gone: null },
      ];
      const ids = async (query?: Parameters<DocumentsPort['query']>[1]) =>
        (await port.query('ledger', query)).map(({ id }) => id);
      beforeEach(async () => {
        for (const { id, ...data } of rows) await set(`ledger/${id}`, data);
        await set('ledger/a/below/z', { n: 1 });
        await set('other/d', { n: 1 });
      });

      it('lists one collection by id, and nothing below it or beside it', async () => {
        assert.deepEqual(await ids(), ['a', 'b', 'c']);
        assert.deepEqual(await ids({ limit: 2 }), ['a', 'b']);
        assert.deepEqual(await port.query('nothing'), []);
      });

      it('lists what stands below a slot, whose id has colons, in the order of ids', async () => {
        const below = 'slots/t-90-prep@2026-11-24T10:30Z/attempts/1/operations';
        await port.transact(async (transaction) => {
          for (const id of ['b', 'a', 'c/deeper/d']) transaction.set(`${below}/${id}`, { id });
          transaction.set('slots/t-90-prep@2026-11-24T10:31Z/attempts/1/operations/x', { id: 'x' });
        });
        const found = await port.query<{ id: string }>(below);
        assert.deepEqual(
          found.map(({ id, path, data }) => [id, path, data.id]),
          [
            ['a', `${below}/a`, 'a'],
            ['b', `${below}/b`, 'b'],
          ],
        );
        assert.deepEqual(await port.query('slots/t-90-prep@2026-11-24T10:30Z/attempts/2/operations'), []);
      });

      it('compares texts, numbers, fields of maps and null', async () => {
        assert.deepEqual(await ids({ where: [{ field: 'at', op: '>=', value: '2026-11-24' }] }), ['a', 'b']);
        assert.deepEqual(await ids({ where: [{ field: 'n', op: '<', value: 3 }] }), ['a', 'b']);
        assert.deepEqual(await ids({ where: [{ field: 'nested.kind', op: '==', value: 'x' }] }), ['b', 'c']);
        assert.deepEqual(await ids({ where: [{ field: 'gone', op: '==', value: null }] }), ['c']);
        const between = [
          { field: 'at', op: '>=' as const, value: '2026-11-23' },
          { field: 'at', op: '<' as const, value: '2026-11-25' },
        ];
        assert.deepEqual(await ids({ where: between, orderBy: { field: 'at', direction: 'asc' } }), ['c', 'b']);
      });

      it('orders by a field both ways, and cuts after the order', async () => {
        assert.deepEqual(await ids({ orderBy: { field: 'n', direction: 'asc' }, limit: 2 }), ['a', 'b']);
        assert.deepEqual(await ids({ orderBy: { field: 'n', direction: 'desc' } }), ['c', 'b', 'a']);
      });

      it('orders equal values by id the same way, and leaves out what lacks the field', async () => {
        for (const id of ['d', 'e']) await set(`ledger/${id}`, { n: 2 });
        await set('ledger/without', { at: 'x' });
        assert.deepEqual(await ids({ orderBy: { field: 'n', direction: 'asc' } }), ['a', 'b', 'd', 'e', 'c']);
        assert.deepEqual(await ids({ orderBy: { field: 'n', direction: 'desc' } }), ['c', 'e', 'd', 'b', 'a']);
      });

      it('compares values of one type alone', async () => {
        await set('ledger/text', { n: '2' });
        await set('ledger/truth', { n: true });
        await set('ledger/nothing', { n: null });
        const by = (value: string | number | boolean | null) => ids({ where: [{ field: 'n', op: '>=', value }] });
        assert.deepEqual(await by(0), ['a', 'b', 'c']);
        assert.deepEqual(await by(''), ['text']);
        assert.deepEqual(await by(false), ['truth']);
        assert.deepEqual(await ids({ where: [{ field: 'n', op: '==', value: 1 }] }), ['a']);
        assert.deepEqual(await ids({ where: [{ field: 'n', op: '==', value: null }] }), ['nothing']);
      });
    });
  });
}
