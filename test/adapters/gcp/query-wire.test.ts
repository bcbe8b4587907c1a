import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { loadSync, type ServiceDefinition } from '@grpc/proto-loader';
import fc from 'fast-check';
import { QueryDecoder } from '../../../shared/adapters/gcp/query-wire.ts';
import type { RawFields, RawValue } from '../../../shared/ports/memory.ts';
import { encodeFields } from '../../../shared/snapshots/encode-fields.ts';
import { SourceError } from '../../../shared/snapshots/integrity-error.ts';
import { TORTURE } from '../../snapshots/support/torture-values.ts';

const ROOT = 'projects/pröbe/databases/(default)/documents';

/** Google's own encoder, on the protos that its client ships. */
const client = dirname(createRequire(import.meta.url).resolve('@google-cloud/firestore-api/package.json'));
const gax = dirname(createRequire(join(client, 'package.json')).resolve('google-gax'));
const { RunQuery } = loadSync('google/firestore/v1/firestore.proto', {
  includeDirs: [join(client, 'build', 'protos'), join(gax, '..', 'protos')],
})['google.firestore.v1.Firestore'] as ServiceDefinition;
const serialize = (answer: object): Buffer => RunQuery?.responseSerialize(answer) ?? Buffer.alloc(0);
const answerOf = (fields: RawFields, more: object = {}): Buffer =>
  serialize({ document: { name: `${ROOT}/people/zoë`, fields, ...more } });

function fieldsOf(message: Buffer): string {
  const document = new QueryDecoder(ROOT).decode(message);
  assert.ok(document);
  assert.equal(document.path, 'people/zoë');
  return Buffer.from(document.fields).toString('hex');
}

const canonical = (fields: RawFields): string => Buffer.from(encodeFields(fields)).toString('hex');

test('every kind of value comes from the wire in the canonical bytes that its own encoder makes', () => {
  assert.equal(fieldsOf(answerOf(TORTURE)), canonical(TORTURE));
  for (const [name, value] of Object.entries(TORTURE))
    assert.equal(fieldsOf(answerOf({ [name]: value })), canonical({ [name]: value }), name);
  assert.equal(fieldsOf(answerOf({})), canonical({}));
});

test('fields in any order of names have one canonical order, that of UTF-8', () => {
  const names = ['z', '\uFFFD', '\u{1F33F}', 'a', '', 'ab', 'é', '__proto__', '10', '9'];
  const value: RawValue = { mapValue: { fields: {} } };
  const fields = Object.fromEntries(names.map((name) => [name, value]));
  const reversed = Object.fromEntries(names.toReversed().map((name) => [name, value]));
  assert.equal(fieldsOf(answerOf(fields)), canonical(fields));
  assert.equal(fieldsOf(answerOf(reversed)), canonical(fields));
});

test('any tree of values is the same from the wire', () => {
  const number = fc.oneof(
    fc.double(),
    fc.integer({ min: -9999, max: 9999 }).map((n) => n / 100),
  );
  const { tree } = fc.letrec<{ tree: RawValue; map: RawFields }>((tie) => ({
    map: fc.dictionary(fc.string({ unit: 'binary', maxLength: 6 }), tie('tree'), { maxKeys: 40 }),
    tree: fc.oneof(
      { maxDepth: 4 },
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((n) => ({ integerValue: String(n) })),
      fc.maxSafeInteger().map((n) => ({ integerValue: String(n) })),
      number.map((doubleValue) => ({ doubleValue })),
      fc.string({ unit: 'binary', maxLength: 300 }).map((stringValue) => ({ stringValue })),
      fc.uint8Array().map((bytesValue) => ({ bytesValue })),
      fc.array(tie('tree'), { maxLength: 5 }).map((values) => ({ arrayValue: { values } })),
      tie('map').map((fields) => ({ mapValue: { fields } })),
    ),
  }));
  fc.assert(fc.property(tree, (value) => fieldsOf(answerOf({ value })) === canonical({ value })));
});

