import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chainSlot, emptyDay } from '../../../shared/domain/day.ts';
import { type LevelState, levels } from '../../../shared/domain/levels.ts';
import { NO_LOCKDOWN } from '../../../shared/domain/lockdown.ts';
import { newestSlot } from '../../../shared/domain/slot.ts';
import { nothingYet, row } from './support.ts';

const DATE = '2026-11-24';
const at = (time: string): string => `${DATE}T${time}:00.000Z`;
const prep = chainSlot('t-90-prep', DATE);
const check = chainSlot('t-30-final-check', DATE);
const noon = chainSlot('high-noon-sync', DATE);
const EMPTY = nothingYet(at('00:00'));
const recent = (slot: typeof prep, change: object = {}) => ({
  slotId: slot.slotId,
  dueAt: slot.dueAt,
  ending: 'passed',
  verdict: 'passed',
  startedAt: slot.dueAt,
  concludedAt: slot.dueAt,
  ...change,
});

/** The values of a metric, one of a phase when it is asked for. */
function say(metric: string, change: object, now = '13:00', phase?: string): number | undefined {
  const points = levels({ ...EMPTY, ...change } as LevelState, now.length === 5 ? at(now) : now);
  const found = points.filter((one) => one.metric === metric && (phase === undefined || one.labels.phase === phase));
  assert.ok(found.length <= 1, `${metric} has ${found.length} points`);
  return found[0]?.value.value as number | undefined;
}
const dayWith = (slots: object, change: object = {}) => ({ days: [{ ...emptyDay(DATE), slots, ...change }] });
const totals = (phase: string, ...slots: object[]) => ({
  totals: { startAt: at('00:00'), durations: {}, guardrails: {}, recent: { [phase]: slots } },
});

