import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { anchorsFault } from '../../../shared/domain/anchors.ts';
import { type Audit, differences, EMPTY_AUDIT, fold } from '../../../shared/domain/audit.ts';
import { parseCron } from '../../../shared/domain/cron.ts';
import { appendEntry, EMPTY_HEAD, type LedgerEntry } from '../../../shared/domain/ledger.ts';
import { type Lockdown, lock, NO_LOCKDOWN, unlock } from '../../../shared/domain/lockdown.ts';
import { delivered, headWord, isSelfTestDue, type SelfTestRecord } from '../../../shared/domain/self-test.ts';
import { issueTicket, movedBindings, type Ticket, ticketFault } from '../../../shared/domain/ticket.ts';

const at = (time: string): string => `2026-11-29T${time}:00.000Z`;
const PINS = { plan: 'p', configuration: 'c', code: 'k' };

describe('a ticket', () => {
  const open = issueTicket({
    slotId: 't-30-final-check@2026-11-29T11:30Z',
    attempt: 1,
    issuedAt: at('11:35'),
    validUntil: at('12:30'),
    bindings: { main: 'abc' },
    pins: PINS,
    resultsDigest: 'd',
  });
  const fault = (change: object | null, time = '12:00') =>
    ticketFault(change === null ? null : ({ ...open, ...change } as Ticket), 'noon#1', at(time));

  it('lets the run act that claimed it, and anybody while it is open and valid', () => {
    assert.equal(fault({}), undefined);
    assert.equal(fault({}, '12:30'), undefined, 'to the end of the window');
    assert.equal(fault({ status: 'claimed', claimedBy: 'noon#1' }), undefined);
    assert.equal(fault({ status: 'claimed', claimedBy: 'noon#1' }, '12:40'), undefined, 'a claim outlasts the window');
  });

  it('refuses with the reason', () => {
    assert.equal(fault(null), 'there is no go ticket');
    assert.equal(fault({ status: 'void', moved: ['main', 'data'] }), 'the go ticket is void: main, data');
    assert.equal(fault({ status: 'used', claimedBy: 'noon#1' }), 'the go ticket was used by noon#1');
    assert.equal(fault({ status: 'claimed', claimedBy: 'noon#2' }), 'the go ticket is claimed by noon#2');
    assert.equal(fault({ bindings: { main: 'xyz' } }), 'the go ticket does not match its own hash');
    assert.equal(fault({}, '12:31'), `the go ticket was valid until ${at('12:30')}`);
  });

  it('names what moved since, with both values, whichever side lacks it', () => {
    assert.deepEqual(movedBindings({ a: 1, b: { x: 1, y: 2 }, gone: 3 }, { b: { y: 2, x: 1 }, a: 2, new: 4 }), [
      { name: 'a', was: 1, is: 2 },
      { name: 'gone', was: 3, is: null },
      { name: 'new', was: null, is: 4 },
    ]);
  });
});

