import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chainSlot, type DayRecord } from '../../shared/domain/day.ts';
import { PortError } from '../../shared/domain/errors.ts';
import { result } from '../../shared/domain/finding.ts';
import type { Operation } from '../../shared/domain/operation.ts';
import type { Action } from '../../shared/domain/permissions.ts';
import { paths } from '../../shared/engine/records.ts';
import { runPhase } from '../../shared/engine/run-phase.ts';
import type { PortMap } from '../../shared/ports/port-map.ts';
import { at, Bench, DATE } from '../guards/bench.ts';
import { createTestEngine, scheduled, TestResource, testAction, testPhase } from '../support/engine.ts';

const prep = chainSlot('t-90-prep', DATE);
const check = chainSlot('t-30-final-check', DATE);
const noon = chainSlot('high-noon-sync', DATE);

const lasting = (bench: Bench, name: string, ms: number) =>
  bench.check(name, undefined, {
    run: async (context) => {
      await bench.worker('a').sleep(ms);
      return result([], [{ subject: 's', request: 'r', observedAt: context.now() }]);
    },
  });

describe('a first stretch', () => {
  it('of T-90 on the first day of all on a real cloud holds noon, once', async () => {
    const genesis = async (change: object, before: (bench: Bench) => void = () => {}) => {
      const bench = new Bench();
      bench.change = change;
      before(bench);
      await bench.play('a', 't-90-prep');
      const day = bench.day() as DayRecord;
      return [day.genesis, day.hold?.cause ?? null, bench.ledger().some((line) => line.startsWith('hold-set'))];
    };
    assert.deepEqual(await genesis({ holdAtGenesis: true }), [true, 'genesis', true]);
    assert.deepEqual(await genesis({ holdAtGenesis: false }), [true, null, false]);
    const known = (bench: Bench) => bench.put(paths.lastKnownGood, { runId: 'x' });
    assert.deepEqual(await genesis({ holdAtGenesis: true }, known), [false, null, false]);
    const released = (bench: Bench) =>
      bench.put(paths.day(DATE), {
        date: DATE,
        slots: {},
        ticket: null,
        scrubbed: false,
        genesis: false,
        degradedServices: [],
        hold: { status: 'released', cause: 'operator' },
      });
    assert.deepEqual(await genesis({ holdAtGenesis: true }, released), [true, 'operator', false]);
    const bench = new Bench();
    await bench.play('a', 't-90-prep');
    await bench.until('11:30');
    await bench.play('b', 't-30-final-check');
    assert.equal(bench.day()?.genesis, true, 'what T-90 saw stays so for the day');
  });

  it('of noon claims the ticket while it works', async () => {
    const bench = new Bench();
    await bench.toNoon();
    bench.stage({ worker: 'n', port: 'world', verb: 'probe', fault: { kind: 'slow', ms: 10_000 } });
    const run = bench.begin('n', 'high-noon-sync');
    await bench.until('12:00:05');
    const ticket = bench.day()?.ticket;
    assert.deepEqual(ticket?.status === 'claimed' && ticket.claimedBy, `${noon.slotId}#1`);
    await bench.done(run);
    const used = bench.day()?.ticket;
    assert.equal(used?.status === 'used' && used.good, true);
  });

  it('that must wait is written down, in the ledger once, since when it first waited', async () => {
    const bench = new Bench('11:30');
    await bench.play('a', 't-30-final-check');
    const first = bench.slot('t-30-final-check') as { waitsFor: string; since: string; closesAt: string };
    assert.deepEqual([first.waitsFor, first.closesAt], ['t-90-prep to conclude', at('11:55')]);
    const { slots } = bench.day() as DayRecord;
    bench.put(paths.day(DATE), {
      slots: { ...slots, [prep.slotId]: { ...prep, status: 'concluded', ending: 'failed', opensGate: false } },
    });
    await bench.until('11:35');
    await bench.play('b', 't-30-final-check');
    const second = bench.slot('t-30-final-check') as { waitsFor: string; since: string };
    assert.equal(second.waitsFor, 't-90-prep to be rerun and pass (it ended failed)');
    assert.equal(second.since, first.since);
    assert.deepEqual(bench.ledger(), [`slot-waiting ${check.slotId}`]);
    assert.equal(bench.day()?.slots[check.slotId]?.reason, `waits for ${second.waitsFor}`);
  });
});

