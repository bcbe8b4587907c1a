import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chainSlot, type DayRecord } from '../../shared/domain/day.ts';
import { effectIdOf } from '../../shared/engine/effects.ts';
import { paths } from '../../shared/engine/records.ts';
import { at, Bench, DATE } from './bench.ts';

const slotId = chainSlot('high-noon-sync', DATE).slotId;
const reason = (bench: Bench): string => {
  const slot = bench.slot();
  return slot?.status === 'concluded' ? slot.reason : '';
};

/** Noon whose first action waits at its probe; meanwhile something changes; then its second action wants to begin. */
async function betweenTwoActions(change: (bench: Bench) => void): Promise<Bench> {
  const bench = new Bench();
  await bench.toNoon();
  bench.stage({
    worker: 'n',
    port: 'world',
    verb: 'probe',
    subject: /one/,
    after: 1,
    fault: { kind: 'slow', ms: 10_000 },
  });
  const noon = bench.begin('n', 'high-noon-sync');
  await bench.until('12:00:05');
  change(bench);
  await bench.done(noon);
  return bench;
}

describe('guards of effects', () => {
  it('begins nothing under a lockdown', async () => {
    const bench = await betweenTwoActions((b) =>
      b.put(paths.lockdown, { active: true, epoch: 1, cause: 'operator', reason: 'x' }),
    );
    assert.match(reason(bench), /lockdown is in force/);
    assert.equal(bench.ending(), 'rolled-back');
    assert.ok(!bench.resource.calls.some((call) => call.startsWith('two')));
  });

  it('begins nothing while noon is held', async () => {
    const bench = await betweenTwoActions((b) =>
      b.put(paths.day(DATE), {
        hold: { status: 'active', cause: 'operator', reason: 'x', setBy: 'ana', setAt: at('12:00') },
      }),
    );
    assert.match(reason(bench), /hold is in force/);
  });

  it('begins nothing when T-30 is not go any more', async () => {
    const bench = await betweenTwoActions((b) => {
      const finalCheck = chainSlot('t-30-final-check', DATE).slotId;
      const day = b.day() as DayRecord;
      const summary = day.slots[finalCheck];
      b.put(paths.day(DATE), { slots: { ...day.slots, [finalCheck]: { ...summary, opensGate: false } } });
    });
    assert.match(reason(bench), /t-30-final-check is not go/);
  });

  it('begins nothing while another slot of the chain runs', async () => {
    const bench = await betweenTwoActions((b) => {
      const prep = chainSlot('t-90-prep', DATE).slotId;
      const day = b.day() as DayRecord;
      b.put(paths.day(DATE), { slots: { ...day.slots, [prep]: { ...day.slots[prep], status: 'running' } } });
    });
    assert.match(reason(bench), /is running/);
  });

  it('begins nothing on a ticket that became void', async () => {
    const bench = await betweenTwoActions((b) => {
      const { ticket } = b.day() as DayRecord;
      b.put(paths.day(DATE), { ticket: { ...ticket, status: 'void', voidedAt: at('12:00'), moved: ['world'] } });
    });
    assert.match(reason(bench), /ticket is void/);
  });

  it('begins nothing on a ticket that nobody claimed', async () => {
    const bench = await betweenTwoActions((b) => {
      const { ticket } = b.day() as DayRecord;
      b.put(paths.day(DATE), { ticket: { ...ticket, status: 'open' } });
    });
    assert.match(reason(bench), /not claimed/);
  });

  it('begins nothing on a ticket whose content was changed', async () => {
    const bench = await betweenTwoActions((b) => {
      const { ticket } = b.day() as DayRecord;
      b.put(paths.day(DATE), { ticket: { ...ticket, bindings: { world: 'another' } } });
    });
    assert.match(reason(bench), /its own hash/);
  });

  it('begins nothing after a rollback began', async () => {
    const bench = await betweenTwoActions((b) =>
      b.put(paths.slot(slotId), { rollback: { token: 9, begunAt: at('12:00'), cause: 'x' } }),
    );
    assert.ok(!bench.resource.calls.some((call) => call.startsWith('two')));
  });

  it('begins nothing after the effect deadline, by the time of the store', async () => {
    const bench = new Bench();
    await bench.play('t-90', 't-90-prep');
    await bench.until('11:30');
    await bench.play('t-30', 't-30-final-check');
    await bench.until('12:29');
    bench.change = { limits: { ...bench.engine('x').limits, budgetSeconds: 3000 } };
    const long = bench.check('long', undefined, {
      timeoutSeconds: 3000,
      run: async (context) => {
        await bench.worker('n').sleep(1_300_000);
        return { findings: [], evidence: [{ subject: 'long', request: 'x', observedAt: context.now() }] };
      },
    });
    bench.phases = bench.greenPhases([long, bench.action('sync-one', 'one')]);
    bench.worker('n').skewMs = -3_600_000;
    await bench.play('n', 'high-noon-sync', { publishedAt: at('12:00') });
    assert.match(reason(bench), /effect deadline .* has passed/);
    assert.deepEqual(bench.resource.calls, []);
  });

  it('counts an effect that landed after the deadline as failed, by the time of the store', async () => {
    const bench = new Bench();
    await bench.play('t-90', 't-90-prep');
    await bench.until('11:30');
    await bench.play('t-30', 't-30-final-check');
    await bench.until('12:29:50');
    bench.change = { limits: { ...bench.engine('x').limits, budgetSeconds: 3000, callSeconds: 3000 } };
    const noon = bench.action('sync-one', 'one');
    bench.phases = bench.greenPhases([{ ...noon, timeoutSeconds: 3000 }]);
    bench.worker('n').skewMs = -600_000;
    bench.stage({ worker: 'n', port: 'world', verb: 'change', fault: { kind: 'slow', ms: 1_300_000 } });
    await bench.play('n', 'high-noon-sync', { publishedAt: at('12:00') });
    assert.equal(bench.ending(), 'rolled-back');
    assert.deepEqual(bench.resource.calls, ['one: before -> after', 'one: after -> before']);
  });

  it('looks before it calls: what is there already is not changed again', async () => {
    const bench = new Bench();
    await bench.toNoon();
    bench.stage({
      worker: 'n',
      port: 'documents',
      verb: 'commit',
      subject: /effects\/sync-one/,
      fault: { kind: 'crash-before', ms: 1 },
    });
    void bench.begin('n', 'high-noon-sync');
    await bench.until('12:02');
    assert.deepEqual(bench.resource.calls, ['one: before -> after']);
    await bench.play('m', 'high-noon-sync', { kind: 'sweep', slotDueAt: at('12:00') });
    assert.equal(bench.ending(), 'passed');
    assert.deepEqual(bench.resource.asked, ['n change one', 'm change two']);
  });

  it('leaves alone what is neither as pinned nor as wanted', async () => {
    const bench = new Bench();
    await bench.toNoon();
    bench.resource.values.set('one', 'foreign');
    await bench.play('n', 'high-noon-sync');
    assert.deepEqual(bench.resource.calls, []);
    assert.match(reason(bench), /neither as pinned nor as wanted/);
  });

  it('looks again after an error that says nothing, and does not call again', async () => {
    const bench = new Bench();
    await bench.toNoon();
    // The last of three tries takes effect, and nothing is heard of it.
    for (const kind of ['error', 'error', 'ambiguous'] as const)
      bench.stage({ worker: 'n', port: 'world', verb: 'change', fault: { kind, ms: 1 } });
    await bench.play('n', 'high-noon-sync');
    assert.equal(bench.ending(), 'passed');
    assert.deepEqual(bench.resource.asked, ['n change one', 'n change two']);
  });

  it('tries again what did not happen', async () => {
    const bench = new Bench();
    await bench.toNoon();
    bench.stage({ worker: 'n', port: 'world', verb: 'change', fault: { kind: 'error', ms: 1 } });
    await bench.play('n', 'high-noon-sync');
    assert.equal(bench.ending(), 'passed');
  });

  it('gives up after three tries', async () => {
    const bench = new Bench();
    await bench.toNoon();
    for (let call = 0; call < 3; call++)
      bench.stage({ worker: 'n', port: 'world', verb: 'change', fault: { kind: 'error', ms: 1 } });
    await bench.play('n', 'high-noon-sync');
    assert.equal(bench.ending(), 'rolled-back');
  });

  it('believes no call that reading back does not show', async () => {
    const bench = new Bench();
    bench.phases = bench.greenPhases([bench.action('sync-one', 'one', { unverified: true })]);
    await bench.toNoon();
    await bench.play('n', 'high-noon-sync');
    assert.notEqual(bench.ending(), 'passed');
  });

  it('begins nothing with other arguments under an intent that stands', async () => {
    const bench = new Bench();
    await bench.toNoon();
    bench.stage({ worker: 'n', port: 'world', verb: 'probe', fault: { kind: 'crash-before', ms: 1 } });
    void bench.begin('n', 'high-noon-sync');
    await bench.until('12:02');
    bench.put(paths.effect(slotId, 1, effectIdOf('sync-one', 'one')), { argsDigest: 'sha256:other' });
    await bench.play('m', 'high-noon-sync', { kind: 'sweep', slotDueAt: at('12:00') });
    assert.match(bench.attempt()?.reason ?? '', /other arguments/);
    assert.deepEqual(bench.resource.calls, []);
  });

  it('waits thirty seconds for a call, then looks', async () => {
    const bench = new Bench();
    await bench.toNoon();
    bench.stage({ worker: 'n', port: 'world', verb: 'change', fault: { kind: 'late', ms: 59_000 } });
    const began = bench.simulation.scheduler.now;
    await bench.play('n', 'high-noon-sync');
    assert.equal(bench.ending(), 'passed');
    assert.ok(bench.simulation.scheduler.now - began < 50_000);
  });

  it('lets an operation that outlived its timeout begin nothing', async () => {
    const bench = new Bench();
    const late = bench.action('sync-one', 'one');
    const slow = bench.check('slow-one', undefined, {
      timeoutSeconds: 20,
      kind: 'action',
      failure: 'soft',
      run: async (context) => {
        await bench.worker('n').sleep(40_000);
        return late.run(context as never);
      },
    });
    // The run goes on and still holds its lease when the old operation comes to its effect.
    const next = bench.check('next', undefined, {
      timeoutSeconds: 120,
      run: async (context) => {
        await bench.worker('n').sleep(60_000);
        return { findings: [], evidence: [{ subject: 'next', request: 'x', observedAt: context.now() }] };
      },
    });
    bench.phases = bench.greenPhases([slow, next]);
    await bench.toNoon();
    await bench.play('n', 'high-noon-sync');
    assert.equal(bench.ending(), 'degraded');
    assert.deepEqual(bench.resource.calls, []);
    assert.deepEqual(bench.effects(), []);
  });

  it('writes nothing in a dry-run, whatever an operation tries', async () => {
    const bench = new Bench();
    await bench.toNoon();
    const documents = bench.simulation.store.documents.size;
    await bench.play('n', 'high-noon-sync', { kind: 'manual', dryRun: true });
    assert.equal(bench.simulation.store.documents.size, documents);
    assert.deepEqual(bench.resource.calls, []);
  });

  it('shuts every method that writes outside of a run', async () => {
    const bench = new Bench();
    const sly = bench.check('sly', undefined, {
      needs: ['objects'],
      run: async (context) => {
        await (
          context.ports.objects as unknown as { write(uri: string, body: Uint8Array, o: object): Promise<void> }
        ).write('gs://x/y', new Uint8Array(), {});
        return { findings: [], evidence: [{ subject: 'x', request: 'x', observedAt: context.now() }] };
      },
    });
    bench.phases = { ...bench.phases, 't-90-prep': { ...bench.phases['t-90-prep'], operations: [sly] } as never };
    await bench.play('n', 't-90-prep', { kind: 'manual', dryRun: true });
    assert.equal(bench.simulation.objects.size, 0);
  });
});