describe('the audit of the controls', () => {
  function folded(...lines: readonly (readonly [kind: string, subject: string])[]): Audit {
    let head = EMPTY_HEAD;
    let audit = EMPTY_AUDIT;
    for (const [kind, subject] of lines) {
      const appended = appendEntry(head, { kind, subject, actor: 'ana', detail: null }, at('10:00'));
      head = appended.head;
      const next = fold(audit, appended.entry);
      assert.ok(typeof next !== 'string', String(next));
      audit = next;
    }
    return audit;
  }
  const lockdown = { ...NO_LOCKDOWN, active: true, epoch: 2 };
  const stored = { lockdown: NO_LOCKDOWN, overrideIds: [], waiverIds: [], holds: [] };

  it('knows from acts alone whether a lockdown is in force, which exceptions and holds there are', () => {
    const set = folded(['lockdown-set', 'epoch 1'], ['lockdown-released', 'epoch 1'], ['lockdown-set', 'epoch 2']);
    assert.deepEqual([set.isLocked, set.epoch, set.seq], [true, 2, 3]);
    const lifted = folded(['lockdown-set', 'epoch 1'], ['lockdown-released', 'epoch 1']);
    assert.deepEqual([lifted.isLocked, lifted.epoch], [false, 1]);
    const acts = folded(
      ['override-granted', 'o1'],
      ['override-granted', 'o2'],
      ['override-expired', 'o1'],
      ['waiver-granted', 'w1'],
      ['waiver-granted', 'w2'],
      ['waiver-expired', 'w2'],
      ['hold-set', '2026-11-28'],
      ['hold-released', '2026-11-28'],
      ['hold-set', '2026-11-29'],
      ['hold-set', '2026-11-27'],
      ['hold-expired', '2026-11-27'],
      ['attempt-started', 'x'],
    );
    assert.deepEqual([acts.overrides, acts.waivers], [['o2'], ['w1']]);
    assert.deepEqual(acts.holds, { '2026-11-27': 'expired', '2026-11-28': 'released', '2026-11-29': 'active' });
  });

  it('remembers the holds of the seven newest dates, in whatever order they were set', () => {
    const dates = ['05', '01', '09', '03', '07', '02', '08', '04', '06'];
    const { holds } = folded(...dates.map((day) => ['hold-set', `2026-11-${day}`] as const));
    assert.deepEqual(
      Object.keys(holds),
      ['03', '04', '05', '06', '07', '08', '09'].map((day) => `2026-11-${day}`),
    );
  });

  it('does not go on over an entry that is missing or does not continue the chain', () => {
    const line = { kind: 'x', subject: 's', actor: 'a', detail: null };
    const first = appendEntry(EMPTY_HEAD, line, at('10:00'));
    const second = appendEntry(first.head, line, at('10:00'));
    assert.equal(fold(EMPTY_AUDIT, undefined), 'ledger entry 1 is missing');
    const after = fold(EMPTY_AUDIT, first.entry) as Audit;
    assert.equal(typeof fold(after, second.entry), 'object');
    const broken: readonly LedgerEntry[] = [
      { ...second.entry, seq: 3 },
      { ...second.entry, previous: 'f'.repeat(64) },
      { ...second.entry, subject: 'another' },
      first.entry,
      // A field that the digest does not cover, and what is no entry at all.
      { ...second.entry, approvedBy: 'mallory' } as LedgerEntry,
      null as unknown as LedgerEntry,
      [1] as unknown as LedgerEntry,
    ];
    for (const entry of broken) assert.equal(fold(after, entry), 'ledger entry 2 does not continue the chain');
    // A chain that was written anew is whole in itself, and does not continue this one.
    const other = appendEntry({ ...first.head, hash: 'e'.repeat(64) }, line, at('10:00'));
    assert.equal(fold(after, other.entry), 'ledger entry 2 does not continue the chain');
  });

  it('finds what stands in the store and in no act, and the other way round', () => {
    assert.deepEqual(differences(EMPTY_AUDIT, stored), []);
    const locked = { ...EMPTY_AUDIT, isLocked: true, epoch: 2, overrides: ['o'], waivers: ['w'] };
    assert.deepEqual(differences(locked, { ...stored, lockdown, overrideIds: ['o'], waiverIds: ['w'] }), []);
    assert.deepEqual(differences(EMPTY_AUDIT, { ...stored, lockdown, overrideIds: ['o'], waiverIds: ['w'] }), [
      'lockdown in force: the store says true, the ledger false',
      'lockdown epoch: the store says 2, the ledger 0',
      'override o: the store says "granted", the ledger null',
      'waiver w: the store says "granted", the ledger null',
    ]);
    assert.deepEqual(differences(locked, stored), [
      'lockdown in force: the store says false, the ledger true',
      'lockdown epoch: the store says 0, the ledger 2',
    ]);
    const date = '2026-11-29';
    const holding = { ...EMPTY_AUDIT, holds: { [date]: 'active' as const } };
    const active = { date, hold: { status: 'active' } as never };
    assert.deepEqual(differences(holding, { ...stored, holds: [active, { date: '2026-11-28', hold: null }] }), []);
    assert.deepEqual(differences(EMPTY_AUDIT, { ...stored, holds: [active] }), [
      `hold of ${date}: the store says "active", the ledger null`,
    ]);
    assert.deepEqual(differences(holding, { ...stored, holds: [{ date, hold: null }] }), [
      `hold of ${date}: the store says null, the ledger "active"`,
    ]);
  });
});

