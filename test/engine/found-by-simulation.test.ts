import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fails, type Observation } from '../../shared/domain/finding.ts';
import { paths } from '../../shared/engine/records.ts';
import { at, Bench } from '../guards/bench.ts';
import { testPhase } from '../support/engine.ts';

const violated = (): readonly Observation[] => [
  fails({ code: 'violated', subject: 'GR-1', message: 'sold to a minor', remedy: 'stop', severity: 'critical' }),
];

const broken = () => [fails({ code: 'broken', subject: 'world', message: 'broken', remedy: 'mend' })];
const onNoon = { kind: 'sweep', slotDueAt: at('12:00') } as const;

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

  it('writes no effect as applied that its own stretch has put back since', async () => {
    const bench = new Bench();
    const brief = { ...bench.action('sync-one', 'one'), timeoutSeconds: 5 };
    bench.phases = bench.greenPhases([brief]);
    await bench.toNoon();
    const commitOf = (subject: RegExp, after: number, ms: number) =>
      bench.stage({ worker: 'a', port: 'documents', verb: 'commit', subject, after, fault: { kind: 'slow', ms } });
    // Its checkpoint outlasts the operation; the ending comes after it.
    commitOf(/effects/, 0, 20_000);
    commitOf(/Z$/, 3, 60_000);
    await bench.play('a', 'high-noon-sync');
    assert.equal(bench.ending(), 'rolled-back');
    assert.deepEqual(bench.resource.calls, ['one: before -> after', 'one: after -> before']);
    assert.deepEqual(
      bench.effects().map(({ state }) => state),
      ['undone'],
    );
  });

  it('begins no operation that another stretch has run, when it wakes from reading a cursor', async () => {
    const bench = new Bench();
    let runs = 0;
    const long = bench.check('long', undefined, {
      resumable: true,
      run: async (context) => {
        runs += 1;
        return { findings: [], evidence: [{ subject: 'long', request: 'x', observedAt: context.now() }] };
      },
    });
    bench.phases = { ...bench.phases, 't-90-prep': testPhase('t-90-prep', [bench.check('first'), long]) };
    const subject = /operations/;
    bench.stage({ worker: 'a', port: 'documents', verb: 'commit', subject, fault: { kind: 'crash-before', ms: 1 } });
    void bench.begin('a', 't-90-prep');
    await bench.until('10:32');
    const freeze = { kind: 'freeze-before', ms: 200_000 } as const;
    bench.stage({ worker: 'b', port: 'documents', verb: 'get', subject: /cursors/, fault: freeze });
    const asleep = bench.begin('b', 't-90-prep', { kind: 'sweep' });
    await bench.until('10:34');
    await bench.play('c', 't-90-prep', { kind: 'sweep' });
    await bench.done(asleep);
    assert.equal(bench.ending('t-90-prep'), 'passed');
    assert.equal(runs, 1);
  });

  it('concludes no failed noon over an intent that landed after it was judged: the next stretch puts it back', async () => {
    const bench = new Bench();
    const brief = { ...bench.action('sync-one', 'one'), timeoutSeconds: 5 };
    bench.phases = bench.greenPhases([brief]);
    await bench.toNoon();
    const slow = (verb: string, after: number, ms: number) =>
      bench.stage({ worker: 'a', port: 'documents', verb, subject: /Z$/, after, fault: { kind: 'slow', ms } });
    // The intent lands six seconds after it was sent; the ending is written after that.
    slow('commit', 1, 6000);
    slow('commit', 1, 10_000);
    await assert.rejects(bench.play('a', 'high-noon-sync'));
    await bench.play('b', 'high-noon-sync', { kind: 'sweep' });
    assert.equal(bench.ending(), 'rolled-back');
  });

  it('rolls back an action that brings down every process that tries it, while there are stretches left', async () => {
    const bench = new Bench();
    await bench.toNoon();
    for (let stretch = 1; stretch <= 8; stretch++) {
      const worker = `w${stretch}`;
      bench.stage({ worker, port: 'world', verb: 'probe', subject: /two/, fault: { kind: 'crash-before', ms: 1 } });
      void bench.begin(worker, 'high-noon-sync', stretch === 1 ? {} : onNoon);
      await bench.until(`12:${String(stretch * 2).padStart(2, '0')}`);
    }
    await bench.play('last', 'high-noon-sync', onNoon);
    assert.equal(bench.ending(), 'rolled-back');
    assert.deepEqual(bench.resource.calls, ['one: before -> after', 'one: after -> before']);
  });

  it('asks again when putting back was refused once, and gives up when it is refused for good', async () => {
    for (const [times, ending] of [
      [1, 'rolled-back'],
      [3, 'rollback-failed'],
    ] as const) {
      const bench = new Bench();
      bench.phases = bench.greenPhases([bench.action('sync-one', 'one'), bench.check('report', broken)]);
      await bench.toNoon();
      for (let time = 0; time < times; time++)
        bench.stage({ worker: 'a', port: 'world', verb: 'undo', fault: { kind: 'refused', ms: 1 } });
      await bench.play('a', 'high-noon-sync');
      assert.equal(bench.ending(), ending);
    }
  });

  it('raises the fence of earlier effects again when the resource did not answer', async () => {
    const bench = new Bench();
    await bench.toNoon();
    bench.stage({ worker: 'a', port: 'world', verb: 'probe', subject: /two/, fault: { kind: 'crash-before', ms: 1 } });
    void bench.begin('a', 'high-noon-sync');
    await bench.until('12:03');
    bench.stage({ worker: 'b', port: 'world', verb: 'fence', fault: { kind: 'error', ms: 1 } });
    await bench.play('b', 'high-noon-sync', onNoon);
    assert.equal(bench.ending(), 'passed');
  });
});