describe('the levels', () => {
  it('say of a phase how its newest slot was judged and ended, and nothing before it has one', () => {
    const of = (metric: string, change: object) =>
      say(metric, totals('t-90-prep', recent(prep, change)), '13:00', 't-90-prep');
    assert.equal(of('phase_verdict', {}), 0);
    assert.equal(of('phase_verdict', { verdict: 'violated', ending: 'violated' }), 4);
    assert.equal(of('phase_verdict', { verdict: null, ending: 'missed' }), 2);
    assert.equal(of('phase_ending', { verdict: null, ending: 'missed' }), 2);
    for (const metric of ['phase_verdict', 'phase_ending', 'scheduler_success_rate', 'slot_overrun_seconds'])
      assert.equal(say(metric, {}, '13:00', 't-90-prep'), undefined, metric);
  });

  it('count failures in a row and the share of good endings', () => {
    const of = (metric: string, ...endings: string[]) =>
      say(metric, totals('t-90-prep', ...endings.map((ending) => recent(prep, { ending }))), '13:00', 't-90-prep');
    assert.equal(of('consecutive_failures'), 0);
    assert.equal(of('consecutive_failures', 'passed', 'failed', 'missed'), 2);
    assert.equal(of('consecutive_failures', 'failed', 'degraded'), 0);
    assert.equal(of('consecutive_failures', 'failed', 'failed'), 2, 'all that is known');
    assert.equal(of('scheduler_success_rate', 'passed', 'failed', 'missed', 'degraded'), 0.5);
    assert.equal(of('scheduler_success_rate', 'failed'), 0);
  });

  it('say what is in force and what is owed now', () => {
    assert.deepEqual([say('lockdown_active', {}), say('configuration_changed', {})], [0, 0]);
    assert.equal(say('lockdown_active', { lockdown: { ...NO_LOCKDOWN, active: true } }), 1);
    assert.equal(say('configuration_changed', { configurationChanged: true }), 1);
    assert.equal(say('surplus_starts', { surplusStarts: 3 }), 3);
    assert.equal(say('outbox_age_seconds', {}), 0);
    assert.equal(say('outbox_age_seconds', { oldestOwedAt: at('12:50') }), 600);
    assert.equal(say('outbox_age_seconds', { oldestOwedAt: at('13:01') }), 0);
    assert.equal(say('watchdog_heartbeat', {}), 1);
    const day = (date: string) => ({ days: [{ ...emptyDay(date), degradedServices: ['a', 'b'] }] });
    assert.equal(say('degraded_services', day(DATE)), 2);
    assert.equal(say('degraded_services', day('2026-11-23')), 0, 'of today alone');
    assert.equal(say('high_noon_sync_status', totals('high-noon-sync', recent(noon))), 1);
    assert.equal(say('high_noon_sync_status', {}), 0);
  });

  it('tell ages from the beginning of the watch before there is anything to tell them from', () => {
    for (const [metric, field] of [
      ['ledger_anchor_age_seconds', 'anchoredAt'],
      ['delivery_self_test_age_seconds', 'selfTestedAt'],
    ] as const) {
      assert.equal(say(metric, {}, '01:00'), 3600);
      assert.equal(say(metric, { [field]: at('00:50') }, '01:00'), 600);
      assert.equal(say(metric, { [field]: at('01:01') }, '01:00'), 0);
    }
    const snapshots = { newestValidAt: at('07:00'), bytes: 5, dedupeRatio: 0.5 };
    assert.equal(say('snapshot_freshness_hours', { snapshots }), 6);
    assert.equal(say('snapshot_freshness_hours', { snapshots: { ...snapshots, newestValidAt: null } }), 13);
    assert.deepEqual(
      [say('snapshot_storage_bytes', { snapshots }), say('snapshot_dedupe_ratio', { snapshots })],
      [5, 0.5],
    );
    assert.equal(say('snapshot_dedupe_ratio', { snapshots: { ...snapshots, dedupeRatio: undefined } }), undefined);
    assert.equal(say('snapshot_storage_bytes', {}), undefined);
  });

  it('say how long before noon the final check had concluded', () => {
    const concludedAt = at('11:45');
    assert.equal(say('margin_to_noon_seconds', totals('t-30-final-check', recent(check, { concludedAt }))), 900);
    assert.equal(say('margin_to_noon_seconds', {}), undefined);
  });

  it('say by how much the newest started slot exceeds its budget', () => {
    const of = (slots: object, now: string) => say('slot_overrun_seconds', dayWith(slots), now, 't-90-prep');
    assert.equal(of(row(prep, { concludedAt: null, status: 'running' }), '10:46'), 60);
    assert.equal(of(row(prep, { concludedAt: null, status: 'running' }), '10:44'), 0);
    assert.equal(of(row(prep, { concludedAt: at('10:50') }), '13:00'), 300);
    assert.equal(of(row(prep, { startedAt: null }), '13:00'), undefined);
    assert.equal(of(row(noon, { concludedAt: at('13:50') }), '14:00'), undefined, 'of the phase alone');
    const before = chainSlot('t-90-prep', '2026-11-23');
    const both = { ...row(prep), ...row(before, { concludedAt: at('10:00') }) };
    assert.equal(of(both, '13:00'), 0, 'of the newest, in whatever order they stand');
    assert.equal(of({ ...row(before, { concludedAt: at('10:00') }), ...row(prep) }, '13:00'), 0);
  });
});

