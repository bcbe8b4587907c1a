import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chainSlot } from '../../shared/domain/day.ts';
import type { RunningSlot } from '../../shared/domain/run.ts';
import { checkHolding, LeaseLost } from '../../shared/engine/lease.ts';
import { at, Bench, DATE } from './bench.ts';

const running = {
  slotId: chainSlot('high-noon-sync', DATE).slotId,
  status: 'running',
  attempt: 1,
  token: 5,
  lease: { holder: 'a', token: 5, until: at('12:02'), messageId: 'm' },
} as unknown as RunningSlot;
const holding = { slotId: running.slotId, attempt: 1, holder: 'a', token: 5 };

describe('guards of the lease', () => {
  it('holds only what runs in the same attempt', () => {
    assert.equal(checkHolding(running, holding, at('12:01')), running);
    assert.throws(() => checkHolding({ ...running, attempt: 2 }, holding, at('12:01')), LeaseLost);
    assert.throws(() => checkHolding({ ...running, status: 'concluded' } as never, holding, at('12:01')), LeaseLost);
  });

  it('holds only with its own name and token', () => {
    assert.throws(() => checkHolding({ ...running, token: 6 }, holding, at('12:01')), LeaseLost);
    const other = { ...running, lease: { ...running.lease, holder: 'b' } } as RunningSlot;
    assert.throws(() => checkHolding(other, holding, at('12:01')), LeaseLost);
  });

  it('holds no longer than the lease', () => {
    assert.throws(() => checkHolding(running, holding, at('12:02')), LeaseLost);
  });

  it('stops by its own clock before the lease could have ended', async () => {
    const bench = new Bench();
    await bench.toNoon();
    // Sleeps over its lease in the midst of an action; nobody else has come: only its own clock can tell it.
    bench.stage({ worker: 'n', port: 'world', verb: 'probe', fault: { kind: 'freeze-before', ms: 89_000 } });
    await assert.rejects(bench.play('n', 'high-noon-sync'));
    assert.deepEqual(bench.resource.calls, []);
  });

  it('renews the lease of long work', async () => {
    const bench = new Bench();
    await bench.toNoon();
    bench.stage({ worker: 'n', port: 'world', verb: 'probe', fault: { kind: 'slow', ms: 200_000 } });
    const outcome = await bench.play('n', 'high-noon-sync');
    assert.equal(outcome.kind, 'concluded');
    assert.equal(bench.ending(), 'passed');
  });

  it('begins no operation that another stretch has run, when it wakes between two', async () => {
    const bench = new Bench();
    const begun: string[] = [];
    const watched = (name: string) =>
      bench.check(name, undefined, {
        run: async (context) => {
          begun.push(name);
          return { findings: [], evidence: [{ subject: name, request: 'x', observedAt: context.now() }] };
        },
      });
    const prep = bench.greenPhases()['t-90-prep'];
    bench.phases = {
      ...bench.phases,
      't-90-prep': { ...prep, operations: [watched('first'), watched('second')] } as never,
    };
    bench.stage({
      worker: 'a',
      port: 'documents',
      verb: 'commit',
      subject: /operations\/first/,
      fault: { kind: 'freeze-after', ms: 200_000 },
    });
    const stalled = bench.begin('a', 't-90-prep');
    await bench.until('10:32');
    await bench.play('b', 't-90-prep', { kind: 'sweep', slotDueAt: at('10:30') });
    assert.equal(bench.ending('t-90-prep'), 'passed');
    assert.deepEqual(begun, ['first', 'second']);
    await bench.done(stalled);
    assert.deepEqual(begun, ['first', 'second']);
  });
});
