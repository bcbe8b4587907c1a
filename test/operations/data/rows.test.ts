import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sha256 } from '../../../shared/domain/json.ts';
import { batchContent } from '../../../shared/operations/data/batch-content.ts';
import { judgeRow, rowRules, rulesDigest } from '../../../shared/operations/data/judge-row.ts';
import { KeySet } from '../../../shared/operations/data/key-set.ts';
import { LineSplitter, LONGEST_ROW } from '../../../shared/operations/data/line-splitter.ts';
import { timeOf } from '../../../shared/operations/data/row-time.ts';
import { scanBatch } from '../../../shared/operations/data/scan-batch.ts';
import type { DatasetsPort } from '../../../shared/ports/datasets.ts';

const NOON = '2026-11-24T12:00:00.000Z';
const RULED = { key: 'id', ts: 'at', max_age_h: 26, required: ['id', 'amount'], reject_if_mock: false };
const RULES = rowRules(RULED, NOON);

/** A source that gives its bytes in pieces of this size. */
function source(text: string, pieceBytes: number): Pick<DatasetsPort, 'readIncoming'> {
  const bytes = Buffer.from(text);
  return {
    async *readIncoming(_, { start = 0, end = bytes.length } = {}) {
      for (let at = start; at < end; at += pieceBytes) yield bytes.subarray(at, Math.min(end, at + pieceBytes));
    },
  };
}

