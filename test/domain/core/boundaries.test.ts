import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { targetSlot } from '../../../shared/domain/admission.ts';
import { instantsBetween, nextInstant, parseCron, previousInstant } from '../../../shared/domain/cron.ts';
import { appendEntry, EMPTY_HEAD, type LedgerEntry, verifyLedger } from '../../../shared/domain/ledger.ts';
import { addToDistribution, EMPTY_DISTRIBUTION } from '../../../shared/domain/points.ts';
import { isLeaseLive, summarise } from '../../../shared/domain/run.ts';
import { isLost } from '../../../shared/domain/shard.ts';
import { effectDeadlineOf, parseRunId, parseSlotId, slotAt, slotsOfDate } from '../../../shared/domain/slot.ts';
import { epochMs, instant, isDate, latest, parseInstant } from '../../../shared/domain/time.ts';
import { addOutcome, emptyTotals, totalPoints } from '../../../shared/domain/totals.ts';
import { at, DATE, noon, prep, trigger } from './support.ts';

describe('a cron expression', () => {
  it('means either day when both are restricted, and both when one is not', () => {
    const fires = (expression: string, from: string, to: string) =>
      instantsBetween(parseCron(expression), `${from}T00:00:00.000Z`, `${to}T00:00:00.000Z`).map((one) =>
        one.slice(0, 10),
      );
    assert.deepEqual(fires('0 12 5 * 0', '2026-11-01', '2026-11-09'), ['2026-11-01', '2026-11-05', '2026-11-08']);
    assert.deepEqual(fires('0 12 5 * *', '2026-11-01', '2026-11-09'), ['2026-11-05']);
    assert.deepEqual(fires('0 12 * * 7', '2026-11-01', '2026-11-09'), ['2026-11-01', '2026-11-08']);
    assert.deepEqual(fires('0 12 1 12 *', '2026-10-31', '2027-01-02'), ['2026-12-01']);
  });

  it('knows numbers, lists, ranges and steps, each within its field', () => {
    assert.deepEqual(parseCron('5,1,1 0 * * *').minutes, [1, 5]);
    assert.deepEqual(parseCron('58-59 */8 * * *').hours, [0, 8, 16]);
    assert.deepEqual(parseCron('58-59 20/2 * * *').minutes, [58, 59]);
    assert.deepEqual(parseCron('58-59 20/2 * * *').hours, [20, 22]);
    assert.deepEqual(parseCron('10-20/5 23 * * *').minutes, [10, 15, 20]);
    assert.deepEqual(parseCron('7-7 0 * * *').minutes, [7]);
    assert.deepEqual(parseCron('59/1 0 31 12 7').minutes, [59]);
    for (const [wrong, what] of [
      ['60 * * * *', 'minute'],
      ['* 24 * * *', 'hour'],
      ['* * 0 * *', 'day of month'],
      ['* * 32 * *', 'day of month'],
      ['* * * 13 *', 'month'],
      ['* * * * 8', 'day of week'],
      ['9-3 * * * *', 'minute'],
      ['*/0 * * * *', 'minute'],
      ['x * * * *', 'minute'],
    ] as const)
      assert.throws(() => parseCron(wrong), new RegExp(`cron '.+': ${what} '.+' is not allowed`), wrong);
    assert.throws(() => parseCron('* * * *'), /has 4 fields; five are allowed/);
  });

  it('looks back to the instant itself, and forward to what comes after it', () => {
    const cron = parseCron('30 10,14 * * *');
    assert.equal(previousInstant(cron, at('14:30')), at('14:30'));
    assert.equal(previousInstant(cron, at('14:29')), at('10:30'));
    assert.equal(previousInstant(cron, at('10:29')), '2026-11-28T14:30:00.000Z');
    assert.equal(nextInstant(cron, at('10:30')), at('14:30'));
    assert.equal(nextInstant(cron, '2026-11-29T14:29:59.999Z'), at('14:30'));
    assert.equal(nextInstant(cron, at('14:30')), '2026-11-30T10:30:00.000Z');
    assert.equal(nextInstant(parseCron('0 0 31 2 *'), at('10:30')), undefined);
  });
});

