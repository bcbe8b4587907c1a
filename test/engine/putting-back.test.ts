import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chainSlot } from '../../shared/domain/day.ts';
import { InvariantError, PortError } from '../../shared/domain/errors.ts';
import type { Escalation } from '../../shared/domain/escalation.ts';
import { fails } from '../../shared/domain/finding.ts';
import type { Operation } from '../../shared/domain/operation.ts';
import type { Checkpoint, RunningSlot } from '../../shared/domain/run.ts';
import { paths } from '../../shared/engine/records.ts';
import type { PortMap } from '../../shared/ports/port-map.ts';
import { at, Bench, DATE } from '../guards/bench.ts';
import { testPhase } from '../support/engine.ts';

const prep = chainSlot('t-90-prep', DATE);
const noon = chainSlot('high-noon-sync', DATE);
const onNoon = { kind: 'sweep', slotDueAt: at('12:00') } as const;
const words = (subject: string) => ({ code: 'broken', subject, message: `${subject} is broken`, remedy: 'mend it' });
const broken = (subject = 'world') => [fails(words(subject))];
const checkpointOf = (bench: Bench, name: string, slotId = prep.slotId) =>
  bench.get<Checkpoint>(paths.operation(slotId, 1, name));
const escalationOf = (bench: Bench, runId: string) => bench.get<Escalation>(paths.escalation(runId)) as Escalation;

/** A T-90 of these operations, played to its end. */
async function playPrep(operations: (bench: Bench) => readonly Operation<PortMap>[]): Promise<Bench> {
  const bench = new Bench();
  bench.phases = { ...bench.phases, 't-90-prep': testPhase('t-90-prep', operations(bench)) };
  await bench.play('a', 't-90-prep');
  return bench;
}

describe('a rollback as it is told', () => {
  it('says of each target whether it was put back or had never taken effect, and tells people which were', async () => {
    const bench = new Bench();
    bench.phases = bench.greenPhases([
      bench.action('sync-one', 'one'),
      bench.action('sync-two', 'two', { unverified: true }),
      bench.action('sync-three', 'three'),
    ]);
    await bench.toNoon();
    // The call on the second target never gets through.
    for (let call = 0; call < 3; call++)
      bench.stage({ worker: 'n', port: 'world', verb: 'change', subject: /two/, fault: { kind: 'error', ms: 1 } });
    await bench.play('n', 'high-noon-sync');
    assert.equal(bench.ending(), 'rolled-back');
    assert.deepEqual(
      bench.attempt()?.rollback?.effects.map(({ target, outcome, detail }) => [target, outcome, detail]),
      [
        ['two', 'never-applied', 'it had never taken effect'],
        ['one', 'undone', 'put back, and read back as pinned'],
      ],
    );
    assert.deepEqual(escalationOf(bench, `${noon.slotId}#1`).rolledBack, ['one']);
    assert.equal(escalationOf(bench, `${noon.slotId}#1`).severity, 'critical');
  });

  it('calls undone what a stretch put back that died before it could say so', async () => {
    const bench = new Bench();
    bench.phases = bench.greenPhases([bench.action('sync-one', 'one'), bench.check('report', () => broken())]);
    await bench.toNoon();
    const fault = { kind: 'crash-before', ms: 1 } as const;
    bench.stage({ worker: 'n', port: 'documents', verb: 'commit', subject: /effects\/sync-one/, after: 1, fault });
    void bench.begin('n', 'high-noon-sync');
    await bench.until('12:03');
    assert.deepEqual([bench.resource.value('one'), bench.effects()[0]?.state], ['before', 'applied']);
    await bench.play('m', 'high-noon-sync', onNoon);
    assert.deepEqual([bench.ending(), bench.effects()[0]?.state], ['rolled-back', 'undone']);
    assert.deepEqual(escalationOf(bench, `${noon.slotId}#1`).rolledBack, ['one']);
  });

  it('fails where the plan has no way to put something back', async () => {
    const bench = new Bench();
    const { undo: _undo, ...action } = bench.action('sync-one', 'one');
    bench.phases = bench.greenPhases([action, bench.check('report', () => broken())]);
    await bench.toNoon();
    await bench.play('n', 'high-noon-sync');
    assert.equal(bench.ending(), 'rollback-failed');
    const [effect] = bench.attempt()?.rollback?.effects ?? [];
    assert.deepEqual([effect?.outcome, effect?.detail], ['failed', 'the plan has no way to undo sync-one']);
  });

  /** A noon that fails after its effect, whose putting back answers so. */
  async function undoing(answer: (tried: number) => void): Promise<{ bench: Bench; tries: () => number }> {
    const bench = new Bench();
    const action = bench.action('sync-one', 'one');
    let tried = 0;
    const undo: NonNullable<typeof action.undo> = (context, effect) => {
      const plan = action.undo?.(context, effect) as NonNullable<ReturnType<NonNullable<typeof action.undo>>>;
      return {
        ...plan,
        call: async (grant) => {
          tried += 1;
          answer(tried);
          return plan.call(grant);
        },
      };
    };
    bench.phases = bench.greenPhases([{ ...action, undo }, bench.check('report', () => broken())]);
    await bench.toNoon();
    return { bench, tries: () => tried };
  }
  const fault = (code: 'permission-denied' | 'unavailable' | 'precondition-failed') => {
    throw new PortError('world', code, `it says ${code}`);
  };

  it('fails at a refusal that stays, and not at one that passes', async () => {
    const stays = await undoing(() => fault('permission-denied'));
    await stays.bench.play('n', 'high-noon-sync');
    assert.deepEqual([stays.bench.ending(), stays.tries()], ['rollback-failed', 3]);
    assert.equal(stays.bench.attempt()?.rollback?.effects[0]?.detail, 'it says permission-denied');
    const passes = await undoing((tried) => (tried < 3 ? fault('permission-denied') : undefined));
    await passes.bench.play('n', 'high-noon-sync');
    assert.equal(passes.bench.ending(), 'rolled-back');
  });

  it('goes on later after trouble that may pass, with the lease given back, and gives up when every slot must end', async () => {
    for (const code of ['unavailable', 'precondition-failed'] as const) {
      const { bench } = await undoing(() => fault(code));
      await assert.rejects(bench.play('n', 'high-noon-sync'), /could not be put back yet: it says/);
      assert.equal((bench.slot() as RunningSlot).lease, null, 'the next delivery need not wait');
      await bench.until('12:54');
      await assert.rejects(bench.play('m', 'high-noon-sync', onNoon), /could not be put back yet/);
      assert.equal(bench.ending(), 'running');
      await bench.until('12:55');
      await bench.play('o', 'high-noon-sync', onNoon);
      assert.equal(bench.ending(), 'rollback-failed');
      assert.equal(bench.attempt()?.rollback?.outcome, 'failed');
      assert.match(bench.attempt()?.rollback?.begunAt ?? '', /T12:00:/);
    }
  });
});

