import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  canJudge,
  isAffected,
  type OsvAffected,
  type OsvEvent,
  type OsvRecord,
} from '../../../shared/domain/advisories/index.ts';

function recordOf(...affected: OsvAffected[]): OsvRecord {
  return { id: 'X-1', modified: '2026-11-01T00:00:00Z', affected };
}

function ranged(events: readonly OsvEvent[], ecosystem = 'npm', type = 'SEMVER'): OsvRecord {
  return recordOf({ package: { ecosystem, name: 'p' }, ranges: [{ type, events }] });
}

function verdicts(record: OsvRecord, versions: readonly string[], ecosystem = 'npm', name = 'p'): string {
  return versions.map((version) => (isAffected(record, { ecosystem, name, version }) ? 'x' : '.')).join('');
}

describe('whether a version is affected', () => {
  it('follows introduced and fixed, the fix itself not affected', () => {
    const record = ranged([{ introduced: '1.0.0' }, { fixed: '1.0.2' }]);
    assert.equal(verdicts(record, ['0.9.9', '1.0.0', '1.0.1', '1.0.2', '2.0.0']), '.xx..');
  });

  it('counts a prerelease of the fix as affected, and a prerelease of the introduction as not', () => {
    const record = ranged([{ introduced: '1.0.0' }, { fixed: '1.0.2' }]);
    assert.equal(verdicts(record, ['1.0.0-rc.1', '1.0.2-rc.1', '1.0.2+build']), '.x.');
  });

  it('takes introduced 0 for the beginning of everything', () => {
    assert.equal(verdicts(ranged([{ introduced: '0' }, { fixed: '1.0.0' }]), ['0.0.0-alpha', '0.0.0', '1.0.0']), 'xx.');
    assert.equal(verdicts(ranged([{ introduced: '0' }]), ['0.0.0-alpha', '999.0.0']), 'xx');
  });

  it('counts last_affected itself as affected', () => {
    assert.equal(
      verdicts(ranged([{ introduced: '0' }, { last_affected: '1.5.0' }]), ['1.5.0', '1.5.1-rc.1', '1.5.1']),
      'x..',
    );
    assert.equal(
      verdicts(ranged([{ last_affected: '1.5.0' }, { introduced: '1.5.0' }]), ['1.4.0', '1.5.0', '1.6.0']),
      '.x.',
    );
  });

  it('sorts the events, whatever order the record writes them in', () => {
    const record = ranged([
      { fixed: '3.2.5' },
      { introduced: '10.0.0' },
      { fixed: '1.0.2' },
      { introduced: '3.0.0' },
      { introduced: '1.0.0' },
    ]);
    assert.equal(
      verdicts(record, ['0.9.0', '1.0.1', '1.0.2', '2.9.0', '3.2.4', '3.2.5', '9.0.0', '10.0.0']),
      '.x..x..x',
    );
  });

  it('leaves no gap between ranges that touch, and nothing in a range that is empty', () => {
    const touching = [{ introduced: '1.0.0' }, { fixed: '2.0.0' }, { introduced: '2.0.0' }, { fixed: '3.0.0' }];
    assert.equal(verdicts(ranged(touching), ['1.9.9', '2.0.0', '3.0.0']), 'xx.');
    assert.equal(verdicts(ranged([{ introduced: '1.0.0' }, { fixed: '1.0.0' }]), ['1.0.0']), '.');
  });

  it('needs to be below one of several limits', () => {
    assert.equal(verdicts(ranged([{ introduced: '1.0.0' }, { limit: '2.0.0' }]), ['1.9.9', '2.0.0']), 'x.');
    assert.equal(
      verdicts(ranged([{ introduced: '1.0.0' }, { limit: '2.0.0' }, { limit: '4.0.0' }]), ['3.0.0', '4.0.0']),
      'x.',
    );
    assert.equal(verdicts(ranged([{ introduced: '1.0.0' }, { limit: '2.0.0' }, { limit: '*' }]), ['3.0.0']), 'x');
  });

  it('never follows a withdrawn record', () => {
    const record: OsvRecord = { ...ranged([{ introduced: '0' }]), withdrawn: '2026-01-01T00:00:00Z' };
    assert.equal(verdicts(record, ['1.0.0']), '.');
    assert.deepEqual(canJudge(record, { ecosystem: 'npm', name: 'p', version: 'latest' }), { able: true });
  });

  it('matches a listed version beside the ranges', () => {
    const record = recordOf({
      package: { ecosystem: 'npm', name: 'p' },
      ranges: [{ type: 'SEMVER', events: [{ introduced: '5.0.0' }] }],
      versions: ['1.2.3', '2.0.0'],
    });
    assert.equal(verdicts(record, ['1.2.3', 'v1.2.3', '1.2.4', '5.0.1']), 'xx.x');
  });

  it('compares listed versions as the ecosystem does', () => {
    const python = recordOf({ package: { ecosystem: 'PyPI', name: 'p' }, versions: ['1.0'] });
    assert.equal(verdicts(python, ['1.0.0', '1.0+local', '1.0.1'], 'PyPI'), 'x..');
    const nuget = recordOf({ package: { ecosystem: 'NuGet', name: 'p' }, versions: ['1.0.0-Beta'] });
    assert.equal(verdicts(nuget, ['1.0.0.0-beta', '1.0.0'], 'NuGet'), 'x.');
  });

  it('joins the entries of one package by or, and ignores those of others', () => {
    const entry = (name: string, version: string): OsvAffected => ({
      package: { ecosystem: 'npm', name },
      versions: [version],
    });
    const record = recordOf(entry('p', '1.0.0'), entry('q', '2.0.0'), entry('p', '3.0.0'));
    assert.equal(verdicts(record, ['1.0.0', '2.0.0', '3.0.0']), 'x.x');
  });

  it('never matches a version by git commits', () => {
    const record = ranged([{ introduced: '0' }], 'npm', 'GIT');
    assert.equal(verdicts(record, ['1.0.0']), '.');
    assert.equal(canJudge(record, { ecosystem: 'npm', name: 'p', version: '1.0.0' }).able, false);
  });

  it('keeps ecosystems and their releases apart', () => {
    const debian = ranged([{ introduced: '0' }, { fixed: '1.0-1+deb12u1' }], 'Debian:12', 'ECOSYSTEM');
    assert.equal(verdicts(debian, ['1.0-1', '1.0-1+deb12u1'], 'Debian:12'), 'x.');
    assert.equal(verdicts(debian, ['1.0-1'], 'Debian:11'), '.');
    assert.equal(verdicts(debian, ['1.0-1'], 'Debian:1'), '.');
    assert.equal(verdicts(debian, ['1.0-1'], 'Debian'), 'x');
    assert.equal(verdicts(debian, ['1.0-1'], 'Ubuntu:12'), '.');
    assert.equal(verdicts(ranged([{ introduced: '0' }], 'npm'), ['1.0.0'], 'PyPI'), '.');
  });

  it('compares names as the registry does', () => {
    const python = recordOf({ package: { ecosystem: 'PyPI', name: 'zope-interface' }, versions: ['1.0'] });
    assert.equal(verdicts(python, ['1.0'], 'PyPI', 'Zope.Interface'), 'x');
    assert.equal(verdicts(python, ['1.0'], 'PyPI', 'zope__interface'), 'x');
    const npm = recordOf({ package: { ecosystem: 'npm', name: 'JSONStream' }, versions: ['1.0.0'] });
    assert.equal(verdicts(npm, ['1.0.0'], 'npm', 'jsonstream'), '.');
  });

  it('reads Go with and without the v', () => {
    const record = ranged([{ introduced: '0' }, { fixed: '0.0.0-20220906165146-f3363e06e74c' }], 'Go');
    assert.equal(
      verdicts(record, ['v0.0.0-20210226172049-e18ecbb05110', '0.0.0-20220906165146-f3363e06e74c', 'v0.1.0'], 'Go'),
      'x..',
    );
  });

  it('orders ECOSYSTEM ranges by the ecosystem', () => {
    assert.equal(
      verdicts(
        ranged([{ introduced: '0' }, { fixed: '2.0rc1' }], 'PyPI', 'ECOSYSTEM'),
        ['2.0b9', '2.0rc1', '2.0'],
        'PyPI',
      ),
      'x..',
    );
    assert.equal(
      verdicts(
        ranged([{ introduced: '1.0' }, { fixed: '1.0.1' }], 'Maven', 'ECOSYSTEM'),
        ['1.0-SNAPSHOT', '1.0.0', '1.0-sp', '1.0.1'],
        'Maven',
      ),
      '.xx.',
    );
    assert.equal(
      verdicts(
        ranged([{ introduced: '0' }, { fixed: '2.0' }], 'RubyGems', 'ECOSYSTEM'),
        ['2.0.beta', '2.0.0'],
        'RubyGems',
      ),
      'x.',
    );
  });
});

