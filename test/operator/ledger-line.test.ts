import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ledgerLine } from '../../functions/cli/render/ledger.ts';

const line = (entries: number, anchors: number, anchoredUpTo: number) =>
  ledgerLine({ entries, anchors, anchoredUpTo, firstBad: null });

describe('the line of ledger verify', () => {
  it('says how far anchors vouch, and how many entries are newer', () => {
    assert.equal(line(16, 25, 16), 'ledger: 16 entries, chain intact, 25 anchors agree; anchored up to entry 16');
    assert.equal(
      line(16, 25, 15),
      'ledger: 16 entries, chain intact, 25 anchors agree; anchored up to entry 15, 1 newer entry not yet',
    );
    assert.equal(
      line(16, 25, 13),
      'ledger: 16 entries, chain intact, 25 anchors agree; anchored up to entry 13, 3 newer entries not yet',
    );
    assert.equal(line(16, 0, 0), 'ledger: 16 entries, chain intact, 0 anchors agree; no entry is anchored yet');
    assert.equal(line(0, 0, 0), 'ledger: 0 entries, chain intact, 0 anchors agree');
  });

  it('names the first bad entry and what is wrong with it', () => {
    const firstBad = { seq: 9, what: 'entry 9 is not JSON any more' };
    assert.equal(
      ledgerLine({ entries: 9, anchors: 25, anchoredUpTo: 8, firstBad }),
      'ledger: BROKEN at entry 9: entry 9 is not JSON any more',
    );
  });
});