describe('a lockdown', () => {
  const by = (cause: Lockdown['cause']) =>
    ({ cause, reason: 'x', slotId: null, findingIds: [], escalationId: 'e', setBy: 'ana' }) as const;
  const kim = { actor: 'kim', reason: 'seen', epoch: 1 };

  it('keeps its first cause, unless a violation joins, and begins anew after it was lifted', () => {
    const operator = lock(NO_LOCKDOWN, by('operator'), at('10:00'));
    assert.equal(lock(operator, by('rollback-failed'), at('10:05')), operator);
    const graver = lock(operator, by('compliance'), at('10:05'));
    assert.deepEqual([graver.epoch, graver.cause, graver.active], [2, 'compliance', true]);
    assert.equal(lock(graver, by('compliance'), at('10:06')), graver);
    const lifted = { ...graver, active: false };
    assert.equal(lock(lifted, by('operator'), at('10:07')).epoch, 3);
  });

  it('is lifted by one person where there is but one, also for a violation they saw', () => {
    const violated = lock(NO_LOCKDOWN, by('compliance'), at('10:00'));
    const alone = unlock(violated, { ...kim, actor: 'ana' }, at('10:01'), true);
    assert.ok(alone.kind === 'released');
    assert.deepEqual(
      [alone.lockdown.active, alone.lockdown.released],
      [false, { by: ['ana'], at: at('10:01'), reason: 'seen' }],
    );
    assert.equal(unlock(violated, { ...kim, actor: 'ana' }, at('10:01'), false).kind, 'refused');
    assert.equal(unlock(NO_LOCKDOWN, { ...kim, epoch: 0 }, at('10:01'), true).kind, 'refused');
  });

  it('keeps a proposal for an hour, and takes up a new one when that is over', () => {
    const violated = lock(NO_LOCKDOWN, by('compliance'), at('10:00'));
    const proposed = unlock(violated, kim, at('10:10'), false);
    assert.ok(proposed.kind === 'proposed');
    assert.equal(proposed.lockdown.proposal?.until, at('11:10'));
    const again = unlock(proposed.lockdown, { ...kim, actor: 'KIM' }, at('10:20'), false);
    assert.ok(again.kind === 'proposed');
    assert.deepEqual(again.lockdown.proposal, proposed.lockdown.proposal, 'the same person, the same proposal');
    const late = unlock(proposed.lockdown, { ...kim, actor: 'sam' }, at('11:10'), false);
    assert.ok(late.kind === 'proposed');
    assert.deepEqual([late.lockdown.proposal?.by, late.lockdown.proposal?.until], ['sam', at('12:10')]);
    const second = unlock(proposed.lockdown, { ...kim, actor: 'sam' }, at('11:09'), false);
    assert.ok(second.kind === 'released');
    assert.deepEqual(second.lockdown.released?.by, ['kim', 'sam']);
  });
});

