import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isLockfile, readLockfile } from '../../../shared/domain/lockfiles/index.ts';

function read(path: string, text: string) {
  const reading = readLockfile(path, text);
  assert.equal(reading.kind, 'read', JSON.stringify(reading));
  if (reading.kind !== 'read') throw new Error('unreachable');
  return {
    packages: reading.packages.map(({ name, version, dev }) => `${name}@${version}${dev ? ' dev' : ''}`),
    unjudgeable: reading.unjudgeable.map(({ name, reason }) => `${name}: ${reason}`),
  };
}

function placeOf(path: string, text: string): string | undefined {
  const reading = readLockfile(path, text);
  return reading.kind === 'unreadable' ? reading.place : undefined;
}

describe('requirements.txt', () => {
  it('is read where it pins, and names what it does not', () => {
    const text = `# tools
--index-url https://example.invalid/simple
Django==4.2.1 ; python_version >= "3.8"
requests[security]==2.31.0 \\
    --hash=sha256:aaaa \\
    --hash=sha256:bbbb   # why
flask>=2.0
celery == 5.3.1
pinned.star==1.*
private @ https://user:secret@example.invalid/p.whl
-e ./local
-r other.txt
env==\${VERSION}
`;
    assert.deepEqual(read('requirements.txt', text), {
      packages: ['Django@4.2.1', 'requests@2.31.0', 'celery@5.3.1'],
      unjudgeable: [
        'flask: not pinned to one version',
        'pinned.star: not pinned to one version',
        'private: installed from an address',
        '(-e): installed from a local path or a repository',
        '(-r): another requirements file is included',
        'env: not pinned to one version',
      ],
    });
    assert.deepEqual(read('requirements-dev.txt', 'pytest==8.0.0\n').packages, ['pytest@8.0.0 dev']);
    assert.equal(placeOf('requirements.txt', 'a==1\n\n!!!\n'), 'line 3');
  });

  it('is not slow over what is meant to be slow', () => {
    assert.equal(placeOf('requirements.txt', `a${' '.repeat(300_000)}%`), 'line 1');
    assert.equal(placeOf('requirements.txt', `a${'-'.repeat(300_000)}!`), 'line 1');
  });
});

describe('TOML lockfiles', () => {
  it('of Cargo are read, the workspace itself left out', () => {
    const text = `# generated
version = 3

[[package]]
name = "own"
version = "0.1.0"
dependencies = [
 "serde",
]

[[package]]
name = "serde"
version = "1.0.1"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "abc"

[[package]]
name = "forked"
version = "0.2.0"
source = "git+https://example.invalid/r#abc"
`;
    assert.deepEqual(read('Cargo.lock', text), {
      packages: ['serde@1.0.1'],
      unjudgeable: ['forked: installed from a git repository'],
    });
  });

  it('of Poetry are read, with the group of each', () => {
    const text = `[[package]]
name = "main-one"
version = "1.0.0"
description = """many
lines with ] and = signs"""
groups = ["main", "dev"]
files = [
    {file = "x.whl", hash = "sha256:a"},
]

[package.dependencies]
other = {version = ">=1", markers = "python_version < \\"3.9\\""}

[[package]]
name = 'dev-one'
version = "2.0.0"
groups = ["dev"]

[[package]]
name = "old-dev"
version = "3.0.0"
category = "dev"

[[package]]
name = "git-one"
version = "4.0.0"
[package.source]
type = "git"
url = "https://example.invalid/r.git"

[metadata]
lock-version = "2.1"
`;
    assert.deepEqual(read('poetry.lock', text), {
      packages: ['main-one@1.0.0', 'dev-one@2.0.0 dev', 'old-dev@3.0.0 dev'],
      unjudgeable: ['git-one: installed from a git repository'],
    });
  });

  it('of uv are read, the project itself left out', () => {
    const text = `version = 1
requires-python = ">=3.12"

[[package]]
name = "own"
version = "0.1.0"
source = { virtual = "." }

[[package]]
name = "idna"
version = "3.7"
source = { registry = "https://pypi.org/simple" }
sdist = { url = "https://example.invalid/idna.tar.gz", size = 1 }

[[package]]
name = "forked"
version = "1.0"
source = { git = "https://example.invalid/r?rev=a#b" }
`;
    assert.deepEqual(read('uv.lock', text), {
      packages: ['idna@3.7'],
      unjudgeable: ['forked: installed from a git repository'],
    });
  });

  const broken: readonly (readonly [string, string])[] = [
    ['[[package]]\nname = "a\n', 'line 2'],
    ['[[package]]\nname = "a"\nname = "b"\n', 'line 3'],
    ['[[package]\n', 'line 1'],
    ['[[package]]\nversion = "1"\n', 'package 1'],
    [`version = ${'['.repeat(10_000)}`, 'line 1'],
    ['a = 1 2\n', 'line 1'],
    ['other = 1\n', 'the whole file'],
    ['package = 1\n[[package]]\n', 'line 2'],
  ];
  for (const [text, place] of broken) {
    it(`that are broken are unreadable, with the place: ${text.slice(0, 40).replaceAll('\n', '|')}`, () => {
      assert.equal(placeOf('uv.lock', text), place);
    });
  }
});

