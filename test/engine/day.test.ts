import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DayRecord } from '../../shared/domain/day.ts';
import { fails } from '../../shared/domain/finding.ts';
import type { LedgerEntry, LedgerHead } from '../../shared/domain/ledger.ts';
import { verifyLedger } from '../../shared/domain/ledger.ts';
import { releaseNoon } from '../../shared/engine/acts/hold.ts';
import { type PhaseOutcome, runPhase } from '../../shared/engine/run-phase.ts';
import { sweep } from '../../shared/engine/sweep.ts';
import {
  createTestEngine,
  greenPhases,
  scheduled,
  type TestEngine,
  TestResource,
  testAction,
  testCheck,
  testPhase,
} from '../support/engine.ts';

const DATE = '2026-11-24';
const at = (time: string) => `${DATE}T${time}:00.000Z`;

async function play(
  world: TestEngine,
  phase: Parameters<typeof scheduled>[0],
  time: string,
  change = {},
): Promise<PhaseOutcome> {
  world.clock.advanceTo(at(time));
  return runPhase(world.engine, scheduled(phase, at(time), change));
}

const ending = (outcome: PhaseOutcome): string =>
  outcome.kind === 'concluded' ? outcome.slot.ending : outcome.kind === 'refused' ? outcome.reason : outcome.kind;
const broken = () => [fails({ code: 'broken', subject: 'world', message: 'it is broken', remedy: 'mend it' })];

