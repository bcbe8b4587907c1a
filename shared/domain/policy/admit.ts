import { isCelUint } from '@bufbuild/cel';
import { Fault } from './errors.ts';
import {
  Duration,
  INT_MAX,
  INT_MIN,
  NANOS,
  type PlainRecord,
  TIMESTAMP_MAX_SECONDS,
  TIMESTAMP_MIN_SECONDS,
  Timestamp,
  TypeValue,
  UINT_MAX,
  Uint,
  type Value,
} from './values.ts';

/**
 * A raw value of a document as a value of CEL.
 *
 * number is double, bigint is int, Uint8Array bytes, Array list, Map and plain objects maps (own properties only),
 * Date a timestamp, and so is an object with exactly `seconds` and `nanos` as Firestore's JSON has it; a message with
 * `$typeName` google.protobuf.Timestamp or google.protobuf.Duration is what it says. Lists and maps are not copied:
 * their elements pass here when they are read.
 */
export function admit(raw: unknown, at: number): Value {
  switch (typeof raw) {
    case 'string':
    case 'boolean':
    case 'number':
      return raw;
    case 'bigint':
      return raw > INT_MAX || raw < INT_MIN ? new Fault('overflow', 'a bound integer is outside 64 bits', at) : raw;
    case 'object':
      return raw === null ? null : admitObject(raw, at);
    default:
      return new Fault('type', `a bound value is a ${typeof raw}, which no CEL type can hold`, at);
  }
}

/** By prototype first, because that is one look for what documents hold; subclasses come after. */
function admitObject(raw: object, at: number): Value {
  const prototype = Object.getPrototypeOf(raw);
  if (prototype === Object.prototype || prototype === null) return admitRecord(raw as PlainRecord, at);
  if (prototype === Array.prototype) return raw as readonly unknown[];
  if (raw instanceof Date) return admitDate(raw, at);
  if (isInternal(raw) || raw instanceof Map || raw instanceof Uint8Array || Array.isArray(raw)) return raw;
  if (isCelUint(raw)) return admitUint(raw.value, at);
  return new Fault('type', 'a bound value is an object of a class that no CEL type can hold', at);
}

function isInternal(raw: object): raw is Timestamp | Duration | Uint | TypeValue | Fault {
  return (
    raw instanceof Timestamp ||
    raw instanceof Duration ||
    raw instanceof Uint ||
    raw instanceof TypeValue ||
    raw instanceof Fault
  );
}

function admitUint(value: bigint, at: number): Value {
  if (value < 0n || value > UINT_MAX) return new Fault('overflow', 'a bound unsigned integer is outside 64 bits', at);
  return new Uint(value);
}

function admitDate(raw: Date, at: number): Value {
  const milliseconds = raw.getTime();
  if (Number.isNaN(milliseconds)) return new Fault('bad-argument', 'a bound Date is invalid', at);
  const seconds = Math.floor(milliseconds / 1000);
  return timestampOf(seconds, (milliseconds - seconds * 1000) * 1_000_000, at);
}

export function timestampOf(seconds: number, nanos: number, at: number): Timestamp | Fault {
  if (seconds < TIMESTAMP_MIN_SECONDS || seconds > TIMESTAMP_MAX_SECONDS) {
    return new Fault('overflow', 'a timestamp is outside the years 1 to 9999', at);
  }
  return new Timestamp(seconds, nanos);
}

function admitRecord(raw: PlainRecord, at: number): Value {
  if (!Object.hasOwn(raw, 'seconds') || !Object.hasOwn(raw, 'nanos')) return raw;
  const message = Object.hasOwn(raw, '$typeName') ? raw.$typeName : undefined;
  if (message === undefined && Object.keys(raw).length !== 2) return raw;
  const seconds = wholeNumber(raw.seconds);
  const nanos = wholeNumber(raw.nanos);
  if (seconds === undefined || nanos === undefined) return raw;
  if (message === 'google.protobuf.Duration') return durationOf(BigInt(seconds) * BigInt(NANOS) + BigInt(nanos), at);
  if (message !== undefined && message !== 'google.protobuf.Timestamp') return raw;
  if (nanos < 0 || nanos >= NANOS) return new Fault('bad-argument', 'nanos of a timestamp are outside a second', at);
  return timestampOf(seconds, nanos, at);
}

function wholeNumber(value: unknown): number | undefined {
  const number = typeof value === 'bigint' ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : undefined;
}

export function durationOf(nanos: bigint, at: number): Duration | Fault {
  if (nanos > INT_MAX || nanos < INT_MIN) return new Fault('overflow', 'a duration is outside 64 bits', at);
  return new Duration(nanos);
}
