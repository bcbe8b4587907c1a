import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { lockMatchesManifest } from '../../../shared/domain/lockfiles/index.ts';

function mismatches(manifest: unknown, lock: unknown) {
  const comparison = lockMatchesManifest(
    JSON.stringify(manifest),
    typeof lock === 'string' ? lock : JSON.stringify(lock),
  );
  assert.equal(comparison.kind, 'compared', JSON.stringify(comparison));
  return comparison.kind === 'compared' ? comparison.mismatches : [];
}

const npm = (root: unknown, versions: Record<string, string>) => ({
  lockfileVersion: 3,
  packages: {
    '': root,
    ...Object.fromEntries(Object.entries(versions).map(([name, version]) => [`node_modules/${name}`, { version }])),
  },
});

describe('a lockfile against its manifest', () => {
  it('has no mismatch when everything agrees', () => {
    const manifest = {
      dependencies: { a: '^1.0.0', alias: 'npm:real@^4.0.0', git: 'github:o/r', tag: 'latest' },
      devDependencies: { '@s/b': '~2.1.0' },
      optionalDependencies: { rare: '^1' },
      peerDependencies: { p: '*' },
    };
    assert.deepEqual(
      mismatches(manifest, npm(manifest, { a: '1.4.0', alias: '4.2.0', git: '9.9.9', tag: '3.0.0', '@s/b': '2.1.7' })),
      [],
    );
  });

  it('names what the lockfile has never heard of, what it asks for otherwise, and what nobody asks for', () => {
    const manifest = { dependencies: { added: '^1.0.0', changed: '^2.0.0' } };
    const lock = npm(
      { dependencies: { changed: '^1.0.0', removed: '^3.0.0' } },
      { changed: '1.0.0', removed: '3.0.0' },
    );
    assert.deepEqual(mismatches(manifest, lock), [
      { kind: 'missing-in-lock', name: 'added', wanted: '^1.0.0' },
      { kind: 'range-differs', name: 'changed', wanted: '^2.0.0', locked: '^1.0.0' },
      { kind: 'missing-in-manifest', name: 'removed', locked: '^3.0.0' },
    ]);
  });

  it('names a locked version outside the range, unless it is forced', () => {
    const manifest = { dependencies: { a: '^2.0.0' } };
    assert.deepEqual(mismatches(manifest, npm(manifest, { a: '1.0.0' })), [
      { kind: 'not-satisfied', name: 'a', wanted: '^2.0.0', locked: '1.0.0' },
    ]);
    assert.deepEqual(mismatches({ ...manifest, overrides: { a: '1.0.0' } }, npm(manifest, { a: '1.0.0' })), []);
    assert.deepEqual(mismatches(manifest, npm(manifest, { a: '2.0.0-rc.1' })).length, 1);
  });

  it('names what is asked for but not locked', () => {
    const manifest = { devDependencies: { a: '^2.0.0' } };
    assert.deepEqual(mismatches(manifest, npm(manifest, {})), [
      { kind: 'missing-in-lock', name: 'a', wanted: '^2.0.0' },
    ]);
  });

  it('works for version 1, which keeps no copy of the ranges', () => {
    const lock = { lockfileVersion: 1, dependencies: { a: { version: '1.0.0' }, real: { version: 'npm:x@3.0.0' } } };
    assert.deepEqual(mismatches({ dependencies: { a: '^1.0.0', b: '^1.0.0', real: 'npm:x@^2.0.0' } }, lock), [
      { kind: 'missing-in-lock', name: 'b', wanted: '^1.0.0' },
      { kind: 'not-satisfied', name: 'real', wanted: 'npm:x@^2.0.0', locked: '3.0.0' },
    ]);
  });

  it('works for pnpm', () => {
    const nine =
      "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      a:\n        specifier: ^1.0.0\n        version: 1.0.0(p@1.0.0)\n      w:\n        specifier: workspace:*\n        version: link:w\n";
    assert.deepEqual(mismatches({ dependencies: { a: '^1.0.0', w: 'workspace:*' } }, nine), []);
    assert.deepEqual(
      mismatches({ dependencies: { a: '^2.0.0', w: 'workspace:*' } }, nine).map(({ kind }) => kind),
      ['range-differs'],
    );
    const five = 'lockfileVersion: 5.4\nspecifiers:\n  a: ^1.0.0\ndependencies:\n  a: 1.0.0_p@1.0.0\n';
    assert.deepEqual(mismatches({ dependencies: { a: '^1.0.0' } }, five), []);
    assert.deepEqual(
      mismatches({}, five).map(({ kind }) => kind),
      ['missing-in-manifest'],
    );
  });

  it('works for Yarn, by the name of the range', () => {
    const one = '# yarn lockfile v1\n\na@^1.0.0, a@^1.1.0:\n  version "1.2.0"\n';
    assert.deepEqual(mismatches({ dependencies: { a: '^1.1.0', l: 'file:./l' } }, one), []);
    assert.deepEqual(mismatches({ dependencies: { a: '^2.0.0' } }, one), [
      { kind: 'missing-in-lock', name: 'a', wanted: '^2.0.0' },
    ]);
    const berry =
      '__metadata:\n  version: 8\n\n"a@npm:^1.0.0, a@npm:^1.1.0":\n  version: 1.2.0\n  resolution: "a@npm:1.2.0"\n';
    assert.deepEqual(mismatches({ dependencies: { a: '^1.1.0', w: 'workspace:^' } }, berry), []);
    assert.deepEqual(mismatches({ dependencies: { a: '^2.0.0' } }, berry), [
      { kind: 'missing-in-lock', name: 'a', wanted: '^2.0.0' },
    ]);
  });

  it('cannot tell when either side is unreadable', () => {
    const lock = JSON.stringify(npm({}, {}));
    assert.equal(lockMatchesManifest('{', lock).kind, 'unreadable');
    assert.equal(lockMatchesManifest('{"dependencies":{"a":7}}', lock).kind, 'unreadable');
    assert.equal(lockMatchesManifest('{"dependencies":[]}', lock).kind, 'unreadable');
    assert.equal(lockMatchesManifest('{}', ' ').kind, 'unreadable');
    assert.equal(lockMatchesManifest('{}', '{"lockfileVersion":3,"packages":{}}').kind, 'unreadable');
    assert.equal(lockMatchesManifest('{}', 'nonsense').kind, 'unreadable');
  });

  it('takes names of prototypes for names', () => {
    const manifest = JSON.parse('{"dependencies":{"__proto__":"^1.0.0","constructor":"^1.0.0"}}');
    assert.deepEqual(
      mismatches(manifest, npm({}, {})).map(({ name }) => name),
      ['__proto__', 'constructor'],
    );
  });
});
