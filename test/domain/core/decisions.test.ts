import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decide, decideFromSlot } from '../../../shared/domain/admission.ts';
import { type DayRecord, emptyDay } from '../../../shared/domain/day.ts';
import type { Ending } from '../../../shared/domain/ending.ts';
import { joinsUpstream, needsEscalation, nextStepFor, routesFor } from '../../../shared/domain/escalation.ts';
import { fails, result } from '../../../shared/domain/finding.ts';
import { gateFor, unstartedEnding } from '../../../shared/domain/gate.ts';
import { lock, NO_LOCKDOWN } from '../../../shared/domain/lockdown.ts';
import { addToDistribution, EMPTY_DISTRIBUTION, mergeNewest } from '../../../shared/domain/points.ts';
import type { SlotRecord } from '../../../shared/domain/run.ts';
import { newestSlot, nextHighNoon, slotFor } from '../../../shared/domain/slot.ts';
import type { Trigger } from '../../../shared/domain/trigger.ts';
import { at, DATE, finalCheck, noon, prep, trigger } from './support.ts';

const concluded = (slot: typeof prep, ending: Ending, attempt = 1): SlotRecord =>
  ({ ...slot, date: DATE, status: 'concluded', attempt, ending, verdict: null }) as unknown as SlotRecord;
const summary = (slot: typeof prep, change: object) => ({
  [slot.slotId]: { ...slot, status: 'concluded', attempt: 1, ending: 'passed', opensGate: true, ...change },
});
const bad = (ending: Ending, reason = '') => ({ ending, reason, opensGate: false });
const dayOf = (slots: object = {}, change: object = {}): DayRecord =>
  ({ ...emptyDay(DATE), slots, ...change }) as unknown as DayRecord;
const state = (day: DayRecord, time: string) => ({ day, lockdown: NO_LOCKDOWN, at: at(time) });
const locked = lock(
  NO_LOCKDOWN,
  { cause: 'operator', reason: 'a look', slotId: null, findingIds: [], escalationId: 'x', setBy: 'sam' } as never,
  at('09:00'),
);

describe('the decision about a message', () => {
  it('for a slot that ended: a duplicate while it names the slot, not due between slots, a rehearsal when a person asks', () => {
    const ended = concluded(prep, 'passed');
    const say = (change: Partial<Trigger>) => {
      const answer = decideFromSlot(trigger(change), ended, at('13:00'));
      return answer?.kind === 'refuse' ? answer.reason : answer?.kind;
    };
    assert.equal(say({}), 'duplicate');
    assert.equal(say({ publishedAt: at('13:00') }), 'not-due');
    assert.equal(say({ publishedAt: at('13:00'), kind: 'manual' }), 'rehearse');
    assert.equal(say({ publishedAt: at('13:00'), kind: 'manual', slotDueAt: prep.dueAt }), 'duplicate');
    assert.equal(say({ kind: 'continuation', runId: `${prep.slotId}#1` }), 'stale-continuation');
    assert.equal(say({ rerun: true }), undefined);
  });

  it('that came between slots of a day without any: not due by schedule, a rehearsal by a person, expired if the day has slots', () => {
    const late = { publishedAt: at('13:00') };
    const say = (change: Partial<Trigger>, day = dayOf()) => {
      const answer = decide(trigger({ ...late, ...change }), prep, undefined, state(day, '13:00'));
      return answer.kind === 'refuse' ? answer.reason : answer.kind === 'conclude' ? answer.ending : answer.kind;
    };
    assert.equal(say({}), 'not-due');
    assert.equal(say({ kind: 'manual' }), 'rehearse');
    assert.equal(say({ slotDueAt: prep.dueAt }), 'expired');
    assert.equal(say({ publishedAt: at('10:40') }), 'expired');
    assert.equal(say({}, dayOf(summary(noon, { ending: 'missed' }))), 'expired');
    assert.equal(say({ kind: 'sweep' }), 'missed');
  });

  it('starts the first attempt as a first one and a rerun as a rerun', () => {
    assert.deepEqual(decide(trigger(), prep, undefined, state(dayOf(), '10:30')), {
      kind: 'start',
      attempt: 1,
      rerun: false,
    });
    const again = decide(trigger({ rerun: true }), prep, concluded(prep, 'failed', 2), state(dayOf(), '11:00'));
    assert.deepEqual(again, { kind: 'start', attempt: 3, rerun: true });
    const unknown = decide(trigger({ rerun: true }), prep, undefined, state(dayOf(), '11:00'));
    assert.equal(unknown.kind === 'refuse' && unknown.reason, 'not-rerunnable');
  });

  it('about a rerun of a go T-30 asks whether its ticket is spent without a good noon', () => {
    const say = (ticket: object | null) => {
      const day = dayOf(summary(prep, {}), { ticket });
      const again = trigger({ phase: 't-30-final-check', rerun: true, publishedAt: at('12:10') });
      const answer = decide(again, finalCheck, concluded(finalCheck, 'passed'), state(day, '12:10'));
      return answer.kind === 'refuse' ? answer.reason : answer.kind;
    };
    assert.equal(say(null), 'not-rerunnable');
    assert.equal(say({ status: 'open' }), 'not-rerunnable');
    assert.equal(say({ status: 'claimed' }), 'not-rerunnable');
    assert.equal(say({ status: 'void' }), 'start');
    assert.equal(say({ status: 'used', good: true }), 'not-rerunnable');
    assert.equal(say({ status: 'used', good: false }), 'start');
  });

  it('about a rerun of what stands beside noon says whether noon is in its way, or nothing is', () => {
    const weekly = newestSlot('weekly-risk-review', at('12:00'));
    const say = (day: DayRecord, time: string) => {
      const again = trigger({ phase: 'weekly-risk-review', rerun: true, publishedAt: at(time) });
      return decide(again, weekly, concluded(weekly as typeof prep, 'failed'), state(day, time));
    };
    const during = say(dayOf(summary(noon, { status: 'running', ending: null })), '12:10');
    assert.deepEqual(during, {
      kind: 'refuse',
      reason: 'busy',
      detail: `it would wait for ${noon.slotId} to conclude`,
    });
    assert.equal(say(dayOf(summary(noon, {})), '12:10').kind, 'start');
  });
});

