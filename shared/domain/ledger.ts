import { canonicalJson, type Json, sha256 } from './json.ts';
import { told } from './printable.ts';
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

/** Stands for a document whose bytes are no JSON: somebody wrote past the store. */
export const NOT_JSON = Symbol('not JSON');

const TEXT = { is: (value: unknown) => typeof value === 'string', allowed: 'a text' };
const FIELDS: Readonly<Record<keyof LedgerEntry, { is: (value: unknown) => boolean; allowed: string } | null>> = {
  seq: { is: Number.isSafeInteger, allowed: 'a whole number' },
  previous: TEXT,
  at: TEXT,
  kind: TEXT,
  subject: TEXT,
  actor: TEXT,
  detail: null,
  hash: TEXT,
};
/** Firestore's limit of maps and lists within each other; what is deeper was not written by this program. */
const DEEPEST = 20;

/**
 * Why this is not the entry of this number after the one with the digest `previous` (undefined: unknown); undefined when
 * it is. A digest covers the fields that an entry has, so any other field is refused here: nobody would vouch for it.
 */
export function entryFault(entry: unknown, seq: number, previous: string | undefined): string | undefined {
  if (entry === NOT_JSON) return `entry ${seq} is not JSON any more`;
  if (entry === undefined) return `entry ${seq} is missing`;
  const shape = shapeFault(entry);
  if (shape !== undefined) return `entry ${seq}${shape}`;
  const { hash, ...body } = entry as LedgerEntry;
  if (body.seq !== seq) return `entry ${seq} is missing or out of order: found ${body.seq}`;
  if (previous !== undefined && body.previous !== previous) return `entry ${seq} does not follow the entry before it`;
  if (hashOf(body) !== hash) return `entry ${seq} does not match its own hash`;
  return undefined;
}

/** Whether it has the fields of an entry and no others; what they say is not judged. */
export const isEntry = (value: unknown): value is LedgerEntry => shapeFault(value) === undefined;

function shapeFault(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return ` is no entry: ${told(value)} stands in its place`;
  const entry: Readonly<Record<string, unknown>> = { ...value };
  for (const [field, rule] of Object.entries(FIELDS)) {
    if (!Object.hasOwn(entry, field)) return ` has no ${field}`;
    if (rule !== null && !rule.is(entry[field]))
      return `: ${field} is ${told(entry[field])}, ${rule.allowed} is allowed`;
  }
  const unknown = Object.keys(entry).find((field) => !Object.hasOwn(FIELDS, field));
  if (unknown !== undefined) return ` has a field ${told(unknown)} that no entry has`;
  const { detail } = entry;
  const fault = jsonFault(detail);
  return fault === undefined ? undefined : `: detail ${fault}`;
}

/** Level by level, because a digest of what is nested without end would end in an exception. */
function jsonFault(detail: unknown): string | undefined {
  let level: unknown[] = [detail];
  for (let depth = 0; level.length > 0; depth++) {
    const inner: unknown[] = [];
    for (const value of level) {
      if (typeof value === 'object' && value !== null) for (const one of Object.values(value)) inner.push(one);
      else if (!isSimple(value)) return `holds ${told(value)}, which is no JSON`;
    }
    if (depth === DEEPEST && level.some((value) => typeof value === 'object' && value !== null))
      return `is nested deeper than ${DEEPEST} levels`;
    level = inner;
  }
  return undefined;
}

const isSimple = (value: unknown): boolean =>
  value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);

/** Walks the chain and names the first bad entry. The head and the newest anchor show a truncation. */
export function verifyLedger(
  entries: Iterable<unknown>,
  head: unknown,
  anchors: readonly Anchor[],
): { count: number; fault: LedgerFault | null } {
  let previous = GENESIS_HASH;
  let count = 0;
  // Whoever may add anchors may add a second one for the same entry: each of them must agree.
  const anchored = Map.groupBy(anchors, ({ seq }) => seq);
  for (const entry of entries) {
    count += 1;
    const fault = (what: string) => ({ count, fault: { seq: count, what } });
    const broken = entryFault(entry, count, previous);
    if (broken !== undefined) return fault(broken);
    const { hash } = entry as LedgerEntry;
    const other = anchored.get(count)?.find((anchor) => anchor.hash !== hash);
    if (other !== undefined) return fault(`entry ${count} differs from the head anchored at ${other.at}`);
    previous = hash;
  }
  const newest = anchors.reduce((most, { seq }) => Math.max(most, seq), 0);
  const noHead = headFault(head);
  const end = noHead === undefined ? (head as LedgerHead) : EMPTY_HEAD;
  const expected = Math.max(end.seq, newest);
  if (count < expected)
    return {
      count,
      fault: { seq: count + 1, what: `the ledger ends at ${count}; entry ${count + 1} of ${expected} is missing` },
    };
  if (noHead !== undefined) return { count, fault: { seq: Math.max(1, count), what: noHead } };
  if (count !== end.seq || previous !== end.hash)
    return { count, fault: { seq: count, what: `the head says ${end.seq}, the chain ends at ${count}` } };
  return { count, fault: null };
}

/** Why what stands in the place of the head is none; undefined when it is one. */
export function headFault(head: unknown): string | undefined {
  if (head === NOT_JSON) return 'the head is not JSON any more';
  const { seq, hash } = (head ?? {}) as Partial<LedgerHead>;
  return Number.isSafeInteger(seq) && typeof hash === 'string'
    ? undefined
    : `the head is ${told(head)}: a number and a digest are allowed`;
}
