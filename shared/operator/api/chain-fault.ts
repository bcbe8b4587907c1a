import { entryFault, type LedgerEntry, type LedgerFault, type LedgerHead } from '../../domain/ledger.ts';

/** The first entry of a piece of the ledger that does not follow from the one before it, up to the head. */
export function chainFault(entries: readonly unknown[], from: number, head: LedgerHead): LedgerFault | null {
  let previous: string | undefined;
  for (const [index, entry] of entries.entries()) {
    const seq = from + index;
    const what = entryFault(entry, seq, previous);
    if (what !== undefined) return { seq, what };
    previous = (entry as LedgerEntry).hash;
  }
  if (entries.length > 0 && previous !== head.hash)
    return { seq: head.seq, what: `the head does not match entry ${head.seq}` };
  return null;
}
