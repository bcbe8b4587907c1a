import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fails, type Observation } from '../../shared/domain/finding.ts';
import { paths } from '../../shared/engine/records.ts';
import { Bench } from '../guards/bench.ts';
import { testPhase } from '../support/engine.ts';

const violated = (): readonly Observation[] => [
  fails({ code: 'violated', subject: 'GR-1', message: 'sold to a minor', remedy: 'stop', severity: 'critical' }),
];

describe('what the simulation found', () => {
  it('changes nothing in a rerun of a noon that was violated: it could only be put back again', async () => {
    const bench = new Bench();
    let bad = true;
    bench.phases = {
      ...bench.phases,
      'high-noon-sync': testPhase('high-noon-sync', [
        bench.action('sync-one', 'one'),
        bench.check('validate-compliance', () => (bad ? violated() : []), { failure: 'compliance' }),
      ]),
    };
    await bench.toNoon();
    await bench.play('a', 'high-noon-sync');
    assert.equal(bench.ending(), 'locked');
    bad = false;
    bench.put(paths.lockdown, { active: false });
    await bench.play('b', 't-30-final-check', { kind: 'manual', rerun: true });
    await bench.play('c', 'high-noon-sync', { kind: 'manual', rerun: true });
    assert.equal(bench.slot()?.attempt, 2);
    assert.equal(bench.ending(), 'violated');
    assert.deepEqual(bench.effects(2), []);
    assert.deepEqual(bench.resource.calls, ['one: before -> after', 'one: after -> before']);
  });
});
