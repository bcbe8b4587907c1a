import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';

const patches = globSync('test/patches/*.patch').sort();

describe('the planted faults', () => {
  it('are at least three, and each says in words what it is', () => {
    assert.ok(patches.length >= 3);
    for (const path of patches) assert.match(readFileSync(path, 'utf8'), /^[A-Z][^\n]{40,}/, path);
  });

  for (const path of patches) {
    it(`still fits the code that it breaks: ${path}`, () => {
      const { status, stderr } = spawnSync('git', ['apply', '--check', '-p1', path], { encoding: 'utf8' });
      assert.equal(status, 0, stderr);
    });
  }
});
