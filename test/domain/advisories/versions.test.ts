import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { orderOf } from '../../../shared/domain/advisories/versions/of-ecosystem.ts';
import { differInNumbers } from '../../../shared/domain/advisories/versions/order.ts';

/** Each list ascends strictly; `=` joins versions of one place. */
const LADDERS: Readonly<Record<string, readonly string[]>> = {
  // https://semver.org/#spec-item-11
  npm: [
    '0.0.0-0',
    '0.0.0',
    '1.0.0-alpha',
    '1.0.0-alpha.1',
    '1.0.0-alpha.beta',
    '1.0.0-beta',
    '1.0.0-beta.2',
    '1.0.0-beta.11',
    '1.0.0-rc.1',
    '1.0.0 = v1.0.0 = 1.0.0+build.5',
    '1.0.1',
    '1.9.0',
    '1.10.0',
    '2.0.0',
    '99999999999999999998.0.0',
    '99999999999999999999.0.0',
  ],
  'crates.io': ['0.9.9', '1.0.0-rc.1', '1.0.0 = 1.0.0+wasi-snapshot'],
  Go: [
    'v0.0.0-20190101000000-aaaaaaaaaaaa = 0.0.0-20190101000000-aaaaaaaaaaaa',
    'v0.0.0-20210101000000-aaaaaaaaaaaa',
    'v0.0.0',
    'v1.2.3-pre',
    'v1.2.3 = 1.2.3',
    'v1.2.4-0.20210101000000-abcdefabcdef',
    'v1.2.4',
    'go1.21rc2 = 1.21.0-rc.2',
    'go1.21 = 1.21.0',
    'go1.21.4',
    'v2.0.0+incompatible',
  ],
  // https://packaging.python.org/specifications/version-specifiers/#summary-of-permitted-suffixes-and-relative-ordering
  PyPI: [
    '0.9',
    '1.dev0 = 1.0.DEV0',
    '1.0a1.dev1',
    '1.0a1 = 1.0-alpha_1 = v1.0.a1',
    '1.0a1.post1',
    '1.0b1.dev1',
    '1.0b1',
    '1.0rc1 = 1.0c1 = 1.0.pre1',
    '1.0 = 1 = 1.0.0',
    '1.0+abc.5',
    '1.0+abc.7',
    '1.0+5',
    '1.0.post1.dev3',
    '1.0.post1 = 1.0-1 = 1.0.rev1',
    '1.1.dev1',
    '1.1',
    '1.10',
    '2013.10',
    '1!0.1',
  ],
  // https://maven.apache.org/pom.html#version-order-specification
  Maven: [
    '1-alpha-1 = 1a1',
    '1-alpha-2',
    '1-beta-1 = 1b1',
    '1-milestone-1 = 1m1',
    '1-rc = 1-cr',
    '1-SNAPSHOT',
    '1 = 1.0 = 1.0.0 = 1-ga = 1.final = 1-RELEASE',
    '1-sp',
    '1-foo = 1.0.0-foo',
    '1-foo2',
    '1-foo10',
    '1-1',
    '1-2',
    '1.1 = 1.01',
    '1.2',
    '1.10',
    '2.0-1',
    '2.0.1',
    '2.0.1-xyz',
    '2.0.1-123',
  ],
  RubyGems: ['0.9', '1.0.a.2 = 1.0.a2', '1.0.b1', '1.0.b1.1', '1.0 = 1 = 1.0.0', '1.0.1.pre', '1.0.1', '1.2', '1.10'],
  NuGet: [
    '0.9.9.1',
    '1.0.0-alpha = 1.0-ALPHA',
    '1.0.0-BETA = 1.0.0-beta',
    '1.0.0-beta.2',
    '1.0.0-beta.11',
    '1.0 = 1.0.0.0 = 1.0.0+meta = 1.0.00',
    '1.0.0.1-a',
    '1.0.0.1',
    '1.0.1',
  ],
  Packagist: [
    '1.0-dev',
    '1.0alpha1 = 1.0.0-a1',
    '1.0-beta.2 = 1.0b2',
    '1.0-RC1',
    '1.0 = v1.0.0 = 1.0.0.0 = 1.0.0+meta = 1.0.0-stable',
    '1.0-patch1 = 1.0p1',
    '1.0.1',
    '1.10',
  ],
  // deb-version(7)
  'Debian:12': [
    '0.9~~',
    '0.9~~a',
    '0.9~',
    '0.9',
    '0.9a',
    '1.0~rc1-1',
    '1.0 = 1.0-0 = 0:1.0-00',
    '1.0-1~deb12u1',
    '1.0-1',
    '1.0-1+b1',
    '1.0-1.1',
    '1.0a-1',
    '1.0+dfsg-1',
    '1.0.1-1',
    '1.10-1',
    '1:0.1-1',
  ],
};