describe('the self-test of delivery', () => {
  const schedule = parseCron('0 9 * * *');
  const record = (change: Partial<SelfTestRecord> = {}): SelfTestRecord => ({
    id: 's',
    startedAt: at('09:00'),
    deliveredAt: at('09:10'),
    lastSuccessAt: null,
    ...change,
  });
  const due = (known: SelfTestRecord | undefined, time: string, since = at('08:00')) =>
    isSelfTestDue(known, schedule, since, at(time));

  it('is due at its time, once, and not for a time before the watch', () => {
    assert.equal(due(undefined, '08:59'), false);
    assert.equal(due(undefined, '09:00'), true);
    assert.equal(due(undefined, '09:00', at('09:00')), true);
    assert.equal(due(undefined, '09:30', at('09:01')), false);
    assert.equal(due(record(), '09:20'), false);
    assert.equal(due(record({ startedAt: at('08:59') }), '09:20'), true);
    const never = parseCron('0 0 31 2 *');
    assert.equal(isSelfTestDue(undefined, never, at('08:00'), at('09:20')), false);
    assert.equal(headWord({ cause: 'self-test', severity: 'warning' }), 'SELF-TEST');
    assert.equal(headWord({ cause: 'it broke', severity: 'warning' }), 'WARNING');
  });

  it('waits for one that was not delivered, and follows one that came late at once', () => {
    assert.equal(due(record({ startedAt: '2026-11-01T09:00:00.000Z', deliveredAt: null }), '09:20'), false);
    assert.equal(due(record({ deliveredAt: at('09:30') }), '09:40'), false, 'half an hour is in time');
    assert.equal(due(record({ deliveredAt: at('09:31') }), '09:40'), true);
  });

  it('counts as success only when it came in time', () => {
    const before = '2026-11-28T09:00:00.000Z';
    const said = (time: string) => delivered(record({ lastSuccessAt: before, deliveredAt: null }), at(time));
    assert.deepEqual([said('09:30').deliveredAt, said('09:30').lastSuccessAt], [at('09:30'), at('09:30')]);
    assert.deepEqual([said('09:31').deliveredAt, said('09:31').lastSuccessAt], [at('09:31'), before]);
  });
});

describe('the anchors of the ledger', () => {
  const anchor = (seq: number, time: string, hash = `h${seq}`) => ({ seq, hash, at: at(time) });
  const found = (change: object) =>
    anchorsFault(
      { anchors: [], remembered: undefined, headSeq: 0, watchedSince: undefined, ...change } as never,
      at('12:00'),
    );

  it('and what the store remembers of them tell of each other', () => {
    assert.equal(found({}), null);
    const both = { anchors: [anchor(3, '10:00'), anchor(5, '11:00')], remembered: anchor(5, '11:00'), headSeq: 5 };
    assert.equal(found(both), null);
    assert.equal(found({ ...both, anchors: [anchor(3, '10:00')] })?.seq, 4);
    assert.equal(found({ ...both, anchors: [anchor(3, '10:00'), anchor(5, '11:00', 'x')] })?.seq, 5);
    assert.match(found({ ...both, remembered: anchor(3, '10:00') })?.what ?? '', /remembers entry 3/);
    assert.match(found({ ...both, remembered: undefined })?.what ?? '', /remembers no anchor/);
    assert.equal(found({ ...both, remembered: anchor(3, '10:00') })?.seq, 4);
    assert.equal(found({ ...both, remembered: undefined })?.seq, 1);
  });

  it('may be a quarter of an hour ahead of that memory', () => {
    const ahead = (time: string) =>
      found({ anchors: [anchor(3, '10:00'), anchor(5, time)], remembered: anchor(3, '10:00') });
    assert.equal(ahead('11:45'), null);
    assert.equal(ahead('11:44')?.seq, 4);
  });

  it('are owed once the watchdog has ticked for two hours over a ledger that is not empty', () => {
    assert.equal(found({ headSeq: 1, watchedSince: at('10:00') }), null);
    assert.equal(found({ headSeq: 1, watchedSince: at('09:59') })?.seq, 1);
    assert.equal(found({ headSeq: 0, watchedSince: at('09:59') }), null);
    assert.equal(found({ headSeq: 1 }), null);
    const anchors = [anchor(1, '10:00')];
    assert.equal(found({ headSeq: 1, watchedSince: at('09:59'), anchors, remembered: anchors[0] }), null);
  });
});
