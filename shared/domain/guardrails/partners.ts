import type { Fields } from './fields.ts';
import { copyFields } from './fields.ts';

/** Finds the records of the joined evidence that make a pair with a record. */
export interface Partners {
  find(record: Fields): readonly Fields[];
}

/** What one join keeps of the joined evidence: the fields that make a pair, and those that are read of a partner. */
export interface PartnerNeed {
  /** The name of the joined evidence. */
  readonly evidence: string;
  readonly match: readonly string[];
  /** `all` when a condition reads the record as a whole. */
  readonly fields: readonly string[] | 'all';
}

/**
 * Bytes that all indexes of one operation may take together, counted before they are kept. With it the whole stays
 * below 256 MiB, the memory that an evaluation may take.
 */
export const PARTNER_BYTES = 96 * 1024 * 1024;

export class Allowance {
  #left: number;
  constructor(bytes: number = PARTNER_BYTES) {
    this.#left = bytes;
  }

  /** False when that much is not left; then nothing is taken. */
  take(bytes: number): boolean {
    if (bytes > this.#left) return false;
    this.#left -= bytes;
    return true;
  }
}

const NONE: readonly Fields[] = [];
/** All that is kept of a partner of which nothing is read. */
const PRESENT: Fields = Object.freeze({});
/** A map entry with its key's and its record's headers, rounded up. */
const ENTRY_BYTES = 96;

/** A hash index over the joined evidence: one look a record, whatever the number of records. */
export class PartnerIndex implements Partners {
  readonly #need: PartnerNeed;
  readonly #allowance: Allowance;
  readonly #known = new Map<string, Fields | Fields[]>();
  #isFull = false;

  constructor(need: PartnerNeed, allowance: Allowance) {
    this.#need = need;
    this.#allowance = allowance;
  }

  /** Records were left out for want of memory: what it does not find may still exist. */
  get isFull(): boolean {
    return this.#isFull;
  }

  add(record: Fields): void {
    const key = keyOf(record, this.#need.match);
    if (key === undefined || this.#isFull) return;
    const { fields } = this.#need;
    const known = this.#known.get(key);
    // Whether there is a partner is all that such a join asks.
    if (fields.length === 0 && known !== undefined) return;
    const kept = fields === 'all' ? record : fields.length === 0 ? PRESENT : copyFields(record, fields);
    if (!this.#allowance.take(ENTRY_BYTES + key.length + bytesOf(kept))) {
      this.#isFull = true;
      return;
    }
    if (known === undefined) this.#known.set(key, kept);
    else if (Array.isArray(known)) known.push(kept);
    else this.#known.set(key, [known as Fields, kept]);
  }

  /** Takes up partners of these records alone, in a later reading. */
  matching(records: readonly Fields[]): { add(record: Fields): void } {
    const { match } = this.#need;
    const wanted = new Set(records.map((record) => keyOf(record, match)));
    return {
      add: (record) => {
        if (wanted.has(keyOf(record, match))) this.add(record);
      },
    };
  }

  find(record: Fields): readonly Fields[] {
    const key = keyOf(record, this.#need.match);
    const known = key === undefined ? undefined : this.#known.get(key);
    if (known === undefined) return NONE;
    return Array.isArray(known) ? known : [known as Fields];
  }
}

/** Equal for records that make a pair; undefined when a field is absent, which makes a pair with nothing. */
function keyOf(record: Fields, match: readonly string[]): string | undefined {
  const [first = ''] = match;
  if (match.length === 1) return keyPart(record, first);
  let key = '';
  for (const field of match) {
    const part = keyPart(record, field);
    if (part === undefined) return undefined;
    key += `${part.length}:${part}`;
  }
  return key;
}

/** A number is the text that a CSV file has for it: two systems rarely write ids alike. */
function keyPart(record: Fields, field: string): string | undefined {
  const value = Object.hasOwn(record, field) ? record[field] : undefined;
  if (typeof value === 'string') return value === '' ? undefined : value;
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean'
    ? String(value)
    : undefined;
}

/** Roughly what a value takes; lists and maps by their parts. */
function bytesOf(value: unknown, depth = 0): number {
  if (typeof value === 'string') return 24 + value.length;
  if (typeof value !== 'object' || value === null) return 16;
  if (depth > 8) return 4096;
  let sum = 32;
  for (const part of Object.values(value)) sum += 24 + bytesOf(part, depth + 1);
  return sum;
}
