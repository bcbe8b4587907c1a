import type { Fault } from './errors.ts';

/** An unsigned 64-bit integer: a type of its own in CEL, so it cannot be a bare bigint while evaluating. */
export class Uint {
  readonly value: bigint;
  constructor(value: bigint) {
    this.value = value;
  }
}

/** An instant: whole seconds since 1970-01-01T00:00:00Z (rounded down) and 0..999,999,999 nanoseconds after them. */
export class Timestamp {
  readonly seconds: number;
  readonly nanos: number;
  constructor(seconds: number, nanos: number) {
    this.seconds = seconds;
    this.nanos = nanos;
  }
}

/** A signed span of nanoseconds within 64 bits. */
export class Duration {
  readonly nanos: bigint;
  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

/** The value of `type(x)`: equal by name. */
export class TypeValue {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
  toString(): string {
    return this.name;
  }
}

/** A map as a document gives it: only own properties are its entries. */
export type PlainRecord = { readonly [key: string]: unknown };

/** A value while evaluating. Lists and maps hold raw document values; an element passes `admit` when it is read. */
export type Value =
  | null
  | boolean
  | string
  | bigint
  | number
  | Uint
  | Uint8Array
  | readonly unknown[]
  | ReadonlyMap<unknown, unknown>
  | PlainRecord
  | Timestamp
  | Duration
  | TypeValue
  | Fault;

export const INT_MIN = -(2n ** 63n);
export const INT_MAX = 2n ** 63n - 1n;
export const UINT_MAX = 2n ** 64n - 1n;
/** 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z, the range of google.protobuf.Timestamp. */
export const TIMESTAMP_MIN_SECONDS = -62_135_596_800;
export const TIMESTAMP_MAX_SECONDS = 253_402_300_799;
export const NANOS = 1_000_000_000;

export function isPlainRecord(value: unknown): value is PlainRecord {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** The CEL name of a value's type, as `type()` and messages give it. */
export function typeName(value: unknown): string {
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'string':
      return 'string';
    case 'bigint':
      return 'int';
    case 'number':
      return 'double';
    case 'object':
      return value === null ? 'null_type' : objectTypeName(value);
    default:
      return typeof value;
  }
}

function objectTypeName(value: object): string {
  if (Array.isArray(value)) return 'list';
  if (value instanceof Map || isPlainRecord(value)) return 'map';
  if (value instanceof Timestamp) return 'google.protobuf.Timestamp';
  if (value instanceof Duration) return 'google.protobuf.Duration';
  if (value instanceof Uint) return 'uint';
  if (value instanceof Uint8Array) return 'bytes';
  if (value instanceof TypeValue) return 'type';
  return 'unknown';
}