describe('what an effect is allowed', () => {
  const lockDown = (bench: Bench) =>
    bench.put(paths.lockdown, { active: true, epoch: 1, cause: 'operator', reason: 'x', escalationId: null });

  /** How many calls an action makes in a phase that was under way, or may start, when the lockdown was set. */
  async function callsIn(phase: 't-90-prep' | 'snapshot-orchestration', permission?: Action): Promise<number> {
    const bench = new Bench(phase === 't-90-prep' ? '10:30' : '06:00');
    const act = { ...bench.action('act', 'one'), ...(permission === undefined ? {} : { permission }) };
    bench.phases = { ...bench.phases, [phase]: testPhase(phase, [lasting(bench, 'wait', 10_000), act]) };
    const run = bench.begin('a', phase);
    await bench.until(phase === 't-90-prep' ? '10:30:05' : '06:00:05');
    lockDown(bench);
    await bench.done(run);
    return bench.resource.calls.length;
  }

  it('in a lockdown stages and deletes nothing, and makes snapshots', async () => {
    assert.equal(await callsIn('t-90-prep'), 0);
    assert.equal(await callsIn('snapshot-orchestration'), 1);
    assert.equal(await callsIn('snapshot-orchestration', 'snapshot-delete'), 0);
    assert.equal(await callsIn('t-90-prep', 'snapshot-create'), 1);
  });

  it('in a lockdown restores into scratch, as the weekly review does', async () => {
    const resource = new TestResource();
    const weekly = testPhase('weekly-risk-review', [testAction('rehearse', resource, 'one')]);
    const world = createTestEngine('2026-11-29T12:31:00.000Z', { 'weekly-risk-review': weekly });
    const lockdown = { active: true, epoch: 1, cause: 'operator', reason: 'x', escalationId: null };
    await world.documents.transact(async (transaction) => transaction.set(paths.lockdown, lockdown));
    await runPhase(world.engine, scheduled('weekly-risk-review', '2026-11-29T12:00:00.000Z'));
    assert.deepEqual(resource.calls, ['one: before -> after']);
  });

  it('looks three times at what cannot be reached, and calls once what is refused', async () => {
    const probing = async (errors: number) => {
      const bench = new Bench();
      bench.phases = bench.greenPhases([bench.action('sync-one', 'one')]);
      await bench.toNoon();
      for (let n = 0; n < errors; n++)
        bench.stage({ worker: 'n', port: 'world', verb: 'probe', fault: { kind: 'error', ms: 1 } });
      await bench.play('n', 'high-noon-sync');
      return bench.ending();
    };
    assert.deepEqual([await probing(2), await probing(3)], ['passed', 'rolled-back']);
    const bench = new Bench();
    const one = bench.action('sync-one', 'one');
    let called = 0;
    const refused: Operation<PortMap> = {
      ...one,
      run: (context) => {
        const apply: typeof context.effects.apply = (effect) =>
          context.effects.apply({
            ...effect,
            call: async () => {
              called += 1;
              throw new PortError('world', 'permission-denied', 'no');
            },
          });
        return one.run({ ...context, effects: { apply } });
      },
    };
    bench.phases = bench.greenPhases([refused]);
    await bench.toNoon();
    await bench.play('n', 'high-noon-sync');
    assert.deepEqual([called, bench.ending()], [1, 'rolled-back']);
    assert.equal(bench.attempt()?.rollback?.effects[0]?.outcome, 'never-applied');
  });

  it('is called again after an error that may pass or says nothing of whether it landed', async () => {
    for (const code of ['aborted', 'internal', 'unavailable'] as const) {
      const bench = new Bench();
      const one = bench.action('sync-one', 'one');
      let called = 0;
      const failing: Operation<PortMap> = {
        ...one,
        run: (context) => {
          const apply: typeof context.effects.apply = (effect) =>
            context.effects.apply({
              ...effect,
              call: async (grant) => {
                called += 1;
                if (called < 3) throw new PortError('world', code, 'no');
                return effect.call(grant);
              },
            });
          return one.run({ ...context, effects: { apply } });
        },
      };
      bench.phases = bench.greenPhases([failing]);
      await bench.toNoon();
      await bench.play('n', 'high-noon-sync');
      assert.deepEqual([called, bench.ending()], [3, 'passed'], code);
    }
  });

  it('is promised once, however many stretches take it up', async () => {
    const bench = new Bench();
    await bench.toNoon();
    bench.stage({ worker: 'n', port: 'world', verb: 'probe', subject: /two/, fault: { kind: 'crash-before', ms: 1 } });
    void bench.begin('n', 'high-noon-sync');
    await bench.until('12:03');
    bench.stage({ worker: 'm', port: 'world', verb: 'probe', subject: /two/, fault: { kind: 'crash-before', ms: 1 } });
    void bench.begin('m', 'high-noon-sync', { kind: 'sweep', slotDueAt: at('12:00') });
    await bench.until('12:06');
    const running = bench.slot();
    assert.equal(running?.status === 'running' && running.effectIds.length, 2);
    await bench.play('o', 'high-noon-sync', { kind: 'sweep', slotDueAt: at('12:00') });
    assert.deepEqual(
      [
        bench.ending(),
        bench
          .effects()
          .map(({ order }) => order)
          .sort(),
      ],
      ['passed', [0, 1]],
    );
  });

  it('is noted with its order, its token and its receipt', async () => {
    const bench = new Bench();
    await bench.toNoon();
    await bench.play('n', 'high-noon-sync');
    const effects = bench.effects().sort((a, b) => a.order - b.order);
    assert.deepEqual(
      effects.map(({ target, order, state, forward }) => [target, order, state, forward]),
      [
        ['one', 0, 'applied', true],
        ['two', 1, 'applied', true],
      ],
    );
    assert.ok(effects.every(({ receipt, token }) => receipt !== null && token > 0));
  });
});