describe('whether a version can be judged', () => {
  const bounded = [{ introduced: '0' }, { fixed: '2.0.0' }];

  it('cannot, where the order of the ecosystem is unknown and no version is listed', () => {
    const record = ranged(bounded, 'Haiku', 'ECOSYSTEM');
    const installed = { ecosystem: 'Haiku', name: 'p', version: '1.0.0' };
    assert.equal(isAffected(record, installed), false);
    const judgement = canJudge(record, installed);
    assert.ok(!judgement.able && judgement.reason.includes('Haiku'));
  });

  it('can, in an unknown ecosystem, by the list of versions, and where every version is affected', () => {
    const listed = recordOf({ package: { ecosystem: 'Haiku', name: 'p' }, versions: ['1.0.0'] });
    assert.equal(verdicts(listed, ['1.0.0', '1.0'], 'Haiku'), 'x.');
    assert.deepEqual(canJudge(listed, { ecosystem: 'Haiku', name: 'p', version: '1.0' }), { able: true });
    assert.equal(verdicts(ranged([{ introduced: '0' }], 'Haiku', 'ECOSYSTEM'), ['anything'], 'Haiku'), 'x');
  });

  it('cannot, where the version or a bound is none', () => {
    assert.equal(canJudge(ranged(bounded), { ecosystem: 'npm', name: 'p', version: 'latest' }).able, false);
    assert.equal(
      canJudge(ranged([{ introduced: '0' }, { fixed: 'soon' }]), { ecosystem: 'npm', name: 'p', version: '1.0.0' })
        .able,
      false,
    );
    assert.equal(
      canJudge(ranged(bounded), { ecosystem: 'npm', name: 'p', version: `1.${'0'.repeat(5000)}.0` }).able,
      false,
    );
  });

  it('can, where the record speaks of another package', () => {
    assert.deepEqual(canJudge(ranged(bounded), { ecosystem: 'npm', name: 'other', version: 'latest' }), { able: true });
  });

  it('never throws over a hostile record', () => {
    const odd: readonly unknown[] = [
      { id: 'X', affected: null },
      { id: 'X', affected: [null, 7, 'a', []] },
      { id: 'X', affected: [{ package: null }] },
      {
        id: 'X',
        affected: [
          {
            package: { ecosystem: 'npm', name: 'p' },
            ranges: [null, { type: 'SEMVER', events: [null, { introduced: 7 }, { introduced: {} }] }],
            versions: [null, {}],
          },
        ],
      },
      { id: 'X', affected: [{ package: { ecosystem: 'npm', name: 'p' }, ranges: 'all', versions: '1.0.0' }] },
      { id: 'X', withdrawn: 7, affected: [{ package: { ecosystem: 7, name: ['p'] } }] },
    ];
    for (const record of odd) {
      assert.equal(isAffected(record as OsvRecord, { ecosystem: 'npm', name: 'p', version: '1.0.0' }), false);
      canJudge(record as OsvRecord, { ecosystem: 'npm', name: 'p', version: '1.0.0' });
    }
  });
});
