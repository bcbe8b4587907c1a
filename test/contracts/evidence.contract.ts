import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { PortError, type PortErrorCode } from '../../shared/domain/errors.ts';
import { sha256 } from '../../shared/domain/json.ts';
import type { EvidencePort, EvidenceRecord, EvidenceSet } from '../../shared/ports/evidence.ts';

/** A world whose parts a test fills; what it has not filled is not there. */
export interface EvidenceWorld {
  readonly port: EvidencePort;
  /** `gs://BUCKET` */
  readonly bucket: string;
  /** When everything is written. */
  readonly writtenAt: string;
  writeObject(key: string, content: string | Uint8Array): Promise<void>;
  writeCollection(collection: string, records: Readonly<Record<string, EvidenceRecord>>): Promise<void>;
  servePage(url: string, page: { status: number; body: string }): void;
  /** A service, and the environments of its revisions; the first has all traffic, the last is the candidate. */
  deploy(service: string, environments: readonly Readonly<Record<string, string>>[]): void;
  track(repository: string, paths: readonly string[]): void;
  readonly close: () => Promise<void>;
}

/** The repositories and services that a world's configuration names. */
export const CONTRACT_REPOSITORIES = ['one', 'two'] as const;
export const CONTRACT_SERVICES = [
  { name: 'shop', releases: true },
  { name: 'gate', releases: false },
] as const;

type Format = 'ndjson' | 'json' | 'csv';

const failsWith =
  (code: PortErrorCode, message?: RegExp) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof PortError, String(error));
    assert.equal(error.code, code);
    if (message !== undefined) assert.match(error.message, message);
    return true;
  };

async function all(set: EvidenceSet): Promise<EvidenceRecord[]> {
  const records: EvidenceRecord[] = [];
  for await (const record of set.records) records.push({ ...record });
  return records;
}