describe('the order of versions', () => {
  for (const [ecosystem, ladder] of Object.entries(LADDERS)) {
    it(`of ${ecosystem} is that of its own tools`, () => {
      const order = orderOf(ecosystem);
      assert.ok(order);
      const steps = ladder.flatMap((step, rank) =>
        step.split(' = ').map((version) => ({ version, rank, key: order.key(version) })),
      );
      for (const a of steps) {
        assert.notEqual(a.key, undefined, a.version);
        for (const b of steps) {
          assert.equal(
            Math.sign(order.compare(a.key, b.key)),
            Math.sign(a.rank - b.rank),
            `${a.version} and ${b.version}`,
          );
        }
      }
    });
  }

  it('is unknown for an ecosystem that nobody taught', () => {
    assert.equal(orderOf('Haiku'), undefined);
    assert.equal(orderOf('__proto__'), undefined);
  });

  it('has no place for what is no version', () => {
    const odd: readonly (readonly [string, string])[] = [
      ['npm', 'latest'],
      ['npm', ''],
      ['PyPI', 'not-a-version'],
      ['Packagist', 'dev-main'],
      ['Packagist', '2.x-dev'],
      ['Debian', 'a b'],
      ['RubyGems', 'x'],
      ['Go', 'master'],
      ['Maven', ' '],
    ];
    for (const [ecosystem, version] of odd)
      assert.equal(orderOf(ecosystem)?.key(version), undefined, `${ecosystem} ${version}`);
  });

  it('never calls versions different by their numbers that are equal in an order', () => {
    for (const [ecosystem, ladder] of Object.entries(LADDERS)) {
      for (const [a = '', ...others] of ladder.map((step) => step.split(' = '))) {
        for (const b of others) assert.equal(differInNumbers(a, b), false, `${ecosystem}: ${a} and ${b}`);
      }
    }
    assert.deepEqual(
      [differInNumbers('1.2.3', '1.3'), differInNumbers('01.2', '1.2'), differInNumbers('2!1.0', '1.0')],
      [true, false, false],
    );
  });

  const part = fc.constantFrom(
    '0',
    '1',
    '10',
    '00',
    'a',
    'rc',
    'alpha',
    'sp',
    'dev',
    'post',
    'x',
    '~',
    '+',
    '-',
    '.',
    ':',
    '99999999999999999999',
  );
  for (const ecosystem of Object.keys(LADDERS)) {
    it(`of ${ecosystem} is total over whatever it accepts`, () => {
      const order = orderOf(ecosystem);
      assert.ok(order);
      const version = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(''));
      fc.assert(
        fc.property(version, version, version, (a, b, c) => {
          const keys = [a, b, c].map((text) => order.key(text)).filter((key) => key !== undefined);
          if (keys.length < 3) return;
          const [x, y, z] = keys;
          assert.equal(Math.sign(order.compare(x, y)) + Math.sign(order.compare(y, x)), 0);
          // Maven's own comparison is not transitive where a dot and a hyphen stand before words: 0.~ < 0-rc < 0 < 0.~
          if (ecosystem !== 'Maven' && order.compare(x, y) <= 0 && order.compare(y, z) <= 0)
            assert.ok(order.compare(x, z) <= 0);
        }),
        { numRuns: 3000, seed: 8 },
      );
    });
  }
});