describe('lateness of the newest due slot', () => {
  const late = (change: object, now: string, phase = 't-90-prep') => say('slot_lateness_seconds', change, now, phase);

  it('is not told before the watch, and is none of a slot that was settled then', () => {
    const since = { watchedSince: at('10:31') };
    assert.equal(late({ ...since, ...dayWith({}) }, '11:00'), undefined);
    assert.equal(late({ ...since, ...totals('t-90-prep', recent(prep)) }, '11:00'), 0);
    assert.equal(late({ watchedSince: at('10:30'), ...dayWith({}) }, '11:00'), 1800, 'due as the watch begins');
  });

  it('begins a minute after it was due', () => {
    const before = { watchedSince: '2026-11-20T00:00:00.000Z' };
    assert.equal(late({ ...before, ...dayWith({}) }, '10:31'), 60);
    const yesterday = recent(chainSlot('t-90-prep', '2026-11-23'));
    assert.equal(late({ ...before, ...totals('t-90-prep', yesterday) }, '10:30'), 0);
  });

  it('of a day that is past was told then: a weekly slot is not late all week', () => {
    const review = newestSlot('weekly-risk-review', at('00:00'));
    const watch = { watchedSince: '2026-11-01T00:00:00.000Z' };
    const known = recent(review, { startedAt: review.dueAt.replace('T12:00', 'T12:30') });
    assert.equal(late({ ...watch, ...totals('weekly-risk-review', known) }, '13:00', 'weekly-risk-review'), 0);
    const other = recent({ ...review, slotId: 'weekly-risk-review@2026-11-15T12:00Z' });
    const waits = late({ ...watch, ...totals('weekly-risk-review', other) }, '13:00', 'weekly-risk-review');
    assert.ok((waits ?? 0) > 86_400, 'nobody knows of the newest one: it has not begun');
  });

  it('counts what is known of it where its day does not know it', () => {
    const known = totals('t-90-prep', recent(prep, { startedAt: at('10:32') }));
    assert.equal(late({ ...dayWith({}), ...known }, '11:00'), 120);
    const other = totals('t-90-prep', recent(chainSlot('t-90-prep', '2026-11-23')));
    assert.equal(late({ ...dayWith({}), ...other }, '11:00'), 1800, 'another slot says nothing of this one');
  });

  it('of one that was missed or expired ends with it; one that was skipped has none', () => {
    const ended = (ending: string) =>
      late(dayWith(row(prep, { startedAt: null, ending, concludedAt: at('11:16') })), '13:00');
    assert.deepEqual([ended('missed'), ended('expired'), ended('skipped'), ended('refused')], [2760, 2760, 0, 0]);
  });

  it('counts from when noon was out of the way of what is due with it', () => {
    const review = newestSlot('weekly-risk-review', '2026-11-29T12:00:00.000Z');
    const sunday = (time: string) => `2026-11-29T${time}:00.000Z`;
    const sundayNoon = chainSlot('high-noon-sync', '2026-11-29');
    const of = (change: object, startedAt: string) => {
      const slots = { ...row(review as typeof prep, { startedAt }), ...row(sundayNoon, change) };
      const days = [{ ...emptyDay('2026-11-29'), slots }];
      return late({ days }, sunday('13:30'), 'weekly-risk-review');
    };
    assert.equal(of({ concludedAt: sunday('12:10') }, sunday('12:11')), 60);
    assert.equal(of({ concludedAt: null, status: 'waiting' }, sunday('12:31')), 60, 'its window had closed');
    assert.equal(of({ concludedAt: sunday('12:20') }, sunday('12:10')), 600, 'it did not wait for noon');
    assert.equal(of({ concludedAt: sunday('12:10') }, sunday('12:10')), 0);
    const early = newestSlot('snapshot-orchestration', sunday('06:01'));
    const slots = { ...row(early as typeof prep, { startedAt: sunday('06:05') }), ...row(sundayNoon) };
    const days = [{ ...emptyDay('2026-11-29'), slots }];
    assert.equal(late({ days, watchedSince: sunday('00:00') }, sunday('07:00'), 'snapshot-orchestration'), 300);
    const noonRow = row(sundayNoon, { concludedAt: sunday('06:03') });
    const beside = [{ ...emptyDay('2026-11-29'), slots: { ...slots, ...noonRow } }];
    const waited = late({ days: beside, watchedSince: sunday('00:00') }, sunday('07:00'), 'snapshot-orchestration');
    assert.equal(waited, 300, 'what is not due with noon never waits for it');
  });

  it('of T-30 and noon counts from when the phase before it had concluded, whichever was last', () => {
    const of = (prepAt: string) =>
      late(
        dayWith({ ...row(prep, { concludedAt: prepAt }), ...row(check, { startedAt: at('11:40') }) }),
        '11:50',
        't-30-final-check',
      );
    assert.deepEqual([of(at('11:20')), of(at('11:39')), of(at('11:40')), of(at('11:41'))], [600, 60, 0, 600]);
    const hold = { status: 'released', releasedAt: at('12:08') };
    const slots = { ...row(check, { concludedAt: at('12:05') }), ...row(noon, { startedAt: at('12:10') }) };
    assert.equal(late(dayWith(slots, { hold }), '12:20', 'high-noon-sync'), 120);
    const earlier = { ...hold, releasedAt: at('12:03') };
    assert.equal(late(dayWith(slots, { hold: earlier }), '12:20', 'high-noon-sync'), 300);
  });
});
