import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { MemoryPort, RawDocument, RawFields } from '../../shared/ports/memory.ts';
import { comparePaths } from '../../shared/snapshots/compare-names.ts';
import { decodeFields } from '../../shared/snapshots/decode-fields.ts';
import { encodeFields } from '../../shared/snapshots/encode-fields.ts';

export interface MemoryWorld {
  /** A store of its own, empty. */
  open(): Promise<MemoryPort>;
  /** A whole minute as of which what was just written can be read. */
  readTime(): string;
  close(): Promise<void>;
}

const text = (stringValue: string): RawFields => ({ name: { stringValue } });

/** What tells a store that keeps values from one that keeps what JavaScript makes of them. */
const VALUES: RawFields = {
  whole: { integerValue: '3' },
  real: { doubleValue: 3 },
  wide: { integerValue: '9007199254740993' },
  least: { integerValue: '-9223372036854775808' },
  nan: { doubleValue: Number.NaN },
  infinite: { doubleValue: Number.NEGATIVE_INFINITY },
  minusZero: { doubleValue: -0 },
  nothing: { nullValue: 'NULL_VALUE' },
  yes: { booleanValue: true },
  bytes: { bytesValue: Uint8Array.of(0, 1, 254, 255) },
  place: { geoPointValue: { latitude: -12.5, longitude: 179.999 } },
  at: { timestampValue: { seconds: '1764000000', nanos: 123_456_000 } },
  imitation: { mapValue: { fields: { seconds: { integerValue: '1764000000' }, nanos: { integerValue: '5' } } } },
  list: { arrayValue: { values: [{ integerValue: '1' }, { mapValue: { fields: { a: { stringValue: '' } } } }] } },
  empty: { mapValue: { fields: {} } },
  none: { arrayValue: { values: [] } },
  'with.dot and `tick`': { stringValue: 'a\u{1F33F}é' },
};

/** Names whose order differs between UTF-8, UTF-16 and plain text with slashes. */
const NAMES = ['a', 'a!', 'a/sub/x', 'a/sub/y/deep/z', 'B', 'missing/below/found', '\uFFFD', '\u{1F33F}', 'é', 'z'];

/** Documents of the port, as what a test can compare. */
async function contentOf(port: MemoryPort, collection: string, options: { readTime: string; after?: string }) {
  const found: [string, string][] = [];
  for await (const { path, fields } of port.capture(collection, options))
    found.push([path, Buffer.from(fields).toString('hex')]);
  return found;
}

async function* given(collection: string, records: Readonly<Record<string, RawFields>>): AsyncGenerator<RawDocument> {
  for (const name of Object.keys(records).sort((a, b) => comparePaths(`x/${a}`, `x/${b}`))) {
    const path = `${collection}/${name}`;
    yield { path, fields: encodeFields(records[name] ?? {}, path) };
  }
}

export function memoryContract(name: string, make: () => Promise<MemoryWorld>): void {
  describe(`memory: ${name}`, () => {
    let world: MemoryWorld;
    before(async () => {
      world = await make();
    });
    after(() => world.close());
    const now = () => ({ readTime: world.readTime() });

    it('gives back every kind of value as it was written', async () => {
      const port = await world.open();
      await port.restore('values', given('values', { all: VALUES, empty: {} }));
      const found: RawDocument[] = [];
      for await (const document of port.capture('values', now()))
        found.push({ ...document, fields: document.fields.slice() });
      assert.deepEqual(
        found.map(({ path }) => path),
        ['values/all', 'values/empty'],
      );
      const [all] = found;
      assert.ok(all !== undefined);
      assert.deepEqual({ ...decodeFields(all.fields) }, { ...decodeFields(encodeFields(VALUES)) });
      assert.ok(all.updateTime !== undefined, 'a record says when it was written');
    });

    it('gives nested collections and what lies below missing parents, in the order of UTF-8 bytes by segment', async () => {
      const port = await world.open();
      await port.restore('names', given('names', Object.fromEntries(NAMES.map((each) => [each, text(each)]))));
      const found = await contentOf(port, 'names', now());
      const wanted = NAMES.map((each) => `names/${each}`).sort(comparePaths);
      assert.deepEqual(
        found.map(([path]) => path),
        wanted,
      );
    });

    it('keeps collections apart whose names begin alike', async () => {
      const port = await world.open();
      for (const collection of ['orders', 'orders-old', 'orders2', 'order'])
        await port.restore(collection, given(collection, { one: text(collection) }));
      assert.deepEqual(
        (await contentOf(port, 'orders', now())).map(([path]) => path),
        ['orders/one'],
      );
      assert.deepEqual(await contentOf(port, 'absent', now()), []);
    });

    it('goes on after any name', async () => {
      const port = await world.open();
      await port.restore('resumed', given('resumed', Object.fromEntries(NAMES.map((each) => [each, text(each)]))));
      const all = await contentOf(port, 'resumed', now());
      for (const [index, [path]] of all.entries())
        assert.deepEqual(await contentOf(port, 'resumed', { ...now(), after: path }), all.slice(index + 1), path);
    });

    it('restores over what stands there, removes nothing, and can do it again', async () => {
      const port = await world.open();
      await port.restore('again', given('again', { a: text('first'), c: text('stays') }));
      const change = { a: text('second'), b: text('new') };
      await port.restore('again', given('again', change));
      const once = await contentOf(port, 'again', now());
      await port.restore('again', given('again', change));
      assert.deepEqual(await contentOf(port, 'again', now()), once);
      const wanted = { a: text('second'), b: text('new'), c: text('stays') };
      assert.deepEqual(
        once,
        Object.entries(wanted).map(([id, fields]) => [
          `again/${id}`,
          Buffer.from(encodeFields(fields)).toString('hex'),
        ]),
      );
    });

    it('says where a large collection may be cut, and its ranges hold every document once', async () => {
      const port = await world.open();
      const size = 40;
      const records = Object.fromEntries(
        Array.from({ length: 150 }, (_, at) => [`shop-${at % 7}/orders/${String(at).padStart(4, '0')}`, text(`${at}`)]),
      );
      await port.restore('large', given('large', records));
      await port.restore('large-other', given('large-other', { one: text('one') }));
      const all = (await contentOf(port, 'large', now())).map(([path]) => path);
      const cuts = (await port.cuts?.('large', { ...now(), size, most: 8 })) ?? [];
      const edges = [...cuts.map((cut) => all.findIndex((path) => comparePaths(path, cut) >= 0)), all.length];
      assert.equal(edges.length, Math.ceil(150 / size));
      for (const [index, edge] of edges.entries()) {
        const documents = edge - (edges[index - 1] ?? 0);
        assert.ok(documents > size / 2 && documents < size * 1.5, `${documents} in range ${index}`);
      }
      assert.deepEqual(await port.cuts?.('large', { ...now(), size, most: 1 }), []);
      assert.deepEqual(await port.cuts?.('large', { ...now(), size: 150, most: 8 }), []);
      assert.deepEqual(await port.cuts?.('absent', { ...now(), size, most: 8 }), []);
    });

    it('stops when it is told to', async () => {
      const port = await world.open();
      await port.restore('stopped', given('stopped', Object.fromEntries(NAMES.map((each) => [each, text(each)]))));
      const controller = new AbortController();
      const read = async () => {
        for await (const _ of port.capture('stopped', { ...now(), signal: controller.signal })) controller.abort();
      };
      await assert.rejects(read(), { name: 'PortError', code: 'deadline-exceeded' });
    });
  });
}