test('documents stay as they are while others are read, whatever they weigh', () => {
  const decoder = new QueryDecoder(ROOT);
  const texts = Array.from({ length: 60 }, (_, i) => String.fromCharCode(65 + (i % 26)).repeat((i % 7) * 20_000));
  const documents = texts.map((stringValue) => decoder.decode(answerOf({ text: { stringValue } })));
  for (const [index, stringValue] of texts.entries())
    assert.equal(
      Buffer.compare(documents[index]?.fields ?? Buffer.alloc(0), encodeFields({ text: { stringValue } })),
      0,
    );
});

test('an answer tells its times, and one without a document is none', () => {
  const createTime = { seconds: '-1', nanos: 999_999_999 };
  const updateTime = { seconds: '1764000000', nanos: 0 };
  const readTime = { seconds: '1764000060', nanos: 5 };
  const message = serialize({ document: { name: `${ROOT}/a/b`, createTime, updateTime }, readTime, skippedResults: 3 });
  const document = new QueryDecoder(ROOT).decode(message);
  assert.deepEqual({ ...document, fields: 0 }, { path: 'a/b', fields: 0, createTime, updateTime, readTime });
  assert.equal(
    new QueryDecoder(ROOT).decode(serialize({ readTime, done: true, transaction: Buffer.of(1) })),
    undefined,
  );
});

test('what is not known is an error and never left out', () => {
  const empty = answerOf({ a: {} as RawValue });
  assert.throws(() => fieldsOf(empty), new SourceError('people/zoë', 'a value of no known kind: empty'));
  const reference = serialize({
    document: { name: `${ROOT}/people/zoë`, fields: { a: { fieldReferenceValue: 'b' } } },
  });
  assert.throws(() => fieldsOf(reference), /people\/zoë.*a value of no known kind: field 19/);
  const two = answerOf({ a: { stringValue: 'one' } });
  const entry = two.subarray(two.indexOf('\n\x01a'));
  assert.throws(
    () => fieldsOf(Buffer.concat([lengthened(two, entry.length + 2), Buffer.of(18, entry.length), entry])),
    /two fields have one name/,
  );
});

test('a value that has more than is known is an error, wherever in it that stands', () => {
  const part = (field: number, ...bytes: number[]) => [field * 8 + 2, bytes.length, ...bytes];
  const more = [15 * 8, 1];
  const documentOf = (entry: number[]) =>
    Buffer.from(part(1, ...part(1, ...Buffer.from('p/databases/d/documents/people/zoe')), ...part(2, ...entry)));
  const decode = (entry: number[]) => new QueryDecoder('p/databases/d/documents').decode(documentOf(entry));
  const key = part(1, 0x61);
  const map = part(2, ...part(6));
  assert.equal(decode([...key, ...map])?.path, 'people/zoe');
  for (const [what, entry] of [
    ['an entry', [...key, ...map, ...more]],
    ['a map', [...key, ...part(2, ...part(6, ...more))]],
    ['an array', [...key, ...part(2, ...part(9, ...more))]],
    ['a timestamp', [...key, ...part(2, ...part(10, ...more))]],
    ['a geopoint', [...key, ...part(2, ...part(8, ...more))]],
  ] as const)
    assert.throws(() => decode([...entry]), new SourceError('people/zoe', `${what} has more than is known: field 15`));
});

/** The message of one document, told to hold so many bytes more. */
function lengthened(message: Buffer, more: number): Buffer {
  const copy = Buffer.from(message);
  assert.ok((copy[1] as number) + more < 0x80, 'one byte holds the length');
  copy[1] = (copy[1] as number) + more;
  return copy;
}

test('a message that ends in the middle is an error wherever it ends', () => {
  const message = answerOf(TORTURE);
  const head = message.length - 200;
  for (let end = head; end < message.length; end++)
    assert.throws(() => fieldsOf(message.subarray(0, end)), RangeError, `cut at ${end} of ${message.length}`);
});