describe('Go', () => {
  it('go.sum is read without the lines of manifests', () => {
    const text =
      'example.invalid/a v1.0.0 h1:abc=\nexample.invalid/a v1.0.0/go.mod h1:def=\nexample.invalid/b v0.0.0-20210101000000-abcdefabcdef/go.mod h1:x=\n';
    assert.deepEqual(read('go.sum', text).packages, ['example.invalid/a@1.0.0']);
    assert.equal(placeOf('go.sum', 'a v1.0.0 h1:x\nnonsense\n'), 'line 2');
  });

  it('go.mod is read with what replaces what', () => {
    const text = `module example.invalid/own

go 1.24

require example.invalid/one v1.2.3
require (
	example.invalid/two v2.0.0+incompatible // indirect
	example.invalid/three v3.0.0
	example.invalid/four v4.0.0
)

replace example.invalid/three => ../three
replace (
	example.invalid/four v4.0.0 => example.invalid/fork v4.0.1
	example.invalid/one v9.9.9 => example.invalid/never v1.0.0
)
`;
    assert.deepEqual(read('go.mod', text), {
      packages: ['example.invalid/one@1.2.3', 'example.invalid/two@2.0.0+incompatible', 'example.invalid/fork@4.0.1'],
      unjudgeable: ['example.invalid/three: installed from a local path'],
    });
    assert.equal(placeOf('go.mod', 'module a\nrequire (\nb v1.0.0\n'), 'the end of the file');
  });
});

describe('Ruby and PHP', () => {
  it('Gemfile.lock is read, platforms cut off', () => {
    const text = `GIT
  remote: https://example.invalid/r.git
  revision: abc
  specs:
    forked (1.0.0)

GEM
  remote: https://rubygems.org/
  specs:
    nokogiri (1.15.0-x86_64-linux)
      racc (~> 1.4)
    rack (2.2.3)

PLATFORMS
  x86_64-linux

DEPENDENCIES
  rack (>= 2)
`;
    assert.deepEqual(read('Gemfile.lock', text), {
      packages: ['nokogiri@1.15.0', 'rack@2.2.3'],
      unjudgeable: ['forked: installed from a git repository'],
    });
    assert.equal(placeOf('Gemfile.lock', 'GEM\n  specs:\n    rack\n'), 'line 3');
  });

  it('composer.lock is read', () => {
    const lock = {
      packages: [
        { name: 'v/a', version: 'v1.0.0' },
        { name: 'v/b', version: 'dev-main' },
      ],
      'packages-dev': [{ name: 'v/c', version: '2.0.0' }],
    };
    assert.deepEqual(read('composer.lock', JSON.stringify(lock)), {
      packages: ['v/a@v1.0.0', 'v/c@2.0.0 dev'],
      unjudgeable: ['v/b: installed from a branch, which moves'],
    });
    assert.equal(placeOf('composer.lock', '{"packages":[{}]}'), 'packages/0');
  });
});

describe('a lockfile', () => {
  it('is known by its name', () => {
    assert.deepEqual(['a/yarn.lock', 'requirements/base.txt', 'uv.lock', 'notes.txt', 'lock'].map(isLockfile), [
      true,
      true,
      true,
      false,
      false,
    ]);
  });
});
