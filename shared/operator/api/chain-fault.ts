import { hashOf, type LedgerEntry, type LedgerFault, type LedgerHead } from '../../domain/ledger.ts';

/** The first entry of a piece of the ledger that does not follow from the one before it, up to the head. */
export function chainFault(
  entries: readonly (LedgerEntry | undefined)[],
  from: number,
  head: LedgerHead,
): LedgerFault | null {
  let previous: string | undefined;
  for (const [index, entry] of entries.entries()) {
    const seq = from + index;
    if (entry === undefined || entry.seq !== seq) return { seq, what: `entry ${seq} is missing` };
    const { hash, ...body } = entry;
    if (previous !== undefined && entry.previous !== previous)
      return { seq, what: `entry ${seq} does not follow the entry before it` };
    if (hashOf(body) !== hash) return { seq, what: `entry ${seq} does not match its own hash` };
    previous = hash;
  }
  if (entries.length > 0 && previous !== head.hash)
    return { seq: head.seq, what: `the head does not match entry ${head.seq}` };
  return null;
}
