import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readLockfile } from '../../../shared/domain/lockfiles/index.ts';

function read(path: string, text: string) {
  const reading = readLockfile(path, text);
  assert.equal(reading.kind, 'read', JSON.stringify(reading));
  if (reading.kind !== 'read') throw new Error('unreachable');
  return {
    packages: reading.packages.map(({ name, version, dev }) => `${name}@${version}${dev ? ' dev' : ''}`),
    unjudgeable: reading.unjudgeable.map(({ name, reason }) => `${name}: ${reason}`),
  };
}

describe('pnpm-lock.yaml', () => {
  it('of version 5 is read, peers cut off', () => {
    const text = `lockfileVersion: 5.4
specifiers:
  a: ^1.0.0
packages:

  /a/1.0.0:
    resolution: {integrity: sha512-x==}
    dev: false

  /@s/b/2.0.0_react@17.0.2:
    resolution: {integrity: sha512-y==}
    engines: {node: '>=6', npm: ">= 3"}
    peerDependencies:
      react: '*'
    deprecated: >-
      folded text
      over lines: with colons
    dev: true

  registry.example.invalid/c/3.0.0:
    resolution: {integrity: sha512-z==, registry: https://registry.example.invalid/, tarball: https://registry.example.invalid/c/-/c-3.0.0.tgz}
    name: c
    version: 3.0.0
    dev: false

  github.com/o/r/0123abc:
    resolution: {tarball: https://codeload.github.com/o/r/tar.gz/0123abc}
    name: r
    version: 1.0.0
    dev: false

  file:../local:
    resolution: {directory: ../local, type: directory}
    name: local
`;
    assert.deepEqual(read('pnpm-lock.yaml', text), {
      packages: ['a@1.0.0', '@s/b@2.0.0 dev', 'c@3.0.0'],
      unjudgeable: ['r: installed from a git repository', 'local: installed from a local path'],
    });
  });

  it('of version 6 is read, peers in brackets cut off', () => {
    const text =
      "lockfileVersion: '6.0'\n\npackages:\n\n  /a@1.0.0:\n    dev: false\n\n  /@s/b@2.0.0(react@17.0.2)(x@1.0.0):\n    dev: true\n";
    assert.deepEqual(read('x/pnpm-lock.yaml', text).packages, ['a@1.0.0', '@s/b@2.0.0 dev']);
  });

  it('of version 9 counts as dev what production does not reach', () => {
    const text = `lockfileVersion: '9.0'

importers:

  .:
    dependencies:
      a:
        specifier: ^1.0.0
        version: 1.0.0(peer@5.0.0)
      alias:
        specifier: npm:real@^4.0.0
        version: real@4.0.0
      work:
        specifier: workspace:*
        version: link:packages/work
    devDependencies:
      tool:
        specifier: ^2.0.0
        version: 2.0.0

packages:

  a@1.0.0:
    resolution: {integrity: sha512-x==}
    peerDependencies:
      peer: '*'

  deep@3.0.0:
    resolution: {integrity: sha512-x==}

  git@https://codeload.github.com/o/r/tar.gz/abc:
    resolution: {tarball: https://codeload.github.com/o/r/tar.gz/abc}
    version: 1.0.0

  peer@5.0.0:
    resolution: {integrity: sha512-x==}

  real@4.0.0:
    resolution: {integrity: sha512-x==}

  tool@2.0.0:
    resolution: {integrity: sha512-x==}

snapshots:

  a@1.0.0(peer@5.0.0):
    dependencies:
      deep: 3.0.0
      peer: 5.0.0

  deep@3.0.0: {}

  git@https://codeload.github.com/o/r/tar.gz/abc: {}

  peer@5.0.0: {}

  real@4.0.0: {}

  tool@2.0.0:
    dependencies:
      deep: 3.0.0
`;
    assert.deepEqual(read('pnpm-lock.yaml', text), {
      packages: ['a@1.0.0', 'deep@3.0.0', 'peer@5.0.0', 'real@4.0.0', 'tool@2.0.0 dev'],
      unjudgeable: ['git: installed from a git repository'],
    });
  });

  it('with YAML that pnpm does not write is still read, by the general parser', () => {
    const text =
      'lockfileVersion: "9.0"\npackages:\n  a@1.0.0:\n    deprecated: "two\n      lines"\n  ? b@2.0.0\n  : {resolution: {integrity:\n      x}}\n';
    assert.deepEqual(read('pnpm-lock.yaml', text).packages, ['a@1.0.0 dev', 'b@2.0.0 dev']);
  });

  const broken: readonly (readonly [string, string])[] = [
    ['lockfileVersion: 5.4\npackages:\n  /a/1.0.0:\n    dev: false\n  /a/1.0.0:\n    dev: true\n', 'line 5'],
    ['lockfileVersion: 5.4\npackages: &x {}\nmore: *x\n', 'the whole file'],
    ['lockfileVersion: 4\n', 'lockfileVersion'],
    ['lockfileVersion: 9.0\npackages: [a, b]\n', 'packages'],
    ['\tlockfileVersion: 9.0\n', 'line 1'],
    [`lockfileVersion: 9.0\npackages: ${'['.repeat(100_000)}`, 'line 2'],
    [
      `lockfileVersion: 9.0\n${Array.from({ length: 200 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')}`,
      'line 67',
    ],
    ['just text', 'the whole file'],
  ];
  for (const [text, place] of broken) {
    it(`that is broken is unreadable, with the place: ${text.slice(0, 50).replaceAll('\n', '|')}`, () => {
      const reading = readLockfile('pnpm-lock.yaml', text);
      assert.equal(reading.kind, 'unreadable');
      assert.equal(reading.kind === 'unreadable' && reading.place, place);
    });
  }
});