describe('a time', () => {
  it('is any RFC 3339 time of a day that exists', () => {
    assert.equal(parseInstant('2026-11-29T12:00+01:00'), at('11:00'));
    assert.equal(parseInstant('2026-11-29T12:00:01.5Z'), '2026-11-29T12:00:01.500Z');
    assert.equal(parseInstant('2028-02-29T00:00Z'), '2028-02-29T00:00:00.000Z');
    for (const wrong of [
      '2026-06-31T00:00Z',
      '2026-06-00T00:00Z',
      '2026-02-29T00:00Z',
      '2026-13-01T00:00Z',
      '2026-11-29T25:00Z',
      '2026-11-29',
      'noon',
    ])
      assert.equal(parseInstant(wrong), undefined, wrong);
    assert.deepEqual(['2026-06-30', '2026-06-31', '26-06-30', '2026-06-30T00:00Z'].map(isDate), [
      true,
      false,
      false,
      false,
    ]);
    assert.equal(latest(at('10:00'), at('10:01')), at('10:01'));
    assert.equal(latest(at('10:01'), at('10:00')), at('10:01'));
  });

  it('is told in milliseconds, also when it is written otherwise or is none', () => {
    assert.equal(epochMs('2026-11-29T12:00:01.987Z'), Date.UTC(2026, 10, 29, 12, 0, 1, 987));
    assert.equal(epochMs('2026-11-28T12:00:01.987Z'), Date.UTC(2026, 10, 28, 12, 0, 1, 987));
    assert.equal(epochMs('2026-11-29T12:00Z'), Date.UTC(2026, 10, 29, 12));
    assert.ok(Number.isNaN(epochMs('x'.repeat(24))));
    for (const ms of [Date.UTC(10_000, 0, 1), Date.UTC(2026, 10, 29, 23, 59, 59, 999), -1])
      assert.equal(instant(ms), new Date(ms).toISOString());
  });
});

describe('a slot', () => {
  it('is named by an instant that the schedule has, and by nothing else', () => {
    assert.equal(parseSlotId(prep.slotId)?.dueAt, prep.dueAt);
    for (const wrong of [
      't-90-prep@2026-11-29T10:31Z',
      't-90-prep@2026-11-29T10:30:00Z',
      't-91@2026-11-29T10:30Z',
      't-90-prep@never',
      't-90-prep',
    ])
      assert.equal(parseSlotId(wrong), undefined, wrong);
    assert.equal(slotAt('t-90-prep', at('10:31')), undefined);
    assert.deepEqual(
      slotsOfDate('high-noon-sync', DATE).map(({ slotId }) => slotId),
      [noon.slotId],
    );
    assert.equal(effectDeadlineOf(noon) > noon.dueAt, true);
  });

  it('and its attempt make the id of a run', () => {
    assert.deepEqual(parseRunId(`${prep.slotId}#12`), { slot: prep, attempt: 12 });
    for (const wrong of [prep.slotId, `${prep.slotId}#0`, `${prep.slotId}#12345`, 't-90-prep@2026-11-29T10:31Z#1'])
      assert.equal(parseRunId(wrong), undefined, wrong);
  });

  it('that a message is for is that of its run, the one it names, or the newest', () => {
    assert.deepEqual(targetSlot(trigger({ publishedAt: at('10:29') })), prep, 'clocks may run ahead by a minute');
    assert.notDeepEqual(targetSlot(trigger({ publishedAt: '2026-11-29T10:28:59.000Z' })), prep);
    assert.deepEqual(targetSlot(trigger({ runId: `${prep.slotId}#1` })), prep);
    assert.equal(targetSlot(trigger({ runId: `${noon.slotId}#1` })), undefined, 'the run of another phase');
    assert.equal(targetSlot(trigger({ runId: 'none' })), undefined);
    assert.equal(targetSlot(trigger({ slotDueAt: at('10:31') })), undefined);
  });

  it('is summarised with its lateness, and opens a gate only when it ended well outside a lockdown', () => {
    const base = { ...prep, date: DATE, attempt: 1, startedAt: '2026-11-29T10:30:01.900Z' };
    const done = { ...base, status: 'concluded', ending: 'passed', verdict: 'passed', underLockdown: false };
    const says = (change: object) => summarise({ ...done, ...change } as never);
    assert.deepEqual([says({}).opensGate, says({}).latenessSeconds], [true, 1]);
    assert.equal(says({ underLockdown: true }).opensGate, false);
    assert.equal(says({ ending: 'failed' }).opensGate, false);
    assert.equal(says({ startedAt: null }).latenessSeconds, null);
    assert.equal(says({ startedAt: '2026-11-29T10:29:50.000Z' }).latenessSeconds, 0);
    assert.deepEqual([says({ status: 'running' }).opensGate, says({ status: 'waiting' }).opensGate], [false, false]);
    const lease = { holder: 'h', token: 1, messageId: 'm', until: at('10:31') };
    assert.deepEqual([isLeaseLive(lease, at('10:30')), isLeaseLive(lease, at('10:31'))], [true, false]);
    assert.equal(isLeaseLive(null, at('10:30')), false);
  });
});

describe('a share of work', () => {
  const plan = { plannedAt: at('10:00') } as never;
  const shard = (change: object) => ({ status: 'open', lease: null, ...change }) as never;

  it('is lost a minute after it was planned without a lease, or when its lease ends; never once it is done', () => {
    assert.equal(isLost(shard({}), plan, '2026-11-29T10:00:59.999Z'), false);
    assert.equal(isLost(shard({}), plan, at('10:01')), true);
    const lease = { until: at('10:05') };
    assert.equal(isLost(shard({ lease }), plan, '2026-11-29T10:04:59.999Z'), false);
    assert.equal(isLost(shard({ lease }), plan, at('10:05')), true);
    assert.equal(isLost(shard({ status: 'done' }), plan, at('11:00')), false);
  });
});

