import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type Anchor,
  appendEntry,
  EMPTY_HEAD,
  type LedgerEntry,
  type LedgerHead,
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
});