describe('yarn.lock', () => {
  it('of Yarn 1 is read', () => {
    const text = `# yarn lockfile v1


"@s/a@^1.0.0", "@s/a@^1.1.0":
  version "1.2.0"
  resolved "https://registry.yarnpkg.com/@s/a/-/a-1.2.0.tgz#abc"
  dependencies:
    b "^2.0.0"

"alias@npm:real@^4.0.0":
  version "4.0.0"

"b@>= 2.0.0 < 3":
  version "2.0.0"
  resolved "https://registry.yarnpkg.com/b/-/b-2.0.0.tgz#abc"

"git@git+https://example.invalid/o/r.git":
  version "1.0.0"
  resolved "git+https://example.invalid/o/r.git#abc"

"local@file:./local":
  version "0.0.1"
`;
    assert.deepEqual(read('yarn.lock', text), {
      packages: ['@s/a@1.2.0', 'real@4.0.0', 'b@2.0.0'],
      unjudgeable: ['git: installed from a git repository', 'local: installed from a local path'],
    });
  });

  it('of Yarn 1 that is broken is unreadable, with the line', () => {
    for (const [text, place] of [
      ['a@^1:\n  resolved "x"\n', 'line 1'],
      ['nonsense\n', 'line 1'],
      ['# c\n  version "1"\n', 'line 2'],
    ] as const) {
      const reading = readLockfile('yarn.lock', text);
      assert.equal(reading.kind === 'unreadable' && reading.place, place);
    }
  });

  it('of later Yarns is read by resolution', () => {
    const text = `# This file is generated by running "yarn install"

__metadata:
  version: 8
  cacheKey: 10c0

"@s/a@npm:^1.0.0, @s/a@npm:^1.1.0":
  version: 1.2.0
  resolution: "@s/a@npm:1.2.0"
  dependencies:
    b: "npm:^2.0.0"
  checksum: 10c0/abc
  languageName: node
  linkType: hard

"alias@npm:real@^4.0.0":
  version: 4.0.0
  resolution: "real@npm:4.0.0"

"b@patch:b@npm%3A2.0.0#~/fix.patch":
  version: 2.0.0
  resolution: "b@patch:b@npm%3A2.0.0#~/fix.patch::version=2.0.0&hash=abc"

"git@https://github.com/o/r.git#commit=abc":
  version: 1.0.0
  resolution: "git@https://github.com/o/r.git#commit=abc"

"root@workspace:.":
  version: 0.0.0-use.local
  resolution: "root@workspace:."
`;
    assert.deepEqual(read('yarn.lock', text), {
      packages: ['@s/a@1.2.0', 'real@4.0.0', 'b@2.0.0'],
      unjudgeable: ['git: installed from a git repository'],
    });
  });
});