describe('what goes wrong within an operation', () => {
  const breaking = async (error: unknown) => {
    const bench = await playPrep((b) => [
      b.check('look', undefined, {
        run: async () => {
          throw error;
        },
      }),
    ]);
    const finding = checkpointOf(bench, 'look')?.findings[0];
    return [bench.ending('t-90-prep'), finding?.id, finding?.message, finding?.remedy ?? ''] as const;
  };

  it('is a finding that cannot tell, with what to do about it', async () => {
    for (const [code, remedy] of [
      ['permission-denied', /grant the function's service account/],
      ['unauthenticated', /check the credential/],
      ['not-found', /check the name in the configuration/],
      ['unsupported', /the server lacks/],
      ['unavailable', /look at world, then rerun/],
    ] as const) {
      const [ending, id, message, said] = await breaking(new PortError('world', code, 'no'));
      assert.deepEqual([ending, id, message], ['inconclusive', `look/world/${code}`, 'no']);
      assert.match(said, remedy);
    }
    const own = await breaking(new InvariantError('a rule is broken'));
    assert.deepEqual(own.slice(0, 3), [
      'inconclusive',
      'look/look/internal-error',
      'the operation itself broke: a rule is broken',
    ]);
    assert.equal((await breaking('plain'))[2], 'the operation itself broke: plain');
  });

  it('stops actions, and at noon everything; before noon checks go on so that every gap is named', async () => {
    const bench = await playPrep((b) => [
      b.check('first', () => broken()),
      b.action('stage', 'batch'),
      b.check('last'),
    ]);
    assert.deepEqual(
      ['first', 'stage', 'last'].map((name) => checkpointOf(bench, name)?.verdict),
      ['failed', undefined, 'passed'],
    );
    const soft = await playPrep((b) => [
      b.check('first', () => broken(), { failure: 'soft' }),
      b.action('stage', 'batch'),
    ]);
    assert.deepEqual(soft.resource.calls, ['batch: before -> after']);
    const atNoon = new Bench();
    atNoon.phases = atNoon.greenPhases([atNoon.check('first', () => broken()), atNoon.check('last')]);
    await atNoon.toNoon();
    await atNoon.play('n', 'high-noon-sync');
    assert.equal(checkpointOf(atNoon, 'last', noon.slotId), undefined);
  });
});
