import { admit } from './admit.ts';
import { isMap } from './equality.ts';
import { Fault, LimitReached } from './errors.ts';
import type { Frame } from './frame.ts';
import { LIMITS } from './limits.ts';
import { keysOf, readKey } from './maps.ts';
import { Duration, isPlainRecord, NANOS, Timestamp, Uint, type Value } from './values.ts';

/** Copying a list or map took 250 ns, garbage collection included. */
const COPY_STEPS = 8;

/** A timestamp or duration as a result: the shape of the protocol buffer message, which `admit` reads again. */
export interface TimeResult {
  readonly $typeName: 'google.protobuf.Timestamp' | 'google.protobuf.Duration';
  readonly seconds: bigint;
  readonly nanos: number;
}

/**
 * A value as callers get it: int and uint are bigint, double is number, lists are arrays, maps are Map (objects when
 * they come from a document), a type is an object with its `name`. Copies pay a step for each part.
 */
export function outward(value: Value, frame: Frame, depth = 0): unknown {
  if (typeof value !== 'object' || value === null) return value;
  frame.spend(COPY_STEPS);
  if (depth > LIMITS.valueDepth) throw new LimitReached('too-deep', `a value of more than ${LIMITS.valueDepth} levels`);
  if (value instanceof Uint) return value.value;
  if (value instanceof Uint8Array) return copiedBytes(value, frame);
  if (value instanceof Timestamp) return time('google.protobuf.Timestamp', BigInt(value.seconds), value.nanos);
  if (value instanceof Duration) {
    const nanos = Number(value.nanos % BigInt(NANOS));
    return time('google.protobuf.Duration', value.nanos / BigInt(NANOS), nanos);
  }
  if (Array.isArray(value)) return value.map((element) => outward(admit(element, 0), frame, depth + 1));
  if (value instanceof Fault || !isMap(value)) return value;
  const entries = keysOf(value, frame).map((key) => {
    return [outward(key, frame), outward(readKey(value, key, frame, 0), frame, depth + 1)] as const;
  });
  return isPlainRecord(value) ? Object.fromEntries(entries as [string, unknown][]) : new Map(entries);
}

/** A literal's bytes belong to the compiled expression, which the caller must not be able to change. */
function copiedBytes(bytes: Uint8Array, frame: Frame): Uint8Array {
  frame.spendOn(bytes.length);
  return Uint8Array.from(bytes);
}

function time($typeName: TimeResult['$typeName'], seconds: bigint, nanos: number): TimeResult {
  return { $typeName, seconds, nanos };
}
