import type { ledgerWhole } from '../../../shared/operator/api/ledger-view.ts';

type Verified = Pick<Awaited<ReturnType<typeof ledgerWhole>>, 'entries' | 'anchors' | 'anchoredUpTo' | 'firstBad'>;

/** The verdict on the ledger, and how far it is more than the word of whoever can write the database. */
export function ledgerLine({ entries, anchors, anchoredUpTo, firstBad }: Verified): string {
  if (firstBad !== null) return `ledger: BROKEN at entry ${firstBad.seq}: ${firstBad.what}`;
  const whole = `ledger: ${entries} entries, chain intact, ${anchors} anchors agree`;
  if (entries === 0) return whole;
  if (anchoredUpTo === 0) return `${whole}; no entry is anchored yet`;
  const newer = entries - anchoredUpTo;
  const waiting = newer === 0 ? '' : `, ${newer} newer ${newer === 1 ? 'entry' : 'entries'} not yet`;
  return `${whole}; anchored up to entry ${anchoredUpTo}${waiting}`;
}
