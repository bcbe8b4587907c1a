import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decide, decideFromSlot } from '../../../shared/domain/admission.ts';
import { activeChainSlot, type DayRecord, emptyDay, isGoPhase } from '../../../shared/domain/day.ts';
import { foreseenGate } from '../../../shared/domain/foreseen-gate.ts';
import { gateFor } from '../../../shared/domain/gate.ts';
import { lock, NO_LOCKDOWN } from '../../../shared/domain/lockdown.ts';
import type { SlotRecord } from '../../../shared/domain/run.ts';
import type { Trigger } from '../../../shared/domain/trigger.ts';
import { at, DATE, finalCheck, noon, prep, trigger } from './support.ts';

const summary = (slot: typeof prep, change: object = {}) => ({
  [slot.slotId]: { ...slot, status: 'concluded', attempt: 1, ending: 'passed', opensGate: true, ...change },
});
const dayOf = (slots: object = {}, change: object = {}): DayRecord =>
  ({ ...emptyDay(DATE), slots, ...change }) as unknown as DayRecord;
const state = (day: DayRecord, time: string, lockdown = NO_LOCKDOWN) => ({ day, lockdown, at: at(time) });
const ended = (slot: typeof prep, ending: string, attempt = 1): SlotRecord =>
  ({ ...slot, date: DATE, status: 'concluded', attempt, ending, verdict: null, concludedAt: at('10:40') }) as never;
const locked = lock(
  NO_LOCKDOWN,
  { cause: 'operator', reason: 'a look', slotId: null, findingIds: [], escalationId: 'x', setBy: 'sam' },
  at('09:00'),
);

describe('a message', () => {
  const running = { ...prep, date: DATE, status: 'running', attempt: 2, lease: null } as never;
  const reason = (answer: ReturnType<typeof decideFromSlot>) =>
    answer?.kind === 'refuse' ? answer.reason : answer?.kind;

  it('goes on with the run it names, and with no other', () => {
    const say = (change: Partial<Trigger>) => reason(decideFromSlot(trigger(change), running, at('10:31')));
    assert.equal(say({ kind: 'continuation', runId: `${prep.slotId}#2` }), 'resume');
    assert.equal(say({ kind: 'continuation', runId: `${prep.slotId}#1` }), 'stale-continuation');
    assert.equal(say({ kind: 'continuation' }), 'stale-continuation');
    assert.equal(say({ kind: 'sweep', runId: `${prep.slotId}#1` }), 'resume');
  });

  it('that holds the lease comes back later; any other is a duplicate', () => {
    const lease = { holder: 'h', token: 1, messageId: 'm', until: at('10:32') };
    const say = (messageId: string, time: string) =>
      reason(decideFromSlot(trigger({ messageId }), { ...(running as object), lease } as never, at(time)));
    assert.equal(say('m', '10:31'), 'redelivery');
    assert.equal(say('n', '10:31'), 'duplicate');
    assert.equal(say('n', '10:32'), 'resume');
  });

  it('published at the very end of the window names the slot still', () => {
    const closes = '2026-11-29T11:15:00.000Z';
    const of = (publishedAt: string) =>
      reason(decideFromSlot(trigger({ publishedAt }), ended(prep, 'passed'), at('13:00')));
    assert.equal(of(closes), 'duplicate');
    assert.equal(of('2026-11-29T11:15:00.001Z'), 'not-due');
    const late = (publishedAt: string) =>
      reason(decide(trigger({ publishedAt }), prep, undefined, state(dayOf(), '13:00')));
    assert.equal(late(closes), 'conclude');
    assert.equal(late('2026-11-29T11:15:00.001Z'), 'not-due');
    const start = (time: string) =>
      decide(trigger(), prep, undefined, { ...state(dayOf(), '11:15'), at: `${DATE}T11:15:00.${time}Z` }).kind;
    assert.deepEqual([start('000'), start('001')], ['start', 'conclude']);
  });

  it('for a slot to come is not due; one that names a slot of long ago is neither', () => {
    const say = (now: string, change: Partial<Trigger> = { slotDueAt: prep.dueAt }) =>
      reason(
        decide(trigger({ publishedAt: now, ...change }), prep, undefined, { ...state(dayOf(), '10:00'), at: now }),
      );
    assert.equal(say('2026-11-29T10:28:59.999Z'), 'not-due');
    assert.equal(say('2026-11-29T10:29:00.000Z'), 'start');
    assert.equal(say('2026-12-01T11:15:00.000Z'), 'conclude');
    assert.equal(say('2026-12-01T11:15:00.001Z'), 'not-due');
    assert.equal(
      say('2026-12-01T11:15:00.001Z', { publishedAt: prep.dueAt }),
      'conclude',
      'it was for it when it was sent',
    );
  });

  it('reruns what did not pass, in its window, under no lockdown, while nothing else of the chain works', () => {
    const say = (time: string, day = dayOf(), lockdown = NO_LOCKDOWN, slot = prep, ending = 'failed') => {
      const again = trigger({ phase: slot.phase, rerun: true, kind: 'manual', publishedAt: at(time) });
      return reason(decide(again, slot, ended(slot, ending), state(day, time, lockdown)));
    };
    assert.equal(say('11:00'), 'start');
    assert.equal(say('11:00', dayOf(), NO_LOCKDOWN, prep, 'passed'), 'not-rerunnable');
    assert.equal(say('11:00', dayOf(), NO_LOCKDOWN, prep, 'degraded'), 'not-rerunnable');
    assert.equal(say('23:00'), 'rerun-too-late');
    assert.equal(say('11:00', dayOf(summary(finalCheck, { status: 'running' }))), 'busy');
    assert.equal(say('11:00', dayOf(summary(prep, { status: 'running' }))), 'start', 'it is not in its own way');
    assert.equal(say('11:00', dayOf(), locked), 'start', 'it may look; the gate stays shut');
  });

  it('reruns noon only on a new ticket and without a hold', () => {
    const go = { ...summary(prep), ...summary(finalCheck) };
    const say = (change: object, slots: object = go, lockdown = NO_LOCKDOWN) => {
      const again = trigger({ phase: 'high-noon-sync', rerun: true, kind: 'manual', publishedAt: at('12:20') });
      const answer = decide(again, noon, ended(noon, 'failed'), state(dayOf(slots, change), '12:20', lockdown));
      return answer.kind === 'refuse' ? `${answer.reason}: ${answer.detail}` : answer.kind;
    };
    assert.equal(say({ ticket: { status: 'open' } }), 'start');
    assert.match(say({ ticket: { status: 'used' } }), /^no-new-ticket/);
    assert.match(say({ ticket: null }), /^no-new-ticket/);
    const hold = { status: 'active', reason: 'supplier' };
    assert.match(say({ ticket: { status: 'open' }, hold }), /^not-rerunnable: noon is held \(supplier\)/);
    assert.equal(say({ ticket: { status: 'open' }, hold: { status: 'released' } }), 'start');
    assert.match(say({ ticket: { status: 'open' } }, summary(prep)), /^busy: it would wait for t-30-final-check/);
    assert.match(say({ ticket: { status: 'open' } }, go, locked), /^not-rerunnable: lockdown \(epoch 1\): a look/);
  });
});

