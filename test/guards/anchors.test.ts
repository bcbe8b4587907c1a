import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { GUARDS } from './guards.ts';

describe('the list of guards', () => {
  it('names each once, in the text of the file where it stands', () => {
    assert.equal(new Set(GUARDS.map(({ id }) => id)).size, GUARDS.length);
    for (const { id, file, text, without } of GUARDS) {
      assert.equal(readFileSync(file, 'utf8').split(text).length - 1, 1, `${id}: ${file} has its text exactly once`);
      assert.notEqual(text, without, id);
    }
  });

  it('names for each a test that is there', () => {
    for (const { id, test } of GUARDS) {
      const file = `test/guards/${test[0]}.test.ts`;
      assert.ok(existsSync(file), `${id}: ${file}`);
      assert.ok(readFileSync(file, 'utf8').includes(`it('${test[1]}'`), `${id}: '${test[1]}' in ${file}`);
    }
  });

  it('is long enough to hold an engine', () => {
    assert.ok(GUARDS.length >= 30);
  });
});
