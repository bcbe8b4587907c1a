import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { RawValue } from '../../shared/ports/memory.ts';
import { ByteWriter } from '../../shared/snapshots/byte-writer.ts';
import { copyText, viewOf } from '../../shared/snapshots/copy-text.ts';
import { encodeFields } from '../../shared/snapshots/encode-fields.ts';
import { JsonLineWriter } from '../../shared/snapshots/json-text.ts';
import { writeDigits } from '../../shared/snapshots/write-digits.ts';

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

function rawOf(value: Json): RawValue {
  if (value === null) return { nullValue: 'NULL_VALUE' };
  if (typeof value === 'boolean') return { booleanValue: value };
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'number')
    return Number.isInteger(value) ? { integerValue: String(value) } : { doubleValue: value };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(rawOf) } };
  return { mapValue: { fields: Object.fromEntries(Object.entries(value).map(([name, each]) => [name, rawOf(each)])) } };
}

function lineOf(value: Json): string {
  const out = new ByteWriter(8);
  new JsonLineWriter(out).write('a "name"', encodeFields({ value: rawOf(value) }));
  return out.copy().toString();
}

/** What `JSON.stringify` makes of the same document. */
const lineWanted = (value: Json): string => `${JSON.stringify({ _id: 'a "name"', value })}\n`;

test('a line is what JSON.stringify makes of the document', () => {
  const deep = Array.from({ length: 100 }).reduce<Json>((inner, _, n) => (n % 2 ? { a: inner, b: 1 } : [inner, 2]), 0);
  const text = 'no more than text '.repeat(3000);
  const values: Json[] = [deep, Array.from({ length: 300 }, (_, n) => n - 150), [[], {}, [[]], { a: {} }], text];
  values.push(`${text}"`, `\\${text}`, { a: true, b: false, c: null, d: [null, true, false] }, 2 ** 52, -(2 ** 53));
  for (const value of values) assert.equal(lineOf(value), lineWanted(value));
  const numbers = fc.oneof(
    fc.maxSafeInteger(),
    fc.integer({ min: -99_999, max: 99_999 }).map((n) => n / 1000),
  );
  const { tree } = fc.letrec<{ tree: Json }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom(null, true, false),
      numbers.map((n) => (Object.is(n, -0) ? 0 : n)),
      fc.string({ unit: 'binary' }),
      fc.array(tie('tree'), { maxLength: 4 }),
      fc.tuple(tie('tree'), tie('tree')).map(([a, b]) => ({ 'a\n': a, b })),
    ),
  }));
  fc.assert(fc.property(tree, (value) => lineOf(value) === lineWanted(value)));
});

test('a text is copied as it is up to the byte that has to be spelt out, wherever that stands', () => {
  for (let length = 0; length <= 13; length++)
    for (let place = 0; place < Math.max(length, 1); place++)
      for (let byte = 0; byte < 256; byte++) {
        const text = Buffer.alloc(length + 2, 0x7f);
        text[place + 1] = byte;
        // Its neighbours are not the text's business.
        if (place < length) text[0] = text[length + 1] = 0x22;
        const target = Buffer.alloc(length + 2);
        const stop = copyText(viewOf(text), 1, length + 1, viewOf(target), 1);
        const isSpelt = length > 0 && (byte < 0x20 || byte === 0x22 || byte === 0x5c);
        assert.equal(stop, isSpelt ? -1 : length + 1, `byte ${byte} at ${place} of ${length}`);
        if (!isSpelt) assert.ok(target.subarray(1, stop).equals(text.subarray(1, length + 1)));
        assert.equal(target[length + 1], 0, 'nothing is written behind the text');
      }
});

test('digits are those of the number, with the point where it belongs', () => {
  const sample = [0, 1, 9, 10, 99, 100, 2 ** 31 - 1, 2 ** 31, 2 ** 31 + 9, 10 ** 15 - 1, 2 ** 52 - 1];
  const target = Buffer.alloc(40);
  for (const digits of sample)
    for (const sign of digits === 0 ? [1] : [1, -1])
      for (let decimals = 0; decimals <= 15; decimals++) {
        const padded = String(digits).padStart(decimals + 1, '0');
        const point = padded.length - decimals;
        const wanted = `${sign < 0 ? '-' : ''}${padded.slice(0, point)}${decimals > 0 ? `.${padded.slice(point)}` : ''}`;
        const end = writeDigits(target, 0, sign < 0 ? digits * 2 - 1 : digits * 2, decimals);
        assert.equal(target.toString('latin1', 0, end), wanted);
      }
});
