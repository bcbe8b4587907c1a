import { type Instant, parseInstant } from '../time.ts';

/** One record of evidence: own properties are its fields. Nothing of it leaves this folder but its id. */
export type Fields = Readonly<Record<string, unknown>>;

/** Own fields alone: a record cannot borrow one from what every object has. */
export function fieldOf(record: Fields, name: string): unknown {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

export function copyFields(record: Fields, names: readonly string[]): Fields {
  const copy: Record<string, unknown> = {};
  for (const name of names) if (Object.hasOwn(record, name)) copy[name] = record[name];
  return copy;
}

/** Nothing stands there, or nothing but blanks. */
export function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (typeof value === 'string') return value.trim() === '';
  if (Array.isArray(value)) return value.length === 0;
  if (typeof value !== 'object' || value instanceof Date) return false;
  return Object.keys(value).length === 0;
}

/** A moment as stores write one: a Date, RFC 3339 text, or seconds and nanoseconds as Firestore's JSON has them. */
export function instantOf(value: unknown): Instant | undefined {
  if (typeof value === 'string') return parseInstant(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value.toISOString();
  if (typeof value !== 'object' || value === null) return undefined;
  const { seconds, nanos = 0 } = value as { seconds?: unknown; nanos?: unknown };
  const ms = Number(seconds) * 1000 + Math.floor(Number(nanos) / 1e6);
  const isTime = (typeof seconds === 'number' || typeof seconds === 'string') && Math.abs(ms) <= 8.64e15;
  return isTime ? new Date(ms).toISOString() : undefined;
}
