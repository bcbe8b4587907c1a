import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chainSlot } from '../../shared/domain/day.ts';
import { fails } from '../../shared/domain/finding.ts';
import type { Lockdown } from '../../shared/domain/lockdown.ts';
import { paths } from '../../shared/engine/records.ts';
import { at, Bench, DATE } from './bench.ts';

const slotId = chainSlot('high-noon-sync', DATE).slotId;
const broken = () => [fails({ code: 'broken', subject: 'world', message: 'broken', remedy: 'mend' })];
const sweep = { kind: 'sweep', slotDueAt: at('12:00') } as const;

/** Noon that fails after both of its actions. */
async function failingNoon(): Promise<Bench> {
  const bench = new Bench();
  bench.phases = bench.greenPhases([
    bench.action('sync-one', 'one'),
    bench.action('sync-two', 'two'),
    bench.check('report', broken),
  ]);
  await bench.toNoon();
  return bench;
}

describe('guards of rollback', () => {
  it('puts back in reverse order', async () => {
    const bench = await failingNoon();
    await bench.play('n', 'high-noon-sync');
    assert.deepEqual(bench.resource.calls.slice(2), ['two: after -> before', 'one: after -> before']);
  });

  it('takes a new token, so that a stalled call of this very stretch is refused', async () => {
    const bench = new Bench();
    bench.phases = bench.greenPhases([bench.action('sync-one', 'one')]);
    await bench.toNoon();
    // The call is under way for five minutes; after thirty seconds noon looks three times, gives up and rolls back.
    for (let call = 0; call < 3; call++)
      bench.stage({ worker: 'n', port: 'world', verb: 'change', fault: { kind: 'late', ms: 300_000 } });
    await bench.play('n', 'high-noon-sync');
    assert.equal(bench.ending(), 'rolled-back');
    await bench.until('12:20');
    assert.deepEqual(bench.resource.calls, []);
  });

  it('begins once, when the commit landed and nothing was heard of it', async () => {
    const bench = await failingNoon();
    // The checkpoint of `report` is the newest write to the run before the rollback begins.
    bench.stage({
      worker: 'n',
      port: 'documents',
      verb: 'commit',
      subject: /^slots\/[^/]+$/,
      after: 3,
      fault: { kind: 'ambiguous', ms: 1 },
    });
    await bench.play('n', 'high-noon-sync');
    assert.equal(bench.ending(), 'rolled-back');
    assert.equal(bench.ledger().filter((line) => line.startsWith('rollback-begun')).length, 1);
  });

  it('goes on where it stopped, and puts nothing back twice', async () => {
    const bench = await failingNoon();
    bench.stage({ worker: 'n', port: 'world', verb: 'undo', subject: /one/, fault: { kind: 'crash-before', ms: 1 } });
    void bench.begin('n', 'high-noon-sync');
    await bench.until('12:03');
    assert.deepEqual(bench.resource.calls.slice(2), ['two: after -> before']);
    // What was put back is somebody else's by now.
    bench.resource.values.set('two', 'foreign');
    await bench.play('m', 'high-noon-sync', sweep);
    assert.equal(bench.ending(), 'rolled-back');
    assert.deepEqual(bench.resource.calls.slice(2), ['two: after -> before', 'one: after -> before']);
  });

  it('raises the fence before it looks, so that a call on its way cannot land behind its back', async () => {
    const bench = new Bench();
    bench.phases = bench.greenPhases([bench.action('sync-one', 'one')]);
    await bench.toNoon();
    bench.stage({ worker: 'n', port: 'world', verb: 'change', fault: { kind: 'crash-late', ms: 200_000 } });
    void bench.begin('n', 'high-noon-sync');
    await bench.until('12:02');
    bench.change = { codeRevision: 'another' };
    await bench.play('m', 'high-noon-sync', sweep);
    assert.equal(bench.ending(), 'rolled-back');
    assert.equal(bench.effects()[0]?.state, 'never-applied');
    await bench.until('12:10');
    assert.deepEqual(bench.resource.calls, []);
  });

  it('leaves alone what neither this run put there nor was there before, and locks down', async () => {
    const bench = await failingNoon();
    bench.stage({ worker: 'n', port: 'world', verb: 'fence', subject: /two/, fault: { kind: 'slow', ms: 10_000 } });
    const noon = bench.begin('n', 'high-noon-sync');
    await bench.until('12:00:06');
    bench.resource.values.set('two', 'foreign');
    await bench.done(noon);
    assert.equal(bench.ending(), 'rollback-failed');
    assert.equal(bench.resource.value('two'), 'foreign');
    assert.equal(bench.get<Lockdown>(paths.lockdown)?.cause, 'rollback-failed');
  });

  it('believes no putting back that reading back does not show', async () => {
    const bench = await failingNoon();
    bench.stage({ worker: 'n', port: 'world', verb: 'undo', fault: { kind: 'error', ms: 1 } });
    await bench.play('n', 'high-noon-sync');
    assert.equal(bench.ending(), 'rolled-back');
    assert.equal(bench.resource.value('one'), 'before');
    assert.equal(bench.resource.value('two'), 'before');
  });

  it('goes on with a rollback under any code', async () => {
    const bench = await failingNoon();
    bench.stage({ worker: 'n', port: 'world', verb: 'undo', fault: { kind: 'crash-before', ms: 1 } });
    void bench.begin('n', 'high-noon-sync');
    await bench.until('12:03');
    bench.change = { codeRevision: 'another' };
    await bench.play('m', 'high-noon-sync', sweep);
    assert.equal(bench.ending(), 'rolled-back');
    assert.equal(bench.resource.value('one'), 'before');
  });

  it('writes no outcome of a putting back for a run that another stretch holds', async () => {
    const bench = await failingNoon();
    bench.stage({
      worker: 'n',
      port: 'documents',
      verb: 'commit',
      subject: /effects\/sync-two/,
      after: 1,
      fault: { kind: 'freeze-before', ms: 300_000 },
    });
    const stalled = bench.begin('n', 'high-noon-sync');
    await bench.until('12:03');
    await bench.play('m', 'high-noon-sync', sweep);
    assert.equal(bench.ending(), 'rolled-back');
    const settled = bench.effects().map(({ settledAt }) => settledAt);
    await bench.done(stalled);
    assert.deepEqual(
      bench.effects().map(({ settledAt }) => settledAt),
      settled,
    );
  });

  it('fences what an earlier stretch promised before it goes on', async () => {
    const bench = new Bench();
    await bench.toNoon();
    bench.stage({
      worker: 'n',
      port: 'world',
      verb: 'change',
      subject: /one/,
      fault: { kind: 'crash-late', ms: 120_000 },
    });
    void bench.begin('n', 'high-noon-sync');
    await bench.until('12:01:45');
    // The next stretch waits at its first look; the dead worker's call comes in then, and must be refused.
    bench.stage({ worker: 'm', port: 'world', verb: 'probe', fault: { kind: 'slow', ms: 25_000 } });
    await bench.play('m', 'high-noon-sync', sweep);
    assert.equal(bench.ending(), 'passed');
    assert.deepEqual(bench.resource.calls, ['one: before -> after', 'two: before -> after']);
    assert.deepEqual(bench.resource.by, ['m', 'm']);
  });

  it('rolls back once an intent stands, and not without one', async () => {
    const bench = new Bench();
    bench.phases = bench.greenPhases([bench.check('verify', broken), bench.action('sync-one', 'one')]);
    await bench.toNoon();
    await bench.play('n', 'high-noon-sync');
    assert.equal(bench.ending(), 'failed');
    assert.equal(bench.attempt()?.rollback ?? null, null);
    assert.equal(bench.get(paths.effect(slotId, 1, 'sync-one')), undefined);
  });
});