const TEXT = `${Array.from({ length: 40 }, (_, index) =>
  index % 7 === 3
    ? `{"id": ${index}, ü`
    : JSON.stringify({ id: `ü${index}`, amount: index, at: '2026-11-24T09:00:00Z' }),
).join('\r\n')}\n\n`;
const BATCH = {
  generation: 'g',
  updatedAt: '2026-11-24T10:00:00.000Z',
  parts: [{ uri: 'gs://bucket-a/x.ndjson', generation: '1', bytes: Buffer.byteLength(TEXT) }],
};
const scan = (pieceBytes: number) =>
  scanBatch(
    source(TEXT, pieceBytes),
    BATCH,
    { name: 'sales', rows: RULES, digest: rulesDigest(RULED) },
    {
      signal: new AbortController().signal,
      partBytes: 300,
    },
  );

describe('rows of a batch', () => {
  it('are the same version in whatever pieces the source comes', async () => {
    const whole = await scan(1 << 20);
    assert.equal(whole.manifest.rows, 34);
    assert.equal(whole.manifest.quarantined.rows, 6);
    assert.ok(whole.manifest.parts.length > 3);
    for (const pieceBytes of [1, 2, 7, 64, 301]) assert.deepEqual(await scan(pieceBytes), whole, String(pieceBytes));
  });

  it('are staged as exactly the bytes that the scan promised, part by part and set aside', async () => {
    const batch = await scan(17);
    const { parts, quarantine } = batchContent(source(TEXT, 5), batch, RULES);
    assert.ok(quarantine !== null);
    let rows = 0;
    for (const part of [...parts, quarantine]) {
      const pieces: Uint8Array[] = [];
      for await (const piece of part.open(new AbortController().signal)) pieces.push(piece);
      const bytes = Buffer.concat(pieces);
      assert.equal(sha256(bytes), part.sha256);
      assert.equal(bytes.length, part.bytes);
      rows += bytes.toString('utf8').trim().split('\n').length;
    }
    assert.equal(rows, 40);
    assert.equal(
      batch.manifest.parts.reduce((sum, part) => sum + part.rows, 0),
      34,
    );
  });

  it('are counted by line from the beginning of their object, also in a later part', async () => {
    const batch = await scan(1 << 20);
    const { quarantine } = batchContent(source(TEXT, 11), batch, RULES);
    const lines: number[] = [];
    for await (const piece of quarantine?.open(new AbortController().signal) ?? [])
      for (const text of Buffer.from(piece).toString('utf8').trim().split('\n')) lines.push(JSON.parse(text).line);
    assert.deepEqual(lines, [4, 11, 18, 25, 32, 39]);
  });
});

describe('lines', () => {
  const split = (text: string | Uint8Array, pieceBytes = 3) => {
    const splitter = new LineSplitter();
    const bytes = Buffer.from(text);
    const lines = [];
    for (let at = 0; at < bytes.length; at += pieceBytes)
      lines.push(...splitter.push(bytes.subarray(at, at + pieceBytes)));
    return [...lines, ...splitter.end()];
  };

  it('end at a line feed, with or without a return before it, and at the end', () => {
    assert.deepEqual(
      split('a\r\nbc\n\nd').map(({ bytes }) => bytes.toString()),
      ['a', 'bc', '', 'd'],
    );
    assert.deepEqual(
      split('a\r\nbc\n\nd').map(({ number, end }) => [number, end]),
      [
        [1, 3],
        [2, 6],
        [3, 7],
        [4, 8],
      ],
    );
    assert.deepEqual(split(''), []);
  });

  it('lose the byte order mark of the first one only', () => {
    assert.deepEqual(
      split('\ufeffa\n\ufeffb').map(({ bytes }) => bytes.toString()),
      ['a', '\ufeffb'],
    );
  });

  it('are cut at the longest row, and the next one is whole', () => {
    const [long, next] = split(`${'x'.repeat(LONGEST_ROW + 1)}\nnext\n`, 65_536);
    assert.equal(long?.isTooLong, true);
    assert.equal(long?.bytes.length, LONGEST_ROW);
    assert.equal(next?.bytes.toString(), 'next');
    assert.equal(split(`${'x'.repeat(LONGEST_ROW)}\n`, 65_536)[0]?.isTooLong, false);
  });
});

describe('a row', () => {
  const judge = (text: string, ruled: Parameters<typeof rowRules>[0] = RULED) =>
    judgeRow({ bytes: Buffer.from(text), isTooLong: false, number: 2, end: 0 }, rowRules(ruled, NOON));
  const reasons = (text: string, ruled?: Parameters<typeof rowRules>[0]) => {
    const row = judge(text, ruled);
    return row === undefined || row.isGood ? [] : row.reasons;
  };

  it('has its key as text, exactly as it was written where numbers would round', () => {
    const key = (id: string) => {
      const row = judge(`{"y":{"id":1},"id":${id},"amount":1,"at":"2026-11-24","z":{"id":2}}`);
      return row?.isGood === true ? row.key : undefined;
    };
    assert.equal(key('"a"'), 'a');
    assert.equal(key('7'), '7');
    assert.equal(key('9007199254740993'), '9007199254740993');
    for (const none of ['""', 'null', 'true', '{}', '[1]']) assert.equal(key(none), undefined, none);
  });

  it('is held to the types of its fields, and a field that is null only to being required', () => {
    const types = {
      s: 'string',
      b: 'bool',
      i: 'int',
      d: 'double',
      t: 'timestamp',
      y: 'date',
      l: 'list',
      m: 'map',
    } as const;
    const ruled = { ...RULED, required: [], schema: types };
    const row = (more: object) => JSON.stringify({ id: 1, at: '2026-11-24', ...more });
    assert.deepEqual(
      reasons(row({ s: 'x', b: true, i: 2, d: 0.5, t: '2026-11-24T00:00:00Z', y: '2026-11-24', l: [], m: {} }), ruled),
      [],
    );
    assert.deepEqual(
      reasons(
        row({ s: 1, b: 'true', i: 0.5, d: '1', t: '2026-02-30T00:00:00Z', y: '2026-13-01', l: {}, m: [] }),
        ruled,
      ),
      [
        'not-string:s',
        'not-bool:b',
        'not-int:i',
        'not-double:d',
        'not-timestamp:t',
        'not-date:y',
        'not-list:l',
        'not-map:m',
      ],
    );
    assert.deepEqual(reasons(row({ s: null }), ruled), []);
    assert.deepEqual(reasons(row({ s: null }), { ...ruled, required: ['s'] }), ['missing:s']);
  });

  it('reads only its own fields', () => {
    assert.deepEqual(reasons('{"__proto__":{"amount":1},"id":1,"at":"2026-11-24"}'), ['missing:amount']);
    assert.deepEqual(reasons('{"id":1,"at":"2026-11-24"}', { ...RULED, required: ['constructor'] }), [
      'missing:constructor',
    ]);
  });

  it('needs no time where age is not judged', () => {
    assert.deepEqual(reasons('{"id":1,"amount":1}'), ['time-unreadable:at']);
    assert.deepEqual(reasons('{"id":1,"amount":1}', { ...RULED, max_age_h: null }), []);
  });

  it('tells its time as RFC 3339, as a date, or as BigQuery exports it, and as nothing else', () => {
    const at = Date.parse('2026-11-24T09:08:07.500Z');
    for (const text of [
      '2026-11-24T09:08:07.500Z',
      '2026-11-24T10:08:07.5+01:00',
      '2026-11-24 09:08:07.500 UTC',
      '2026-11-24 09:08:07.500000+00',
    ])
      assert.equal(timeOf(text), at, text);
    assert.equal(timeOf('2026-11-24'), Date.parse('2026-11-24T00:00:00Z'));
    for (const other of ['24.11.2026', '2026-11-24 09:08:07', '2026-02-30', '', 1_795_000_000, null, 'now'])
      assert.equal(timeOf(other), undefined, String(other));
  });
});

describe('a set of keys', () => {
  it('counts each key that came before, also when several passes share the keys', () => {
    const keys = Array.from({ length: 50_000 }, (_, index) => `key-${index}`);
    const more = [...keys, 'key-3', 'key-3', 'key-49999'];
    const single = new KeySet();
    for (const key of more) single.add(key);
    assert.equal(single.duplicates, 3);
    const passes = [0, 1, 2].map((pass) => new KeySet(pass, 3));
    for (const set of passes) for (const key of more) set.add(key);
    assert.equal(
      passes.reduce((sum, set) => sum + set.duplicates, 0),
      3,
    );
  });
});
