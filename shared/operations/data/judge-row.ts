import type { Dataset, FieldType } from '../../domain/configuration/index.ts';
import { unreachable } from '../../domain/errors.ts';
import { digestOf } from '../../domain/json.ts';
import { epochMs, type Instant } from '../../domain/time.ts';
import type { Line } from './line-splitter.ts';
import { timeOf } from './row-time.ts';

export type RuledDataset = Pick<Dataset, 'key' | 'ts' | 'max_age_h' | 'required' | 'schema' | 'reject_if_mock'>;

/** What every row of a dataset is held to. */
export interface RowRules {
  readonly key: string;
  readonly ts: string;
  /** Freshness is judged, so a row that cannot tell its time proves nothing. */
  readonly needsTime: boolean;
  readonly required: readonly string[];
  readonly types: readonly (readonly [field: string, type: FieldType])[];
  /** Every field that the configuration names. */
  readonly fields: readonly string[];
  /** A row from after this would make old data look fresh. */
  readonly notAfterMs: number;
}

export function rowRules(dataset: RuledDataset, notAfter: Instant): RowRules {
  const { key, ts, required, schema = {} } = dataset;
  return {
    key,
    ts,
    needsTime: dataset.max_age_h !== null,
    required: required.filter((field) => field !== key),
    types: Object.entries(schema),
    fields: [...new Set([key, ts, ...required, ...Object.keys(schema)])],
    notAfterMs: epochMs(notAfter),
  };
}

/** What a version was judged by; another value makes another version of the same batch. */
export function rulesDigest({ key, ts, max_age_h, required, schema, reject_if_mock }: RuledDataset): string {
  return digestOf({ key, ts, needsTime: max_age_h !== null, required, schema: schema ?? {}, reject_if_mock });
}

export type Fields = Readonly<Record<string, unknown>>;
export type Row =
  | {
      readonly isGood: true;
      readonly fields: Fields;
      readonly key: string;
      readonly timeMs: number | undefined;
      readonly isMock: boolean;
    }
  | { readonly isGood: false; readonly reasons: readonly string[]; readonly isMock: boolean };

export const isBlank = (line: Line): boolean => decoded(line.bytes)?.trim() === '';

/** Undefined for a blank line. */
export function judgeRow(line: Line, rules: RowRules): Row | undefined {
  if (line.isTooLong) return bad('too-long');
  const text = decoded(line.bytes);
  if (text === undefined) return bad('not-utf-8');
  if (text.trim() === '') return undefined;
  const value = parsed(text);
  if (value === undefined) return bad('not-json');
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return bad('not-an-object');
  const fields = value as Fields;
  const reasons: string[] = [];
  const key = keyOf(fields, rules.key, text);
  if (key === undefined) reasons.push(`key-missing:${rules.key}`);
  const timeMs = timeOf(own(fields, rules.ts));
  if (timeMs === undefined && rules.needsTime) reasons.push(`time-unreadable:${rules.ts}`);
  if (timeMs !== undefined && timeMs > rules.notAfterMs) reasons.push(`time-in-future:${rules.ts}`);
  for (const field of rules.required) if (isMissing(fields, field)) reasons.push(`missing:${field}`);
  for (const [field, type] of rules.types) {
    if (!isMissing(fields, field) && !isOfType(own(fields, field), type)) reasons.push(`not-${type}:${field}`);
  }
  const isMock = saysMock(fields);
  return key === undefined || reasons.length > 0
    ? { isGood: false, reasons, isMock }
    : { isGood: true, fields, key, timeMs, isMock };
}

const bad = (reason: string): Row => ({ isGood: false, reasons: [reason], isMock: false });
const UTF8 = new TextDecoder('utf-8', { fatal: true });

function decoded(bytes: Uint8Array): string | undefined {
  try {
    return UTF8.decode(bytes);
  } catch {
    return undefined;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const own = (fields: Fields, name: string): unknown => (Object.hasOwn(fields, name) ? fields[name] : undefined);

/** Null and the empty text say as little as an absent field. */
export function isMissing(fields: Fields, name: string): boolean {
  const value = own(fields, name);
  return value === undefined || value === null || value === '';
}

function keyOf(fields: Fields, name: string, text: string): string | undefined {
  const value = own(fields, name);
  if (typeof value === 'string') return value === '' ? undefined : value;
  if (typeof value !== 'number') return undefined;
  return Number.isSafeInteger(value) ? String(value) : exactNumber(text, name);
}

/** Beyond 2^53 different numbers read alike, and two records would look like one: the text itself is the key. */
function exactNumber(text: string, name: string): string | undefined {
  const sources = new Map<unknown, string | undefined>();
  let exact: string | undefined;
  JSON.parse(text, function (this: unknown, key: string, value: unknown, context?: { source?: string }) {
    if (key === name && typeof value === 'number') sources.set(this, context?.source);
    // The record itself is visited last, under the empty name.
    if (key === '') exact = sources.get(value);
    return value;
  });
  return exact;
}

const MOCK_FLAGS = ['mock', 'is_mock', 'isMock', '_mock'] as const;
const MOCK_WORDS = ['mode', 'source', 'provider'] as const;

/** A row that says of itself that it is made up. */
function saysMock(fields: Fields): boolean {
  if (MOCK_FLAGS.some((name) => own(fields, name) === true || own(fields, name) === 'true')) return true;
  return MOCK_WORDS.some((name) => {
    const value = own(fields, name);
    return typeof value === 'string' && value.toLowerCase() === 'mock';
  });
}

function isOfType(value: unknown, type: FieldType): boolean {
  switch (type) {
    case 'any':
      return true;
    case 'string':
      return typeof value === 'string';
    case 'bool':
      return typeof value === 'boolean';
    case 'int':
      return Number.isInteger(value);
    case 'double':
      return typeof value === 'number';
    case 'timestamp':
      return timeOf(value) !== undefined;
    case 'date':
      return typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value) && timeOf(value) !== undefined;
    case 'list':
      return Array.isArray(value);
    case 'map':
      return value !== null && typeof value === 'object' && !Array.isArray(value);
    default:
      return unreachable(type, 'field type');
  }
}
