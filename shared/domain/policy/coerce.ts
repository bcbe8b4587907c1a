import { admit } from './admit.ts';
import { isMap } from './equality.ts';
import { Fault } from './errors.ts';
import type { Frame } from './frame.ts';
import { parseDuration, parseTimestamp } from './instants.ts';
import { type StaticType, typeText } from './types.ts';
import { Duration, INT_MAX, INT_MIN, Timestamp, typeName, Uint, type Value } from './values.ts';

/**
 * A document's value as its declared type. JSON has one kind of number and no time, so a whole number serves as int, a
 * bigint as double, an RFC 3339 text as timestamp and a text such as `90s` as duration. Null passes: fields may be null.
 */
export function coerce(value: Value, type: StaticType, path: string, frame: Frame, at: number): Value {
  if (value === null || value instanceof Fault) return value;
  return coerced(value, type, path, frame, at) ?? mismatch(value, type, path, at);
}

function mismatch(value: Value, type: StaticType, path: string, at: number): Fault {
  return new Fault('type', `${path} is declared ${typeText(type)} but holds ${typeName(value)}`, at);
}

function coerced(value: Value, type: StaticType, path: string, frame: Frame, at: number): Value | undefined {
  switch (type.kind) {
    case 'string':
      return typeof value === 'string' ? value : undefined;
    case 'bool':
      return typeof value === 'boolean' ? value : undefined;
    case 'double':
      if (typeof value === 'number') return value;
      return typeof value === 'bigint' ? Number(value) : undefined;
    case 'int':
      return typeof value === 'bigint' ? value : whole(value, INT_MIN);
    case 'uint':
      return value instanceof Uint ? value : unsigned(typeof value === 'bigint' ? value : whole(value, 0n));
    case 'timestamp':
      if (value instanceof Timestamp) return value;
      return typeof value === 'string' ? parsed(parseTimestamp(value, at)) : undefined;
    case 'duration':
      if (value instanceof Duration) return value;
      return typeof value === 'string' ? parsed(parseDuration(value, at)) : undefined;
    case 'bytes':
      return value instanceof Uint8Array ? value : undefined;
    case 'map':
    case 'record':
      return isMap(value) ? value : undefined;
    case 'list':
      return Array.isArray(value) ? coercedList(value, type.element, path, frame, at) : undefined;
    case 'any':
    case 'null':
    case 'type':
      return value;
    default:
      return type satisfies never;
  }
}

function whole(value: Value, least: bigint): bigint | undefined {
  if (typeof value !== 'number' || !Number.isInteger(value)) return undefined;
  const integer = BigInt(value);
  return integer >= least && integer <= INT_MAX ? integer : undefined;
}

function unsigned(value: bigint | undefined): Uint | undefined {
  return value === undefined || value < 0n ? undefined : new Uint(value);
}

/** A text that is no timestamp is a mismatch like any other, so that the field is named. */
function parsed(value: Value): Value | undefined {
  return value instanceof Fault ? undefined : value;
}

function coercedList(
  list: readonly unknown[],
  element: StaticType,
  path: string,
  frame: Frame,
  at: number,
): readonly unknown[] {
  // Text, bool and maps need no conversion, and an element of another type meets an operator that refuses it.
  if (element.kind === 'any' || element.kind === 'string' || element.kind === 'bool' || element.kind === 'map')
    return list;
  frame.spend(list.length);
  return list.map((value) => coerce(admit(value, at), element, `an element of ${path}`, frame, at));
}
