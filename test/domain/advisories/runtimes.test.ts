import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { knownRuntimes, runtimeStatus } from '../../../shared/domain/advisories/index.ts';

describe('runtimes', () => {
  const at = '2026-11-22T12:00:00Z';
  it('tells what Google no longer deploys, what it no longer patches, and what is supported for how long', () => {
    assert.deepEqual(runtimeStatus('nodejs20', at), { status: 'decommissioned', decommissionedOn: '2026-10-30' });
    assert.deepEqual(runtimeStatus('python310', at), {
      status: 'deprecated',
      deprecatedOn: '2026-10-04',
      decommissionedOn: '2027-04-04',
    });
    assert.deepEqual(runtimeStatus('nodejs24', at), { status: 'supported', deprecatedOn: '2028-04-30', daysLeft: 525 });
    assert.equal(runtimeStatus('java17', '2030-01-01').status, 'deprecated');
  });

  it('changes at midnight UTC of the day itself', () => {
    assert.equal(runtimeStatus('nodejs22', '2027-04-29T23:59:59Z').status, 'supported');
    assert.equal(runtimeStatus('nodejs22', '2027-04-30T00:00:00Z').status, 'deprecated');
    assert.equal(runtimeStatus('nodejs22', '2027-10-31T00:00:00Z').status, 'decommissioned');
  });

  it('does not know what is not in the table, nor an instant it cannot read', () => {
    for (const runtime of ['nodejs99', '', 'constructor'])
      assert.deepEqual(runtimeStatus(runtime, at), { status: 'unknown' });
    assert.deepEqual(runtimeStatus('nodejs24', 'yesterday'), { status: 'unknown' });
  });

  it('lets no runtime be decommissioned before it is deprecated', () => {
    for (const runtime of knownRuntimes())
      assert.equal(runtimeStatus(runtime, '2019-01-01').status, 'supported', runtime);
  });
});