describe('what a person is told beforehand', () => {
  const say = (time: string, record?: SlotRecord, rerun = false, day = dayOf(), lockdown = NO_LOCKDOWN) => {
    const answer = foreseenGate(prep, record, state(day, time, lockdown), rerun);
    return answer.kind === 'refuse' ? answer.why : answer.kind === 'wait' ? `wait ${answer.waitsFor}` : answer.kind;
  };

  it('is what a message would be answered', () => {
    assert.equal(say('10:28'), 'open', 'as things stand, for a slot to come');
    assert.equal(say('10:28', undefined, false, dayOf(), locked), 'lockdown (epoch 1): a look');
    assert.equal(say('10:30'), 'open');
    assert.equal(
      say('10:29', undefined, true),
      `a real run would be refused as not-rerunnable: ${prep.slotId} has not concluded`,
    );
    assert.equal(say('10:30', undefined, false, dayOf(), locked), 'lockdown (epoch 1): a look');
    assert.equal(say('11:16'), `its window closed at ${at('11:15')}: it would end expired`);
    assert.equal(
      say('10:45', ended(prep, 'failed')),
      `a real run would be refused as duplicate: ${prep.slotId} ended failed at ${at('10:40')}`,
    );
    assert.equal(say('10:45', ended(prep, 'failed'), true), 'open');
    const running = { ...prep, date: DATE, status: 'running', attempt: 1, lease: null } as never;
    assert.equal(say('10:45', running), 'open', 'it would go on');
    const busy = dayOf(summary(finalCheck, { status: 'running' }));
    assert.equal(say('10:45', undefined, false, busy), `wait ${finalCheck.slotId} to conclude`);
    const forgotten = foreseenGate(
      prep,
      undefined,
      { ...state(dayOf(), '10:00'), at: '2026-12-05T10:00:00.000Z' },
      false,
    );
    assert.match(
      forgotten.kind === 'refuse' ? forgotten.why : '',
      /^its window closed at .+: a real run would be refused as not-due: .+ was due long ago/,
    );
  });
});

describe('the chain of a day', () => {
  it('works one phase at a time, and knows which other one works', () => {
    const day = dayOf({ ...summary(prep), ...summary(finalCheck, { status: 'running', opensGate: false }) });
    assert.equal(activeChainSlot(day, prep.slotId)?.slotId, finalCheck.slotId);
    assert.equal(activeChainSlot(day, finalCheck.slotId), undefined);
    assert.equal(activeChainSlot(dayOf(summary(prep)), finalCheck.slotId), undefined);
    assert.deepEqual([isGoPhase(day, 't-90-prep'), isGoPhase(day, 't-30-final-check')], [true, false]);
    assert.equal(isGoPhase(day, 'high-noon-sync'), false);
    assert.deepEqual(emptyDay(DATE), {
      date: DATE,
      slots: {},
      ticket: null,
      hold: null,
      scrubbed: false,
      genesis: false,
      degradedServices: [],
    });
    const held = dayOf(
      { ...summary(prep), ...summary(finalCheck) },
      { ticket: { status: 'open' }, hold: { status: 'active', reason: 'supplier' } },
    );
    assert.deepEqual(gateFor(noon, state(held, '12:00')), {
      kind: 'wait',
      waitsFor: 'a person to release the hold (supplier)',
    });
    assert.deepEqual(gateFor(finalCheck, state(dayOf(summary(prep)), '11:30')), { kind: 'open' });
  });
});