describe('running totals', () => {
  const settled = (dueAt: string, change: object = {}) => ({
    phase: 't-90-prep',
    slot: { slotId: dueAt, dueAt, ending: 'passed', verdict: 'passed', startedAt: dueAt, concludedAt: dueAt } as never,
    durationMs: 1500,
    guardrails: [],
    ...change,
  });
  const guardrail = { guardrail: 'GR-1', result: 'passed', severity: 'high' };

  it('keep thirty slots in order, each with its newest attempt', () => {
    let totals = emptyTotals(at('00:00'));
    for (let n = 40; n > 0; n--)
      totals = addOutcome(totals, settled(`2026-11-29T10:${String(n).padStart(2, '0')}:00.000Z`));
    const recent = totals.recent['t-90-prep'] ?? [];
    assert.equal(recent.length, 30);
    const again = addOutcome(totals, settled(recent[29]?.dueAt ?? ''));
    assert.equal(again.recent['t-90-prep']?.length, 30);
    assert.deepEqual(
      recent.map(({ dueAt }) => dueAt),
      recent.map(({ dueAt }) => dueAt).sort(),
    );
    assert.equal(recent.at(-1)?.dueAt, at('10:40'));
  });

  it('count durations of what ran and results of guardrails, and send what moved', () => {
    const none = emptyTotals(at('00:00'));
    const idle = addOutcome(none, settled(at('10:30'), { durationMs: null }));
    assert.deepEqual([idle.durations, totalPoints(none, idle, 'test', at('10:31'))], [{}, []]);
    const first = addOutcome(none, settled(at('10:30'), { guardrails: [guardrail, guardrail] }));
    assert.equal(first.durations['t-90-prep']?.count, 1);
    assert.deepEqual(first.guardrails, { 'passed|high': 2 });
    const names = totalPoints(none, first, 'test', at('10:31')).map(({ metric, labels }) => [metric, labels]);
    assert.deepEqual(names, [
      ['scheduler_execution_duration_ms', { phase: 't-90-prep', environment: 'test' }],
      ['compliance_check_results', { result: 'passed', severity: 'high', environment: 'test' }],
    ]);
    const second = addOutcome(first, settled(at('10:40'), { phase: 'other' }));
    assert.deepEqual(
      totalPoints(first, second, 'test', at('10:41')).map(({ labels }) => labels.phase),
      ['other'],
    );
  });

  it('put a duration into the bucket below whose bound it is', () => {
    const bucket = (value: number) => addToDistribution(EMPTY_DISTRIBUTION, value).buckets.indexOf(1);
    assert.deepEqual([999, 1000, 1999, 2000].map(bucket), [0, 1, 1, 2]);
  });
});

describe('the ledger and its anchors', () => {
  it('must agree at each of them, and the newest anchor counts wherever it stands in the list', () => {
    const entries: LedgerEntry[] = [];
    let head = EMPTY_HEAD;
    for (let n = 0; n < 4; n++) {
      const appended = appendEntry(head, { kind: 'k', subject: `${n}`, actor: 'a', detail: null }, at('10:00'));
      entries.push(appended.entry);
      head = appended.head;
    }
    const anchorAt = (seq: number) => ({ seq, hash: entries[seq - 1]?.hash ?? '', at: at('10:00') });
    const all = [anchorAt(4), anchorAt(2)];
    assert.equal(verifyLedger(entries, head, all).fault, null);
    assert.equal(verifyLedger(entries, head, []).fault, null);
    const cut = entries.slice(0, 3);
    const cutHead = { ...head, seq: 3, hash: entries[2]?.hash ?? '' };
    assert.equal(verifyLedger(cut, cutHead, all).fault?.seq, 4);
    assert.equal(verifyLedger(cut, cutHead, all.toReversed()).fault?.seq, 4);
    assert.equal(verifyLedger(cut, cutHead, [anchorAt(2)]).fault, null);
    assert.match(
      verifyLedger(entries, { ...head, seq: 3 }, []).fault?.what ?? '',
      /the head says 3, the chain ends at 4/,
    );
    assert.match(verifyLedger(entries, { ...head, hash: 'x' }, []).fault?.what ?? '', /the head says 4/);
    const second = [anchorAt(2), { ...anchorAt(2), hash: 'x' }];
    assert.equal(verifyLedger(entries, head, second).fault?.seq, 2);
    assert.deepEqual(verifyLedger([], EMPTY_HEAD, []), { count: 0, fault: null });
  });
});
