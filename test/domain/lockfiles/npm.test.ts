import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readLockfile } from '../../../shared/domain/lockfiles/index.ts';

function read(lock: unknown, path = 'app/package-lock.json') {
  const reading = readLockfile(path, JSON.stringify(lock));
  assert.equal(reading.kind, 'read');
  return reading.kind === 'read' ? reading : undefined;
}

const names = (lock: unknown) =>
  read(lock)?.packages.map(({ name, version, dev }) => `${name}@${version}${dev ? ' dev' : ''}`);
const reasons = (lock: unknown) => read(lock)?.unjudgeable.map(({ name, reason }) => `${name}: ${reason}`);
const registry = (name: string, version: string) => ({
  version,
  resolved: `https://registry.npmjs.org/${name}/-/${name}-${version}.tgz`,
});

describe('package-lock.json', () => {
  it('of version 1 is read at every depth', () => {
    const lock = {
      lockfileVersion: 1,
      dependencies: {
        a: { ...registry('a', '1.0.0'), dependencies: { b: { ...registry('b', '2.0.0'), dev: true } } },
        '@s/c': { version: '3.0.0', dev: true },
        alias: { version: 'npm:real@4.0.0' },
        git: { version: 'git+ssh://git@example.invalid/o/r.git#abc' },
        tar: { version: 'https://example.invalid/tar.tgz' },
        local: { version: 'file:../local' },
      },
    };
    assert.deepEqual(names(lock), ['a@1.0.0', '@s/c@3.0.0 dev', 'real@4.0.0', 'b@2.0.0 dev']);
    assert.deepEqual(reasons(lock), [
      'git: installed from a git repository',
      'tar: installed from a tarball outside a registry',
      'local: installed from a local path',
    ]);
    assert.equal(read(lock)?.packages[3]?.path, 'node_modules/a/node_modules/b');
  });

  for (const lockfileVersion of [2, 3]) {
    it(`of version ${lockfileVersion} is read from packages alone`, () => {
      const lock = {
        lockfileVersion,
        packages: {
          '': { name: 'root', version: '0.1.0', dependencies: { a: '^1.0.0' } },
          'node_modules/a': registry('a', '1.0.0'),
          'node_modules/a/node_modules/@s/b': { version: '2.0.0', dev: true },
          'node_modules/alias': { name: 'real', ...registry('real', '4.0.0') },
          'node_modules/bundled': { version: '5.0.0', inBundle: true },
          'node_modules/both': { version: '6.0.0', devOptional: true },
          'node_modules/work': { resolved: 'packages/work', link: true },
          'packages/work': { name: 'work', version: '0.0.1' },
          'packages/work/node_modules/deep': { version: '7.0.0' },
          'node_modules/git': { version: '1.0.0', resolved: 'git+ssh://git@github.com/o/r.git#abc' },
          'node_modules/tar': { version: '1.0.0', resolved: 'https://codeload.github.com/o/r/tar.gz/abc' },
          'node_modules/own': { version: '1.0.0', resolved: 'https://npm.pkg.github.com/download/@o/own/1.0.0/abcdef' },
          'node_modules/nothing': {},
        },
        dependencies: { ignored: { version: '9.9.9' } },
      };
      assert.deepEqual(names(lock), [
        'a@1.0.0',
        '@s/b@2.0.0 dev',
        'real@4.0.0',
        'bundled@5.0.0',
        'both@6.0.0',
        'deep@7.0.0',
        'own@1.0.0',
      ]);
      assert.deepEqual(reasons(lock), [
        'git: installed from a git repository',
        'tar: installed from a git repository',
        'nothing: the lockfile gives no version',
      ]);
    });
  }

  it('names a package once, and as production when anything in production needs it', () => {
    const lock = {
      lockfileVersion: 3,
      packages: {
        'node_modules/a': { version: '1.0.0', dev: true },
        'node_modules/b/node_modules/a': { version: '1.0.0' },
      },
    };
    assert.deepEqual(names(lock), ['a@1.0.0']);
  });

  it('takes the names of prototypes for names', () => {
    const text =
      '{"lockfileVersion":3,"packages":{"__proto__":{"version":"6.6.6"},"node_modules/__proto__":{"version":"1.0.0"},"node_modules/constructor":{"version":"2.0.0"}}}';
    const reading = readLockfile('package-lock.json', text);
    assert.deepEqual(reading.kind === 'read' && reading.packages.map(({ name }) => name), ['__proto__', 'constructor']);
    assert.equal(({} as { version?: string }).version, undefined);
  });

  const broken: readonly (readonly [string, string, string])[] = [
    ['', 'the whole file', 'empty'],
    ['{"lockfileVersion":3,', 'character 21', 'not valid JSON'],
    ['[]', 'the whole file', 'a JSON object is expected at the top'],
    ['{"lockfileVersion":4,"packages":{}}', 'lockfileVersion', '4 is not one of 1, 2, 3'],
    ['{"lockfileVersion":3}', 'packages', 'the map of packages is missing'],
    ['{"lockfileVersion":3,"packages":{"node_modules/a":7}}', 'packages/node_modules/a', 'an object is expected'],
    ['{"lockfileVersion":1,"dependencies":[]}', 'dependencies', 'an object is expected'],
    ['{\n<<<<<<< HEAD\n}', 'character 2', 'an unresolved merge conflict'],
  ];
  for (const [text, place, reason] of broken) {
    it(`that is broken (${reason}) is unreadable, with the place`, () => {
      assert.deepEqual(readLockfile('a/package-lock.json', text), {
        kind: 'unreadable',
        path: 'a/package-lock.json',
        place,
        reason,
      });
    });
  }

  it('says nothing of the text around a mistake', () => {
    const reading = readLockfile('package-lock.json', '{"token": "npm_SECRET" oops');
    assert.ok(reading.kind === 'unreadable' && !JSON.stringify(reading).includes('SECRET'));
  });

  it('of hostile depth or size is read or refused, never a crash', () => {
    const deep = `{"lockfileVersion":1,"dependencies":${'{"a":{"version":"1.0.0","dependencies":'.repeat(20_000)}{}${'}}'.repeat(20_000)}}`;
    assert.equal(readLockfile('package-lock.json', deep).kind, 'read');
    assert.equal(readLockfile('package-lock.json', '['.repeat(5_000_000)).kind, 'unreadable');
    assert.equal(readLockfile('package-lock.json', ' '.repeat(33 * 1024 * 1024)).kind, 'unreadable');
    const lines = readLockfile('yarn.lock', `# yarn lockfile v1${'\n'.repeat(2_000_002)}`);
    assert.equal(lines.kind === 'unreadable' && lines.reason, 'more than 2000000 lines');
    const longName = { lockfileVersion: 3, packages: { [`node_modules/${'a'.repeat(1000)}`]: { version: '1.0.0' } } };
    assert.equal(readLockfile('package-lock.json', JSON.stringify(longName)).kind, 'unreadable');
  });

  it('under another name is not guessed at', () => {
    assert.equal(readLockfile('lock.json', '{}').kind, 'unreadable');
    assert.equal(readLockfile('npm-shrinkwrap.json', '{"lockfileVersion":3,"packages":{}}').kind, 'read');
  });
});
