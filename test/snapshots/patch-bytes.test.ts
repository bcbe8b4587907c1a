import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyPatch, makePatch } from '../../shared/snapshots/patch-bytes.ts';
import { randomFrom, word } from './support/world.ts';

test('a patch makes the target of the source, whatever both are', () => {
  const random = randomFrom(4);
  for (let i = 0; i < 3000; i++) {
    const source = Buffer.from(word(random, Math.floor(random() * 400)));
    let target = Buffer.from(source);
    for (let edits = Math.floor(random() * 5); edits > 0; edits--) {
      const at = Math.floor(random() * (target.length + 1));
      const cut = Math.floor(random() * 12);
      target = Buffer.concat([
        target.subarray(0, at),
        Buffer.from(word(random, Math.floor(random() * 20))),
        target.subarray(at + cut),
      ]);
    }
    if (i % 10 === 0) target = Buffer.from(word(random, Math.floor(random() * 50)));
    if (i % 11 === 0)
      target = Buffer.concat([source.subarray(source.length >> 1), source.subarray(0, source.length >> 1)]);
    assert.ok(applyPatch(source, makePatch(source, target)).equals(target));
  }
});

test('a small change of a large body is a small patch', () => {
  const random = randomFrom(5);
  const source = Buffer.from(word(random, 100_000));
  const target = Buffer.concat([source.subarray(0, 5000), Buffer.from('changed'), source.subarray(5003)]);
  assert.ok(makePatch(source, target).length < 24);
});

test('a patch of another source is refused, not applied beyond its end', () => {
  const source = Buffer.from('0123456789abcdefghijklmnopqrstuvwxyz');
  const patch = makePatch(source, Buffer.from('0123456789abcdefghijklmnopqrstuvwxyz!'));
  assert.throws(() => applyPatch(source.subarray(0, 10), patch), RangeError);
});
