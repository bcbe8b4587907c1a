import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ByteWriter } from '../../shared/snapshots/byte-writer.ts';
import { comparePaths, compareText } from '../../shared/snapshots/compare-names.ts';
import { readNameKey, writeNameKey } from '../../shared/snapshots/name-keys.ts';

const NAMES = [
  'a',
  'a!',
  'a/b/c',
  'a!/b/c',
  'a b',
  'a-b',
  'a/~/c',
  'é',
  '～',
  '😀',
  'Z',
  '\u0000',
  '\u0001',
  '\u0001\u0002',
  '\u0000/x/\u0001\u0001',
  'a\u0000',
  'a\u0001b',
  'x/y/\u0000\u0001/z/q',
];

function keyOf(name: string): Buffer {
  const writer = new ByteWriter();
  writeNameKey(writer, 'root', `root/${name}`);
  return writer.copy();
}

test('keys come back as the names they were made of', () => {
  for (const name of NAMES) {
    const key = keyOf(name);
    assert.equal(readNameKey('root', key, 0, key.length), `root/${name}`);
  }
});

test('keys sort as Firestore sorts paths: segment by segment, by UTF-8 bytes', () => {
  const reference = (a: string, b: string) => {
    const [left, right] = [a.split('/'), b.split('/')];
    for (let i = 0; i < Math.min(left.length, right.length); i++) {
      const order = Buffer.compare(Buffer.from(left[i] as string), Buffer.from(right[i] as string));
      if (order !== 0) return order;
    }
    return Math.sign(left.length - right.length);
  };
  for (const a of NAMES) {
    for (const b of NAMES) {
      assert.equal(Math.sign(comparePaths(a, b)), reference(a, b), `${a} and ${b}`);
      assert.equal(Buffer.compare(keyOf(a), keyOf(b)), reference(a, b), `keys of ${a} and ${b}`);
    }
  }
});

test('texts compare by UTF-8 where UTF-16 would say otherwise', () => {
  assert.ok('～' > '😀', 'JavaScript compares UTF-16');
  assert.ok(compareText('～', '😀') < 0);
});