describe('the gate', () => {
  it('keeps what is due with noon out of its way until noon has concluded or its window has closed', () => {
    for (const phase of ['weekly-risk-review', 'snapshot-orchestration'] as const) {
      const slot = newestSlot(phase, at('12:00'));
      const say = (day: DayRecord, time: string) => gateFor(slot, state(day, time));
      assert.deepEqual(say(dayOf(), '12:10'), {
        kind: 'wait',
        waitsFor: `${noon.slotId} to conclude, or its window to close`,
      });
      assert.equal(say(dayOf(), '12:30').kind, 'wait');
      assert.equal(say(dayOf(), '12:31').kind, 'open');
      assert.equal(say(dayOf(summary(noon, { status: 'waiting', ending: null })), '12:31').kind, 'open');
      assert.deepEqual(say(dayOf(summary(noon, { status: 'running', ending: null })), '12:45'), {
        kind: 'wait',
        waitsFor: `${noon.slotId} to conclude`,
      });
      assert.equal(say(dayOf(summary(noon, { ending: 'failed' })), '12:05').kind, 'open');
    }
    const early = newestSlot('snapshot-orchestration', at('06:10'));
    assert.equal(gateFor(early, state(dayOf(), '06:10')).kind, 'open');
  });

  it('says for what T-30 and noon wait, and in which lockdown they are refused', () => {
    const say = (slot: typeof prep, day: DayRecord) => gateFor(slot, state(day, '12:00'));
    assert.deepEqual(say(finalCheck, dayOf()), { kind: 'wait', waitsFor: 't-90-prep to conclude' });
    assert.deepEqual(say(finalCheck, dayOf(summary(prep, bad('failed')))), {
      kind: 'wait',
      waitsFor: 't-90-prep to be rerun and pass (it ended failed)',
    });
    const go = { ...summary(prep, {}), ...summary(finalCheck, { ending: 'degraded' }) };
    assert.deepEqual(say(noon, dayOf(go)), { kind: 'wait', waitsFor: 'a go ticket' });
    assert.deepEqual(say(noon, dayOf(go, { ticket: { status: 'void' } })), { kind: 'open' });
    assert.deepEqual(gateFor(prep, { day: dayOf(), lockdown: locked, at: at('10:30') }), {
      kind: 'refuse',
      why: 'lockdown (epoch 1): a look',
    });
    const snapshot = newestSlot('snapshot-orchestration', at('06:10'));
    assert.equal(gateFor(snapshot, { day: dayOf(), lockdown: locked, at: at('06:10') }).kind, 'open');
  });

  it('tells how a slot ends that nobody started', () => {
    const held = { status: 'active', cause: 't-30', reason: 'look', setAt: at('11:35') };
    const ended = (ending: Ending) => ({
      ...summary(prep, {}),
      ...summary(finalCheck, ending === 'passed' ? {} : bad(ending)),
    });
    assert.deepEqual(unstartedEnding(prep, dayOf()), { ending: 'missed', reason: 'nothing started it in its window' });
    assert.equal(unstartedEnding(finalCheck, dayOf(summary(prep, {}))).ending, 'missed');
    assert.deepEqual(unstartedEnding(finalCheck, dayOf(summary(prep, bad('failed', 'it is broken')))), {
      ending: 'skipped',
      reason: 't-90-prep ended failed: it is broken',
    });
    const silent = unstartedEnding(finalCheck, dayOf(summary(prep, bad('failed'))));
    assert.equal(silent.reason, 't-90-prep ended failed');
    assert.deepEqual(unstartedEnding(finalCheck, dayOf()), { ending: 'skipped', reason: 't-90-prep ended not at all' });
    assert.equal(unstartedEnding(noon, dayOf(ended('failed'), { hold: held })).ending, 'scrubbed');
    assert.equal(unstartedEnding(noon, dayOf(ended('missed'), { hold: held })).ending, 'skipped');
    assert.equal(unstartedEnding(noon, dayOf(ended('failed'))).ending, 'skipped');
    assert.equal(unstartedEnding(noon, dayOf(ended('passed'))).ending, 'missed');
  });
});

