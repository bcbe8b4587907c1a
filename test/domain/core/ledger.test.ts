import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type Anchor,
  appendEntry,
  EMPTY_HEAD,
  type LedgerEntry,
  type LedgerHead,
  NOT_JSON,
  verifyLedger,
} from '../../../shared/domain/ledger.ts';

const AT = '2026-11-24T12:00:00.000Z';

function ledger(count: number): { entries: LedgerEntry[]; head: LedgerHead; anchors: Anchor[] } {
  const entries: LedgerEntry[] = [];
  let head = EMPTY_HEAD;
  for (let n = 0; n < count; n++) {
    const appended = appendEntry(
      head,
      { kind: 'attempt-started', subject: `run-${n}`, actor: 'engine', detail: { n } },
      AT,
    );
    entries.push(appended.entry);
    head = appended.head;
  }
  return { entries, head, anchors: [{ seq: head.seq, hash: head.hash, at: AT }] };
}

const SIZE = 12;

describe('the ledger', () => {
  it('verifies as it was written', () => {
    const { entries, head, anchors } = ledger(SIZE);
    assert.deepEqual(verifyLedger(entries, head, anchors), { count: SIZE, fault: null });
  });

  for (let position = 0; position < SIZE; position++) {
    const seq = position + 1;
    it(`names entry ${seq} as the first bad one, however it was tampered with`, () => {
      const { entries, head, anchors } = ledger(SIZE);
      const entry = entries[position] as LedgerEntry;
      const first = (changed: LedgerEntry[]) => verifyLedger(changed, head, anchors).fault?.seq;
      for (const field of ['kind', 'subject', 'actor', 'at', 'hash', 'previous'] as const) {
        assert.equal(
          first(entries.with(position, { ...entry, [field]: `${entry[field].slice(0, -1)}!` })),
          seq,
          `flip ${field}`,
        );
      }
      assert.equal(first(entries.with(position, { ...entry, detail: { n: -1 } })), seq, 'flip detail');
      assert.equal(first(entries.toSpliced(position, 1)), seq, 'drop');
      assert.equal(first(entries.toSpliced(position, 0, { ...entry, subject: 'inserted' })), seq, 'insert');
      if (position + 1 < SIZE) {
        const next = entries[position + 1] as LedgerEntry;
        assert.equal(first(entries.with(position, next).with(position + 1, entry)), seq, 'swap');
      }
      assert.equal(first(entries.slice(0, position)), seq, 'truncate');
      const cut = ledger(position);
      assert.equal(verifyLedger(cut.entries, cut.head, anchors).fault?.seq, seq, 'truncate together with the head');
    });
  }

  it('names an entry that was written anew with everything after it, by its anchor', () => {
    const { anchors } = ledger(SIZE);
    const other = ledger(SIZE);
    const forged = appendEntry(
      EMPTY_HEAD,
      { kind: 'attempt-started', subject: 'forged', actor: 'x', detail: null },
      AT,
    );
    const entries = [forged.entry];
    let head = forged.head;
    for (const { kind, subject, actor, detail, at } of other.entries.slice(1)) {
      const appended = appendEntry(head, { kind, subject, actor, detail }, at);
      entries.push(appended.entry);
      head = appended.head;
    }
    assert.equal(verifyLedger(entries, head, []).fault, null);
    assert.equal(verifyLedger(entries, head, anchors).fault?.seq, SIZE);
  });

  const told = (instead: unknown) => {
    const { entries, head, anchors } = ledger(SIZE);
    const { fault } = verifyLedger((entries as unknown[]).with(8, instead), head, anchors);
    assert.equal(fault?.seq, 9);
    return fault.what;
  };
  const ninth = ledger(SIZE).entries[8] as LedgerEntry;

  it('refuses a field that no entry has, at the entry that has it', () => {
    assert.equal(told({ ...ninth, approvedBy: 'mallory' }), 'entry 9 has a field "approvedBy" that no entry has');
    assert.equal(told({ ...ninth, '': null }), 'entry 9 has a field "" that no entry has');
    const own = JSON.parse(`{"__proto__":1,${JSON.stringify(ninth).slice(1)}`);
    assert.equal(told(own), 'entry 9 has a field "__proto__" that no entry has');
  });

  it('tells names and values so that a terminal shows them and does nothing else with them', () => {
    const name = `a\u001b[2J\u009b1m\u202eb\u2028\u200b\ud800`;
    assert.equal(
      told({ ...ninth, [name]: 1 }),
      'entry 9 has a field "a\\u001b[2J\\u009b1m\\u202eb\\u2028\\u200b\\ud800" that no entry has',
    );
    assert.match(told({ ...ninth, seq: '\u001b]0;x\u0007' }), /seq is "\\u001b\]0;x\\u0007", a whole number/);
    assert.ok(told({ ...ninth, ['x'.repeat(1e6)]: 1 }).length < 200);
    assert.ok(told({ ...ninth, at: Array.from({ length: 1e5 }, () => 'x') }).length < 200);
  });

  it('tells a field of another type as what it is, and one that is missing', () => {
    assert.equal(told({ ...ninth, seq: '9' }), 'entry 9: seq is "9", a whole number is allowed');
    assert.equal(told({ ...ninth, seq: 9.5 }), 'entry 9: seq is 9.5, a whole number is allowed');
    assert.equal(told({ ...ninth, actor: null }), 'entry 9: actor is null, a text is allowed');
    assert.equal(told({ ...ninth, hash: ['x'] }), 'entry 9: hash is a list, a text is allowed');
    assert.equal(told({ ...ninth, at: {} }), 'entry 9: at is an object, a text is allowed');
    for (const field of ['seq', 'previous', 'at', 'kind', 'subject', 'actor', 'detail', 'hash']) {
      const { [field]: _gone, ...rest } = { ...ninth } as Record<string, unknown>;
      assert.equal(told(rest), `entry 9 has no ${field}`);
    }
  });

  it('misses the detail of an entry also where it was null', () => {
    const { entry, head } = appendEntry(EMPTY_HEAD, { kind: 'k', subject: 's', actor: 'a', detail: null }, AT);
    const { detail: _gone, ...rest } = entry;
    assert.equal(verifyLedger([entry], head, []).fault, null);
    assert.equal(verifyLedger([rest], head, []).fault?.what, 'entry 1 has no detail');
  });

  it('says of what stands in the place of an entry and is none that it is none', () => {
    assert.equal(told([1]), 'entry 9 is no entry: a list stands in its place');
    assert.equal(told(null), 'entry 9 is no entry: null stands in its place');
    assert.equal(told('x\u001b'), 'entry 9 is no entry: "x\\u001b" stands in its place');
    assert.equal(told(true), 'entry 9 is no entry: true stands in its place');
    assert.equal(told(NOT_JSON), 'entry 9 is not JSON any more');
  });

  it('is judged without an end in a detail that is nested deeper than any store holds', () => {
    const nested = (levels: number) => JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`);
    for (const levels of [21, 100_000])
      assert.match(told({ ...ninth, detail: nested(levels) }), /entry 9: detail is nested deeper than 20 levels/);
    const line = { kind: 'k', subject: 's', actor: 'a', detail: nested(20) };
    const { entry, head } = appendEntry(EMPTY_HEAD, line, AT);
    assert.equal(verifyLedger([entry], head, []).fault, null);
  });

  it('names an entry that is in another place by the number that it says', () => {
    assert.equal(told({ ...ninth, seq: 10 }), 'entry 9 is missing or out of order: found 10');
  });

  it('says of a head that is none what it is, and at the end of the chain', () => {
    const { entries, anchors } = ledger(SIZE);
    for (const [head, what] of [
      [NOT_JSON, 'the head is not JSON any more'],
      [null, 'the head is null: a number and a digest are allowed'],
      [[1], 'the head is a list: a number and a digest are allowed'],
      [{ seq: '12', hash: 'x', token: 1 }, 'the head is an object: a number and a digest are allowed'],
    ] as const) {
      assert.deepEqual(verifyLedger(entries, head, anchors).fault, { seq: SIZE, what });
      assert.equal(verifyLedger(entries.slice(0, 5), head, anchors).fault?.seq, 6, 'an anchor tells more');
    }
  });
});