describe('the daily chain', () => {
  it('goes green through its three phases and changes every target once', async () => {
    const resource = new TestResource();
    const world = createTestEngine(at('10:30'), greenPhases(resource));
    assert.equal(ending(await play(world, 't-90-prep', '10:30')), 'passed');
    assert.equal(ending(await play(world, 't-30-final-check', '11:30')), 'passed');
    assert.equal(ending(await play(world, 'high-noon-sync', '12:00')), 'passed');
    assert.deepEqual(resource.calls, ['one: before -> after', 'two: before -> after']);
    const day = await world.documents.get<DayRecord>(`days/${DATE}`);
    assert.equal(day?.ticket?.status, 'used');
    const entries = (await world.documents.query<LedgerEntry>('ledger')).map(({ data }) => data);
    const head = await world.documents.get<LedgerHead>('controls/head');
    assert.ok(head);
    assert.equal(verifyLedger(entries, head, []).fault, null);
    assert.ok(await world.documents.get('revisions/lastKnownGood'));
  });

  it('counts fifty copies of a message as copies, and a second message for the slot as a surplus start', async () => {
    const resource = new TestResource();
    const world = createTestEngine(at('10:30'), greenPhases(resource));
    await play(world, 't-90-prep', '10:30', { messageId: 'same' });
    for (let copy = 0; copy < 50; copy++)
      assert.equal(ending(await play(world, 't-90-prep', '10:30', { messageId: 'same' })), 'duplicate');
    assert.equal(ending(await play(world, 't-90-prep', '10:31')), 'duplicate');
    assert.deepEqual(await world.documents.get(`counters/refusals@${DATE}`), { 'duplicate-copy': 50, duplicate: 1 });
  });

  it('rolls everything back, newest first, when noon fails after its actions', async () => {
    const resource = new TestResource();
    const phases = greenPhases(resource);
    const noon = testPhase('high-noon-sync', [
      testAction('sync-one', resource, 'one'),
      testAction('sync-two', resource, 'two'),
      testCheck('validate', broken),
    ]);
    const world = createTestEngine(at('10:30'), { ...phases, 'high-noon-sync': noon });
    await play(world, 't-90-prep', '10:30');
    await play(world, 't-30-final-check', '11:30');
    const outcome = await play(world, 'high-noon-sync', '12:00');
    assert.equal(ending(outcome), 'rolled-back');
    assert.deepEqual(resource.calls, [
      'one: before -> after',
      'two: before -> after',
      'two: after -> before',
      'one: after -> before',
    ]);
  });

  it('holds noon when T-30 fails, lets it go when it was rerun and released, and runs it once', async () => {
    const resource = new TestResource();
    let bad = true;
    const phases = greenPhases(resource);
    const finalCheck = testPhase('t-30-final-check', [
      testCheck('report-readiness', () => (bad ? broken() : []), { output: { bindings: { world: 'as-checked' } } }),
    ]);
    const world = createTestEngine(at('10:30'), { ...phases, 't-30-final-check': finalCheck });
    await play(world, 't-90-prep', '10:30');
    assert.equal(ending(await play(world, 't-30-final-check', '11:30')), 'failed');
    assert.equal(ending(await play(world, 'high-noon-sync', '12:00')), 'waiting');
    const early = await releaseNoon(world.engine, { name: 'ana' }, { date: DATE, reason: 'go' });
    assert.equal(early.ok, false);
    bad = false;
    assert.equal(
      ending(await play(world, 't-30-final-check', '12:05', { rerun: true, slotDueAt: at('11:30') })),
      'passed',
    );
    world.clock.advanceTo(at('12:10'));
    const released = await releaseNoon(world.engine, { name: 'ana' }, { date: DATE, reason: 'go' });
    assert.equal(released.ok, true);
    const published = [];
    for (let message = world.publisher.take(); message !== undefined; message = world.publisher.take())
      published.push(message.topic);
    assert.deepEqual(published, ['escalations', 'high-noon-sync']);
    assert.equal(
      ending(await play(world, 'high-noon-sync', '12:10', { kind: 'sweep', slotDueAt: at('12:00') })),
      'passed',
    );
    assert.equal(resource.calls.length, 2);
  });

  it('scrubs the day with zero effects when the hold is never released', async () => {
    const resource = new TestResource();
    const phases = {
      ...greenPhases(resource),
      't-30-final-check': testPhase('t-30-final-check', [testCheck('report-readiness', broken)]),
    };
    const world = createTestEngine(at('00:00'), phases);
    await sweep(world.engine);
    for (const [phase, time] of [
      ['t-90-prep', '10:30'],
      ['t-30-final-check', '11:30'],
      ['high-noon-sync', '12:00'],
    ] as const)
      await play(world, phase, time);
    world.clock.advanceTo(at('12:35'));
    const report = await sweep(world.engine);
    assert.deepEqual(
      report.closed.filter((one) => one.startsWith('high-noon')),
      [`high-noon-sync@${DATE}T12:00Z scrubbed`],
    );
    const day = await world.documents.get<DayRecord>(`days/${DATE}`);
    assert.equal(day?.scrubbed, true);
    assert.deepEqual(resource.calls, []);
    assert.deepEqual(report.tampering, []);
  });

  it('ends a noon message delivered at 13:07 as expired', async () => {
    const resource = new TestResource();
    const world = createTestEngine(at('10:30'), greenPhases(resource));
    await play(world, 't-90-prep', '10:30');
    await play(world, 't-30-final-check', '11:30');
    world.clock.advanceTo(at('13:07'));
    const outcome = await runPhase(world.engine, scheduled('high-noon-sync', at('12:00')));
    assert.equal(ending(outcome), 'expired');
    assert.deepEqual(resource.calls, []);
  });

  it('locks down in the commit that records a violation and refuses the phases that follow', async () => {
    const resource = new TestResource();
    const violation = () => [
      fails({ code: 'violated', subject: 'GR-1', message: 'sold to a minor', remedy: 'stop', severity: 'critical' }),
    ];
    const phases = {
      ...greenPhases(resource),
      't-90-prep': testPhase('t-90-prep', [testCheck('check-compliance', violation, { failure: 'compliance' })]),
    };
    const world = createTestEngine(at('10:30'), phases);
    const first = await play(world, 't-90-prep', '10:30');
    assert.equal(ending(first), 'violated');
    assert.equal(((await world.documents.get('controls/lockdown')) as { active: boolean }).active, true);
    assert.equal(ending(await play(world, 't-30-final-check', '11:30')), 'refused');
    assert.equal(ending(await play(world, 'high-noon-sync', '12:00')), 'refused');
    assert.equal(ending(await play(world, 'snapshot-orchestration', '12:00')), 'passed');
    const escalations = await world.documents.query('escalations');
    assert.equal(escalations.length, 1);
  });
});
