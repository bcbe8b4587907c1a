import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chainSlot, type DayRecord } from '../../shared/domain/day.ts';
import type { Escalation } from '../../shared/domain/escalation.ts';
import { fails, type Observation } from '../../shared/domain/finding.ts';
import type { Lockdown } from '../../shared/domain/lockdown.ts';
import type { OutboxRecord } from '../../shared/domain/outbox.ts';
import { deliver } from '../../shared/engine/outbox.ts';
import { paths } from '../../shared/engine/records.ts';
import { relay } from '../../shared/engine/relay.ts';
import { sweep } from '../../shared/engine/sweep.ts';
import { testPhase } from '../support/engine.ts';
import { at, Bench, DATE } from './bench.ts';

const broken = () => [fails({ code: 'broken', subject: 'world', message: 'broken', remedy: 'mend' })];
const violated = (): readonly Observation[] => [
  fails({ code: 'violated', subject: 'GR-1', message: 'sold to a minor', remedy: 'stop', severity: 'critical' }),
];
const onNoon = { kind: 'sweep', slotDueAt: at('12:00') } as const;

describe('guards of stretches and endings', () => {
  it('runs nothing further under another code, and rolls back what stands', async () => {
    const bench = new Bench();
    await bench.toNoon();
    bench.stage({ worker: 'n', port: 'world', verb: 'probe', subject: /two/, fault: { kind: 'crash-before', ms: 1 } });
    void bench.begin('n', 'high-noon-sync');
    await bench.until('12:03');
    bench.change = { codeRevision: 'another' };
    await bench.play('m', 'high-noon-sync', onNoon);
    assert.equal(bench.ending(), 'rolled-back');
    assert.deepEqual(bench.resource.calls, ['one: before -> after', 'one: after -> before']);
  });

  it('begins no operation once the attempt has had its budget', async () => {
    const bench = new Bench();
    const long = bench.check('long', undefined, {
      timeoutSeconds: 1000,
      run: async (context) => {
        await bench.worker('a').sleep(700_000);
        return { findings: [], evidence: [{ subject: 'long', request: 'x', observedAt: context.now() }] };
      },
    });
    bench.change = { limits: { ...bench.engine('x').limits, budgetSeconds: 2000 } };
    bench.phases = {
      ...bench.phases,
      't-30-final-check': testPhase('t-30-final-check', [long, bench.check('second')]),
    };
    await bench.play('p', 't-90-prep');
    await bench.until('11:30');
    await bench.play('a', 't-30-final-check');
    assert.equal(bench.ending('t-30-final-check'), 'inconclusive');
  });

  it('changes nothing after a blocking verdict', async () => {
    const bench = new Bench();
    bench.phases = {
      ...bench.phases,
      't-90-prep': testPhase('t-90-prep', [bench.check('first', broken), bench.action('stage', 'batch')]),
    };
    await bench.play('a', 't-90-prep');
    assert.deepEqual(bench.resource.calls, []);
    assert.equal(bench.ending('t-90-prep'), 'failed');
  });

  it('stores a checkpoint once, when the commit landed and nothing was heard of it', async () => {
    const bench = new Bench();
    bench.stage({
      worker: 'a',
      port: 'documents',
      verb: 'commit',
      subject: /operations/,
      fault: { kind: 'ambiguous', ms: 1 },
    });
    assert.equal((await bench.play('a', 't-90-prep')).kind, 'concluded');
    assert.equal(bench.ending('t-90-prep'), 'passed');
  });

  it('concludes once, when the commit landed and nothing was heard of it', async () => {
    const bench = new Bench();
    bench.stage({
      worker: 'a',
      port: 'documents',
      verb: 'commit',
      subject: /^slots\/[^/]+$/,
      after: 1,
      fault: { kind: 'ambiguous', ms: 1 },
    });
    assert.equal((await bench.play('a', 't-90-prep')).kind, 'concluded');
    assert.equal(bench.ledger().filter((line) => line.startsWith('attempt-concluded')).length, 1);
  });

  it('concludes only what it still holds', async () => {
    const bench = new Bench();
    bench.stage({
      worker: 'a',
      port: 'documents',
      verb: 'commit',
      subject: /operations/,
      fault: { kind: 'freeze-after', ms: 70_000 },
    });
    const stalled = bench.begin('a', 't-90-prep');
    await bench.until('10:31');
    const slotId = chainSlot('t-90-prep', DATE).slotId;
    bench.put(paths.slot(slotId), {
      token: 99,
      lease: { holder: 'other', token: 99, until: at('11:00'), messageId: 'x' },
    });
    await bench.done(stalled);
    assert.equal(bench.slot('t-90-prep')?.status, 'running');
  });

  it('locks down in the very commit that stores a violation', async () => {
    const bench = new Bench();
    bench.phases = {
      ...bench.phases,
      't-90-prep': testPhase('t-90-prep', [bench.check('check-compliance', violated, { failure: 'compliance' })]),
    };
    bench.stage({
      worker: 'a',
      port: 'documents',
      verb: 'commit',
      subject: /operations/,
      fault: { kind: 'crash-after', ms: 1 },
    });
    void bench.begin('a', 't-90-prep');
    await bench.until('10:31');
    assert.equal(bench.get<Lockdown>(paths.lockdown)?.active, true);
    assert.ok(bench.get(paths.escalation(`${chainSlot('t-90-prep', DATE).slotId}#1`)));
  });

  it('never lowers a violation by running again', async () => {
    const bench = new Bench();
    let bad = true;
    bench.phases = {
      ...bench.phases,
      't-90-prep': testPhase('t-90-prep', [
        bench.check('check-compliance', () => (bad ? violated() : []), { failure: 'compliance' }),
      ]),
    };
    await bench.play('a', 't-90-prep');
    bad = false;
    bench.put(paths.lockdown, { active: false });
    await bench.play('b', 't-90-prep', { kind: 'manual', rerun: true });
    assert.equal(bench.slot('t-90-prep')?.attempt, 2);
    assert.equal(bench.ending('t-90-prep'), 'violated');
  });

  it('issues no ticket and opens no gate under a lockdown', async () => {
    const bench = new Bench();
    let bad = true;
    bench.phases = {
      ...bench.phases,
      't-30-final-check': testPhase('t-30-final-check', [
        bench.check('report-readiness', () => (bad ? broken() : []), { output: { bindings: { world: 'x' } } }),
      ]),
    };
    await bench.play('p', 't-90-prep');
    await bench.until('11:30');
    await bench.play('a', 't-30-final-check');
    bench.put(paths.lockdown, { active: true, epoch: 1, cause: 'operator', reason: 'x', escalationId: null });
    bad = false;
    await bench.play('b', 't-30-final-check', { kind: 'manual', rerun: true });
    assert.equal(bench.ending('t-30-final-check'), 'passed');
    const day = bench.day() as DayRecord;
    assert.equal(day.ticket, null);
    assert.equal(day.slots[chainSlot('t-30-final-check', DATE).slotId]?.opensGate, false);
  });

  it('holds the day when T-30 fails, and not when it is violated', async () => {
    for (const [say, hold] of [
      [broken, 'active'],
      [violated, undefined],
    ] as const) {
      const bench = new Bench();
      const check = bench.check('audit-compliance', say, { failure: say === violated ? 'compliance' : 'hard' });
      bench.phases = { ...bench.phases, 't-30-final-check': testPhase('t-30-final-check', [check]) };
      await bench.play('p', 't-90-prep');
      await bench.until('11:30');
      await bench.play('a', 't-30-final-check');
      assert.equal(bench.day()?.hold?.status, hold);
    }
  });

  it('spends the ticket with noon', async () => {
    const bench = new Bench();
    await bench.toNoon();
    await bench.play('n', 'high-noon-sync');
    assert.equal(bench.day()?.ticket?.status, 'used');
  });

  it('keeps an escalation owed until somebody was told', async () => {
    const bench = new Bench();
    bench.phases = { ...bench.phases, 't-90-prep': testPhase('t-90-prep', [bench.check('first', broken)]) };
    await bench.play('a', 't-90-prep');
    const runId = `${chainSlot('t-90-prep', DATE).slotId}#1`;
    const owed = bench.get<OutboxRecord>(paths.outbox(runId));
    assert.deepEqual(owed?.escalations, [runId]);
    const sent: string[] = [];
    const messenger = {
      send: async ({ id }: Escalation) => {
        sent.push(id);
        return { channels: ['chat'] };
      },
    };
    assert.equal(await bench.done(relay(bench.engine('r'), messenger, runId)), 'told');
    assert.equal(await bench.done(relay(bench.engine('s'), messenger, runId)), 'known');
    assert.deepEqual(sent, [runId]);
    assert.equal(bench.get(paths.outbox(runId)), undefined);
  });

  it('keeps points owed when metrics cannot be written, and drops those that are too old', async () => {
    const bench = new Bench();
    await bench.play('a', 't-90-prep');
    const point = { metric: 'm', labels: {}, value: { kind: 'int64', value: 1 } } as const;
    const record = {
      id: 'x',
      createdAt: at('10:30'),
      points: [{ ...point, at: at('10:30') }],
      escalations: [],
      wakes: [],
      reports: [],
    };
    bench.put(paths.outbox('x'), record);
    const failing = { ...bench.engine('d'), metrics: { write: async () => Promise.reject(new Error('down')) } };
    assert.equal(await bench.done(deliver(failing, record)), false);
    const old = { ...record, points: [{ ...point, at: '2026-11-20T10:30:00.000Z' }] };
    assert.equal(await bench.done(deliver(failing, old)), true);
  });

  it('resumes in a sweep what nobody holds, and leaves a live lease alone', async () => {
    const bench = new Bench('10:25');
    await bench.done(sweep(bench.engine('w0')));
    await bench.until('10:30');
    bench.stage({
      worker: 'a',
      port: 'documents',
      verb: 'commit',
      subject: /operations/,
      fault: { kind: 'crash-before', ms: 1 },
    });
    void bench.begin('a', 't-90-prep');
    await bench.until('10:31');
    const early = await bench.done(sweep(bench.engine('w1')));
    assert.deepEqual(early.resumed, []);
    await bench.until('10:33');
    const report = await bench.done(sweep(bench.engine('w2')));
    assert.deepEqual(report.resumed, [`${chainSlot('t-90-prep', DATE).slotId}#1`]);
  });

  it('tells security of a lockdown that no act explains, and locks', async () => {
    const bench = new Bench();
    await bench.play('a', 't-90-prep');
    await bench.done(sweep(bench.engine('w1')));
    bench.put(paths.day(DATE), {
      hold: { status: 'released', cause: 'operator', reason: 'x', setBy: 'ana', setAt: at('10:00') },
    });
    const report = await bench.done(sweep(bench.engine('w2')));
    assert.equal(report.tampering.length, 1);
    assert.equal(bench.get<Lockdown>(paths.lockdown)?.cause, 'tampering');
  });
});
