import type { Json } from '../../domain/json.ts';

/** A Firestore value as the generated client takes and gives it: exactly one member is set. */
export interface WireValue {
  readonly nullValue?: 'NULL_VALUE' | 0 | null;
  readonly booleanValue?: boolean | null;
  /** 64 bits do not fit into a number, so the client gives text. */
  readonly integerValue?: string | number | null;
  readonly doubleValue?: number | null;
  readonly stringValue?: string | null;
  readonly arrayValue?: { readonly values?: readonly WireValue[] | null } | null;
  readonly mapValue?: { readonly fields?: WireFields | null } | null;
}
export type WireFields = Readonly<Record<string, WireValue>>;

/** Firestore has no array directly in an array: the inner one lies in a map with this one key. */
const NESTED = '[]';
/** Empty and `__x__` names are refused by Firestore; with a tilde before them they are not. */
const RESERVED = /^~*(__.*__)?$/s;

/** A plain JSON document as Firestore's fields. Keys without a value are left out, as JSON leaves them out. */
export function encodeFields(data: object): WireFields {
  const fields: Record<string, WireValue> = {};
  for (const [key, value] of Object.entries(data)) {
    if (value !== undefined) fields[escapeKey(key)] = encode(value);
  }
  return fields;
}

export function decodeFields(fields: WireFields | null | undefined): { readonly [key: string]: Json } {
  // `__proto__` as a key of data must stay data.
  return Object.fromEntries(Object.entries(fields ?? {}).map(([key, value]) => [unescapeKey(key), decode(value)]));
}

function encode(value: unknown): WireValue {
  if (value === null || value === undefined) return { nullValue: 'NULL_VALUE' };
  switch (typeof value) {
    case 'boolean':
      return { booleanValue: value };
    case 'string':
      return { stringValue: value };
    case 'number':
      return encodeNumber(value);
    case 'object':
      return Array.isArray(value) ? encodeArray(value) : encodeMap(value);
    default:
      throw new TypeError(`a ${typeof value} is no JSON`);
  }
}

/** As JSON has them: no NaN, no infinity, no negative zero. */
function encodeNumber(value: number): WireValue {
  if (!Number.isFinite(value)) return { nullValue: 'NULL_VALUE' };
  if (Number.isSafeInteger(value)) return { integerValue: String(value) };
  return { doubleValue: value };
}

function encodeArray(items: readonly unknown[]): WireValue {
  const values = items.map((item) => {
    const value = encode(item);
    return value.arrayValue === undefined ? value : { mapValue: { fields: { [NESTED]: value } } };
  });
  return { arrayValue: { values } };
}

function encodeMap(map: object): WireValue {
  const value = { mapValue: { fields: encodeFields(map) } };
  // Data that looks like the wrapping of an inner array is wrapped itself, so that it comes back as it went.
  return isWrapping(value.mapValue.fields) ? { mapValue: { fields: { [NESTED]: value } } } : value;
}

const isWrapping = (fields: WireFields): boolean => {
  const keys = Object.keys(fields);
  return keys.length === 1 && keys[0] === NESTED;
};

function decode(value: WireValue): Json {
  if (typeof value.stringValue === 'string') return value.stringValue;
  if (value.integerValue !== undefined && value.integerValue !== null) return Number(value.integerValue);
  if (typeof value.doubleValue === 'number') return value.doubleValue;
  if (typeof value.booleanValue === 'boolean') return value.booleanValue;
  if (value.arrayValue) return (value.arrayValue.values ?? []).map(decode);
  if (value.mapValue) return decodeMap(value.mapValue.fields ?? {});
  return null;
}

function decodeMap(fields: WireFields): Json {
  const inner = isWrapping(fields) ? fields[NESTED] : undefined;
  if (inner?.arrayValue) return decode(inner);
  if (inner?.mapValue) return decodeFields(inner.mapValue.fields);
  return decodeFields(fields);
}

const escapeKey = (key: string): string => (RESERVED.test(key) ? `~${key}` : key);
const unescapeKey = (key: string): string => (key.startsWith('~') && RESERVED.test(key) ? key.slice(1) : key);

/** A field's name in a query or a transform; anything but a simple name is quoted. */
export function fieldPath(name: string): string {
  const key = escapeKey(name);
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(key) ? key : `\`${key.replace(/[\\`]/g, '\\$&')}\``;
}

/** The wire form of one plain value. */
export const encodeValue = encode;