export function evidenceContract(name: string, make: () => Promise<EvidenceWorld>): void {
  describe(`evidence: ${name}`, () => {
    let world: EvidenceWorld;
    beforeEach(async () => {
      world = await make();
    });
    afterEach(() => world.close());
    const open = (uri: string, format: Format = 'ndjson') => world.port.open({ name: 'things', uri, format }, {});
    const read = async (key: string, content: string | Uint8Array, format: Format = 'ndjson') => {
      await world.writeObject(key, content);
      return all(await open(`${world.bucket}/${key}`, format));
    };

    it('streams the records of an object, with the time it was written and a digest of its bytes', async () => {
      const text = '{"id":1}\n{"id":"ü"}\n';
      await world.writeObject('a.ndjson', text);
      const set = await open(`${world.bucket}/a.ndjson`);
      assert.equal(set.updatedAt, world.writtenAt);
      assert.match(set.request, /a\.ndjson generation /);
      assert.throws(() => set.digest());
      assert.deepEqual(await all(set), [{ id: 1 }, { id: 'ü' }]);
      assert.equal(set.digest(), `sha256:${sha256(text)}`);
    });

    it('reads an object without a last line end, with blank lines and with a byte order mark', async () => {
      assert.deepEqual(await read('b.ndjson', '\ufeff{"id":1}\r\n\n{"id":2}'), [{ id: 1 }, { id: 2 }]);
      assert.deepEqual(await read('empty.ndjson', ''), []);
    });

    it('names the line that cannot be read, and nothing of what stands there', async () => {
      for (const bad of ['{"dob":"1987-06-05"', '["1987-06-05"]', '"1987-06-05"', 'null', '17']) {
        await assert.rejects(read('c.ndjson', `{"id":1}\n${bad}\n{"id":3}`), (error) => {
          assert.doesNotMatch(String((error as Error).message) + String((error as Error).cause), /1987/);
          return failsWith('invalid', /c\.ndjson: line 2 is not/)(error);
        });
      }
    });

    it('refuses bytes that are no text, and records without an end', async () => {
      await assert.rejects(read('d.ndjson', Buffer.from([0x7b, 0xff, 0x7d])), failsWith('invalid', /UTF-8/));
      const endless = `{"a":"${'x'.repeat(1_100_000)}"}`;
      await assert.rejects(read('e.ndjson', endless), failsWith('too-large', /line 1/));
      await assert.rejects(read('e.json', `[${endless}]`, 'json'), failsWith('too-large', /line 1/));
      await assert.rejects(read('e.csv', `a\n${'x'.repeat(1_100_000)}`, 'csv'), failsWith('too-large', /line 2/));
    });

    it('reads a list or a single record as JSON', async () => {
      const list = '[\n {"a":"}],[{\\"","b":[{"c":1}]},\n {"a":2}\n]\n';
      assert.deepEqual(await read('f.json', list, 'json'), [{ a: '}],[{"', b: [{ c: 1 }] }, { a: 2 }]);
      assert.deepEqual(await read('g.json', ' {"a":1} ', 'json'), [{ a: 1 }]);
      assert.deepEqual(await read('h.json', '[]', 'json'), []);
    });

    it('refuses JSON that is broken, cut off or followed by more', async () => {
      for (const bad of [
        '',
        '[',
        '[{"a":1}',
        '[{"a":1},',
        '[{"a":1}]]',
        '[{"a":1},,{"a":2}]',
        '[1]',
        '17',
        '[{"a":1} {"b":2}]',
        '{"a":1}{"b":2}',
      ])
        await assert.rejects(read('i.json', bad, 'json'), failsWith('invalid'), bad);
    });

    it('reads comma separated values with quotation marks, line ends and commas in them', async () => {
      const text = 'id,name\r\n1,"a ""b"", c\nd"\r\n2,\r\n\r\n"3",x';
      assert.deepEqual(await read('j.csv', text, 'csv'), [
        { id: '1', name: 'a "b", c\nd' },
        { id: '2', name: '' },
        { id: '3', name: 'x' },
      ]);
    });

    it('refuses comma separated values that do not fit their header', async () => {
      for (const [bad, message] of [
        ['', /no header/],
        ['a,a\n1,2', /repeated name/],
        ['a,\n1,2', /empty or repeated/],
        ['a,b\n1', /line 2 has 1 values; the header names 2/],
        ['a\n"x', /never ends/],
        ['a\n"x"y', /goes on after/],
      ] as const)
        await assert.rejects(read('k.csv', bad, 'csv'), failsWith('invalid', message), bad);
    });

    it('reads all objects of a folder, as old as the newest', async () => {
      await world.writeObject('parts/1.ndjson', '{"id":1}\n');
      await world.writeObject('parts/2.ndjson', '{"id":2}\n');
      const set = await open(`${world.bucket}/parts/`);
      assert.deepEqual(await all(set), [{ id: 1 }, { id: 2 }]);
      assert.match(set.request, /parts\/: 2 objects/);
    });

    it('says that what is absent is absent', async () => {
      await assert.rejects(open(`${world.bucket}/nothing.ndjson`), failsWith('not-found'));
      await assert.rejects(open(`${world.bucket}/nothing/`), failsWith('not-found'));
    });

    it('reads the documents of a collection with their ids', async () => {
      await world.writeCollection('orders', { a: { total: 1 }, b: { total: 2 } });
      const set = await open('firestore:orders');
      assert.deepEqual(await all(set), [
        { _id: 'a', total: 1 },
        { _id: 'b', total: 2 },
      ]);
      assert.match(set.digest(), /^sha256:/);
      assert.deepEqual(await all(await open('firestore:nothing')), []);
    });

    it('has equal digests for equal records and other ones for others', async () => {
      const digestOf = async (total: number) => {
        await world.writeCollection('sums', { a: { total } });
        const set = await open('firestore:sums');
        await all(set);
        return set.digest();
      };
      assert.equal(await digestOf(1), await digestOf(1));
      assert.notEqual(await digestOf(1), await digestOf(2));
    });

    it('reads a page as one record, whatever its status', async () => {
      world.servePage('https://shop.example/a', { status: 404, body: 'ü' });
      const set = await open('https://shop.example/a');
      assert.deepEqual(await all(set), [{ url: 'https://shop.example/a', status: 404, body: 'ü' }]);
      assert.equal(set.updatedAt, null);
      await assert.rejects(open('https://shop.example/gone'), failsWith('unavailable'));
    });

    it('reads the settings of revisions that have traffic, and of the one that noon would give it to', async () => {
      world.deploy('shop', [{ A: '1' }, { A: '2' }]);
      world.deploy('gate', [{ B: '1' }, { B: '2' }]);
      const records = await all(await open('run:env'));
      assert.deepEqual(
        records.map(({ service, environment }) => [service, environment]),
        [
          ['shop', { A: '1' }],
          ['shop', { A: '2' }],
          ['gate', { B: '1' }],
        ],
      );
    });

    it('names the services that the platform does not have', async () => {
      world.deploy('shop', [{ A: '1' }]);
      const set = await open('run:env');
      assert.equal((await all(set)).length, 1);
      assert.match(set.request, /without gate/);
    });

    it('lists the tracked files of every repository', async () => {
      world.track('one', ['a.ts', 'b/.env']);
      world.track('two', ['c.ts']);
      const set = await open('repositories');
      assert.deepEqual(
        (await all(set)).map(({ file }) => file),
        ['one/a.ts', 'one/b/.env', 'two/c.ts'],
      );
      assert.match(set.request, /one at [0-9a-f]{12}, two at [0-9a-f]{12}/);
    });

    it('lists none when one repository cannot be asked', async () => {
      world.track('one', ['a.ts']);
      await assert.rejects(open('repositories'), failsWith('not-found'));
    });

    it('refuses a system that it does not read', async () => {
      await assert.rejects(open('bigquery:a.b'), failsWith('unsupported'));
      await assert.rejects(open('ftp://x'), failsWith('invalid'));
    });
  });
}
