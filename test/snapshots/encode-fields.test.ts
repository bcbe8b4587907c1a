import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RawFields, RawValue } from '../../shared/ports/memory.ts';
import { ByteWriter } from '../../shared/snapshots/byte-writer.ts';
import { decodeFields } from '../../shared/snapshots/decode-fields.ts';
import { encodeFields } from '../../shared/snapshots/encode-fields.ts';
import { SourceError } from '../../shared/snapshots/integrity-error.ts';
import { JsonLineEncoder } from '../../shared/snapshots/json-line.ts';
import { JsonLineWriter } from '../../shared/snapshots/json-text.ts';
import { TORTURE } from './support/torture-values.ts';
import { randomFrom } from './support/world.ts';

const hex = (fields: RawFields) => Buffer.from(encodeFields(fields)).toString('hex');

function bits(value: number): string {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return bytes.toString('hex');
}

function doubleBack(value: number): number {
  const { d } = decodeFields(encodeFields({ d: { doubleValue: value } }));
  return (d as { doubleValue: number }).doubleValue;
}

test('every kind of Firestore value comes back equal', () => {
  for (const [name, value] of Object.entries(TORTURE)) {
    const { value: back } = decodeFields(encodeFields({ value }));
    assert.deepEqual(structuredClone(back), structuredClone(value), name);
  }
});

test('values that look alike have different bytes', () => {
  const seen = new Map<string, string>();
  for (const [name, value] of Object.entries(TORTURE)) {
    const key = hex({ value });
    assert.equal(seen.get(key), undefined, `${name} and ${seen.get(key)}`);
    seen.set(key, name);
  }
});

test('doubles come back with the same bits, decimal or not', () => {
  const random = randomFrom(11);
  const view = new DataView(new ArrayBuffer(8));
  for (let i = 0; i < 20_000; i++) {
    view.setUint32(0, random() * 2 ** 32);
    view.setUint32(4, random() * 2 ** 32);
    const any = view.getFloat64(0);
    const decimal = Math.round((random() - 0.5) * 10 ** Math.floor(random() * 17)) / 10 ** Math.floor(random() * 17);
    for (const value of [any, decimal, -decimal]) {
      assert.equal(bits(doubleBack(value)), bits(Number.isNaN(value) ? Number.NaN : value), String(value));
    }
  }
});

test('fields are ordered by the UTF-8 bytes of their names, whatever order they came in', () => {
  // U+FF5E sorts after U+1F600 in UTF-16 and before it in UTF-8.
  const names = ['a', '~', 'é', '～', '😀', '', 'B'];
  const make = (order: readonly string[]): RawFields =>
    Object.fromEntries(order.map((name) => [name, { stringValue: name }]));
  assert.equal(hex(make(names)), hex(make([...names].reverse())));
  const byBytes = [...names].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  assert.deepEqual(Object.keys(decodeFields(encodeFields(make(names)))), byBytes);
});

test('a field named __proto__ is a field', () => {
  const fields: Record<string, RawValue> = Object.create(null);
  const name = '__proto__';
  fields[name] = { integerValue: '1' };
  assert.deepEqual(Object.keys(decodeFields(encodeFields(fields))), [name]);
});

test('what UTF-8 or 64 bits cannot hold is refused', () => {
  const refused: RawValue[] = [
    { stringValue: 'half \ud800' },
    { integerValue: '9223372036854775808' },
    { integerValue: '1.0' },
    { integerValue: '01' },
    { timestampValue: { seconds: '0', nanos: 1_000_000_000 } },
    {} as RawValue,
  ];
  for (const value of refused) assert.throws(() => encodeFields({ value }), SourceError, JSON.stringify(value));
});

function encodeLine(line: string): { id: string; fields: Buffer } {
  const out = new ByteWriter();
  const bytes = Buffer.from(line);
  const id = new JsonLineEncoder(out).encode(bytes, 0, bytes.length);
  return { id, fields: out.copy() };
}

test('a line of JSON gives the bytes of the same fields', () => {
  const line =
    '{"z":[1,-2,[],{}],"_id":"a/\\u00e9 b","n":null,"t":true,"f":false,"i":9007199254740993,"d":0.05,"e":1e3,"x":10.50,"w":3.0,"m":{"b":"q\\"\\n","a":"é😀"},"neg":-0.5,"zero":0,"mz":-0.0,"big":12345678901234567.5}';
  const { id, fields } = encodeLine(line);
  assert.equal(id, 'a/é b');
  const expected: RawFields = {
    z: {
      arrayValue: {
        values: [
          { integerValue: '1' },
          { integerValue: '-2' },
          { arrayValue: { values: [] } },
          { mapValue: { fields: {} } },
        ],
      },
    },
    n: { nullValue: 'NULL_VALUE' },
    t: { booleanValue: true },
    f: { booleanValue: false },
    i: { integerValue: '9007199254740993' },
    d: { doubleValue: 0.05 },
    e: { doubleValue: 1000 },
    x: { doubleValue: 10.5 },
    w: { doubleValue: 3 },
    m: { mapValue: { fields: { a: { stringValue: 'é😀' }, b: { stringValue: 'q"\n' } } } },
    neg: { doubleValue: -0.5 },
    zero: { integerValue: '0' },
    mz: { doubleValue: -0 },
    big: { doubleValue: Number('12345678901234567.5') },
  };
  assert.equal(fields.toString('hex'), hex(expected));
  const out = new ByteWriter();
  new JsonLineWriter(out).write(id, fields);
  assert.deepEqual(encodeLine(out.view().toString('utf8').trimEnd()), { id, fields }, 'written and read again');
});

test('broken lines are refused', () => {
  const lines = [
    '{"_id":"a"',
    '{"a":1}',
    '{"_id":1}',
    '[1]',
    '{"_id":"a","b":01}',
    '{"_id":"a","b":1.}',
    '{"_id":"a" "b":1}',
    '{"_id":"a","_id":"b"}',
    '{"_id":"a","b":-}',
    '{"_id":"a","b":tru}',
    '{"_id":"a"} x',
  ];
  for (const line of lines) assert.throws(() => encodeLine(line), SourceError, line);
});