describe('whom an ending concerns', () => {
  it('is its route, by phase and verdict', () => {
    assert.deepEqual(routesFor('t-90-prep', 'violated', 'violated'), ['security', 'critical']);
    assert.deepEqual(routesFor('high-noon-sync', 'failed', 'failed'), ['critical']);
    for (const phase of ['t-90-prep', 't-30-final-check'] as const)
      assert.deepEqual(routesFor(phase, 'failed', 'failed'), ['oncall']);
    for (const phase of ['weekly-risk-review', 'snapshot-orchestration'] as const) {
      assert.deepEqual(routesFor(phase, 'missed', null), ['oncall']);
      assert.deepEqual(routesFor(phase, 'expired', null), ['oncall']);
      assert.deepEqual(routesFor(phase, 'failed', 'failed'), ['engineering']);
    }
  });

  it('is told once: what follows from an upstream joins it, what is good tells nobody', () => {
    const endings: Ending[] = ['skipped', 'scrubbed', 'refused', 'failed', 'missed', 'passed', 'degraded', 'locked'];
    assert.deepEqual(endings.filter(joinsUpstream), ['skipped', 'scrubbed', 'refused']);
    assert.deepEqual(endings.filter(needsEscalation), ['failed', 'missed', 'locked']);
    assert.equal(nextStepFor('t-90-prep', 'passed'), '');
    assert.match(nextStepFor('t-90-prep', 'failed'), /run t-90-prep --rerun/);
  });
});

describe('small rules', () => {
  it('an operation without receipt and finding is unproven, and one with either is not', () => {
    const receipt = { subject: 'x', request: 'r', observedAt: at('10:30') };
    const finding = fails({ code: 'c', subject: 's', message: 'm', remedy: 'r' });
    assert.equal(result([], []).findings[0]?.code, 'no-evidence');
    assert.deepEqual(result([finding], []), { findings: [finding], evidence: [] });
    assert.deepEqual(result([], [receipt]), { findings: [], evidence: [receipt] });
  });

  it('a distribution counts what is beyond its last bound in the last bucket', () => {
    const huge = addToDistribution(EMPTY_DISTRIBUTION, 1e15);
    assert.deepEqual([huge.count, huge.mean, huge.buckets.at(-1), huge.buckets[0]], [1, 1e15, 1, 0]);
    const both = addToDistribution(addToDistribution(EMPTY_DISTRIBUTION, 0), 10);
    assert.deepEqual([both.count, both.mean, both.sumOfSquaredDeviation, both.buckets[0]], [2, 5, 50, 2]);
    assert.equal(
      both.buckets.reduce((sum, amount) => sum + amount, 0),
      2,
    );
  });

  it('of several points of a series the newest is kept, and of equal ones the last', () => {
    const point = (time: string, value: number, phase = 'a') =>
      ({ metric: 'm', kind: 'gauge', labels: { phase }, at: at(time), value }) as never;
    const kept = mergeNewest([point('10:01', 1), point('10:00', 2), point('10:01', 3), point('09:00', 4, 'b')]);
    assert.deepEqual(kept, [point('10:01', 3), point('09:00', 4, 'b')]);
  });

  it('times come as text or as dates, and what is none is said', () => {
    assert.equal(nextHighNoon(new Date(at('11:59'))), `${DATE}T12:00:00Z`);
    assert.equal(nextHighNoon(at('12:00')), '2026-11-30T12:00:00Z');
    assert.equal(slotFor('t-90-prep', new Date(at('10:30'))), prep.slotId);
    assert.throws(() => nextHighNoon(new Date(Number.NaN)), /RFC 3339 time such as/);
    assert.throws(() => slotFor('t-90-prep', 'never'), /time 'never'/);
  });
});
