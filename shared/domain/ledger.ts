import { canonicalJson, type Json, sha256 } from './json.ts';
import type { Instant } from './time.ts';

/** One line of the record that nobody edits: a transition of a slot or the act of a person. */
export interface LedgerEntry {
  readonly seq: number;
  /** Hash of the entry before; 64 zeros for the first. */
  readonly previous: string;
  readonly at: Instant;
  readonly kind: string;
  /** Run id, control or day that it is about. */
  readonly subject: string;
  /** A person's verified name, or the worker's role. */
  readonly actor: string;
  readonly detail: Json;
  /** sha-256 over everything above. */
  readonly hash: string;
}

export interface LedgerHead {
  readonly seq: number;
  readonly hash: string;
  /** The newest fencing token granted to anybody. */
  readonly token: number;
}

export interface Anchor {
  readonly seq: number;
  readonly hash: string;
  readonly at: Instant;
}

export const GENESIS_HASH = '0'.repeat(64);
export const EMPTY_HEAD: LedgerHead = { seq: 0, hash: GENESIS_HASH, token: 0 };

/** Documents are listed by id, so numbers are padded to sort. */
export const ledgerId = (seq: number): string => String(seq).padStart(12, '0');

export type LedgerLine = Pick<LedgerEntry, 'kind' | 'subject' | 'actor' | 'detail'>;

export function appendEntry(head: LedgerHead, line: LedgerLine, at: Instant): { entry: LedgerEntry; head: LedgerHead } {
  const body = { seq: head.seq + 1, previous: head.hash, at, ...line };
  const hash = hashOf(body);
  return { entry: { ...body, hash }, head: { ...head, seq: body.seq, hash } };
}

export const hashOf = (body: Omit<LedgerEntry, 'hash'>): string =>
  sha256(canonicalJson([body.seq, body.previous, body.at, body.kind, body.subject, body.actor, body.detail]));

export interface LedgerFault {
  readonly seq: number;
  readonly what: string;
}

/** Walks the chain and names the first bad entry. The head and the newest anchor show a truncation. */
export function verifyLedger(
  entries: Iterable<LedgerEntry>,
  head: LedgerHead,
  anchors: readonly Anchor[],
): { count: number; fault: LedgerFault | null } {
  let previous = GENESIS_HASH;
  let count = 0;
  // Whoever may add anchors may add a second one for the same entry: each of them must agree.
  const anchored = Map.groupBy(anchors, ({ seq }) => seq);
  for (const entry of entries) {
    count += 1;
    const fault = (what: string) => ({ count, fault: { seq: count, what } });
    if (entry?.seq !== count) return fault(`entry ${count} is missing or out of order: found ${entry?.seq}`);
    const { hash, ...body } = entry;
    if (entry.previous !== previous) return fault(`entry ${count} does not follow the entry before it`);
    if (hashOf(body) !== hash) return fault(`entry ${count} does not match its own hash`);
    const other = anchored.get(count)?.find((anchor) => anchor.hash !== hash);
    if (other !== undefined) return fault(`entry ${count} differs from the head anchored at ${other.at}`);
    previous = hash;
  }
  const newest = anchors.reduce<Anchor | undefined>(
    (best, anchor) => (best === undefined || anchor.seq > best.seq ? anchor : best),
    undefined,
  );
  const expected = Math.max(head.seq, newest?.seq ?? 0);
  if (count < expected)
    return {
      count,
      fault: { seq: count + 1, what: `the ledger ends at ${count}; entry ${count + 1} of ${expected} is missing` },
    };
  if (count !== head.seq || previous !== head.hash)
    return { count, fault: { seq: count, what: `the head says ${head.seq}, the chain ends at ${count}` } };
  return { count, fault: null };
}
