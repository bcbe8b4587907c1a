import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { aliasGroups, isWaivedBy, type OsvRecord } from '../../../shared/domain/advisories/index.ts';

const record = (id: string, aliases: string[] = [], related: string[] = []): OsvRecord => ({
  id,
  modified: 'm',
  aliases,
  related,
});

describe('aliases', () => {
  it('joins records that name each other, over several steps and without the record in between', () => {
    const groups = aliasGroups([
      record('GHSA-1', ['CVE-1']),
      record('GO-9'),
      record('PYSEC-1', ['CVE-2']),
      record('RUSTSEC-1', ['CVE-2', 'CVE-1']),
    ]);
    assert.deepEqual(
      groups.map(({ ids }) => ids),
      [['CVE-1', 'CVE-2', 'GHSA-1', 'PYSEC-1', 'RUSTSEC-1'], ['GO-9']],
    );
    assert.deepEqual(
      groups[0]?.records.map(({ id }) => id),
      ['GHSA-1', 'PYSEC-1', 'RUSTSEC-1'],
    );
  });

  it('names a group by its CVE first, then by its GHSA', () => {
    assert.deepEqual(aliasGroups([record('BIT-1', ['GHSA-1', 'CVE-1'])])[0]?.ids, ['CVE-1', 'GHSA-1', 'BIT-1']);
  });

  it('does not join what is only related', () => {
    assert.equal(aliasGroups([record('A', [], ['B']), record('B')]).length, 2);
  });

  it('waives a group by any of its names, however it is written', () => {
    const [group] = aliasGroups([record('GHSA-1', ['CVE-2026-1'])]);
    assert.ok(group);
    assert.deepEqual(
      ['ghsa-1', ' CVE-2026-1 ', 'CVE-2026-10', ''].map((id) => isWaivedBy(group, id)),
      [true, true, false, false],
    );
  });

  it('groups a chain of many records without running out of stack', () => {
    const chain = Array.from({ length: 50_000 }, (_, index) => record(`R${index}`, [`R${index + 1}`]));
    assert.equal(aliasGroups(chain).length, 1);
  });
});
