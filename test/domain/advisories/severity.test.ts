import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isAtLeast, type OsvRecord, severityOf } from '../../../shared/domain/advisories/index.ts';

const BASE = { id: 'X', modified: '2026-11-01T00:00:00Z' };
const scored = (...vectors: string[]): OsvRecord => ({
  ...BASE,
  severity: vectors.map((score) => ({ type: 'CVSS_V3', score })),
});

describe('severity', () => {
  // Scores of FIRST's and NVD's own calculators.
  const known: readonly (readonly [string, number, string])[] = [
    ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', 9.8, 'critical'],
    ['CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N', 6.1, 'medium'],
    ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H', 10, 'critical'],
    ['CVSS:3.0/AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:N/A:H', 5.9, 'medium'],
    ['CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:N/I:N/A:N', 0, 'none'],
    ['CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N', 9.3, 'critical'],
    ['CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H', 10, 'critical'],
    ['CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N', 6.9, 'medium'],
    ['AV:L/AC:M/Au:N/C:N/I:P/A:C', 5.4, 'medium'],
    ['(AV:N/AC:L/Au:N/C:C/I:C/A:C)', 10, 'high'],
  ];
  for (const [vector, score, rating] of known) {
    it(`of ${vector} is ${score}, ${rating}`, () => {
      assert.deepEqual(severityOf(scored(vector)), { score, rating, vector });
    });
  }

  it('is the worst of several vectors', () => {
    const record = scored(
      'CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N',
      'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N',
    );
    assert.equal(severityOf(record).score, 9.3);
  });

  const broken = [
    'CVSS:3.1/AV:N/AC:L',
    'CVSS:3.1/AV:Z/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
    'CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
    'CVSS:9.0/AV:N',
    'nonsense',
    '',
    '9.8',
    `CVSS:3.1/${'AV:N/'.repeat(10_000)}`,
  ];
  for (const vector of broken) {
    it(`of the broken vector ${vector.slice(0, 30)} is unknown, never 0`, () => {
      assert.deepEqual(severityOf(scored(vector)), { rating: 'unknown' });
    });
  }

  it('falls back to the word of the database', () => {
    const words: readonly (readonly [string, string])[] = [
      ['LOW', 'low'],
      ['MODERATE', 'medium'],
      ['High', 'high'],
      ['CRITICAL', 'critical'],
      ['toString', 'unknown'],
    ];
    for (const [word, rating] of words)
      assert.deepEqual(severityOf({ ...BASE, database_specific: { severity: word } }), { rating });
    assert.deepEqual(severityOf({ ...BASE, severity: [{ type: 'Ubuntu', score: 'negligible' }] }), { rating: 'low' });
  });

  it('takes what is published for the package itself before what is published for the record', () => {
    const own = (name: string, score: string) => ({
      package: { ecosystem: 'npm', name },
      severity: [{ type: 'CVSS_V3', score }],
    });
    const record = {
      ...BASE,
      affected: [
        own('a', 'CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N'),
        own('b', 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H'),
      ],
    };
    assert.equal(severityOf(record, { ecosystem: 'npm', name: 'a', version: '1' }).score, 6.1);
    assert.equal(severityOf(record).score, 9.8);
  });

  it('reaches a threshold or not, and says neither when it is unknown', () => {
    assert.deepEqual(
      [isAtLeast('high', 'high'), isAtLeast('medium', 'high'), isAtLeast('unknown', 'high')],
      [true, false, undefined],
    );
  });
});
