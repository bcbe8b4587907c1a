import { admit } from './admit.ts';
import { Fault, LimitReached } from './errors.ts';
import type { Frame } from './frame.ts';
import { LIMITS } from './limits.ts';
import { hasKey, keysOf, mapSize, readKey } from './maps.ts';
import { Duration, isPlainRecord, Timestamp, TypeValue, Uint, type Value } from './values.ts';

/**
 * CEL equality: numbers of any type by value, everything else by type and content; values of different types are not
 * equal (never an error). Each compared element is a step, because a short expression can build a value whose
 * parts are shared so often that walking it would never end.
 */
export function equal(left: Value, right: Value, frame: Frame, depth = 0): boolean {
  if (left === right) return true;
  if (typeof left === 'number' || typeof left === 'bigint' || left instanceof Uint) return equalNumber(left, right);
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  if (depth > LIMITS.valueDepth) throw new LimitReached('too-deep', `a value of more than ${LIMITS.valueDepth} levels`);
  if (Array.isArray(left)) return Array.isArray(right) && equalLists(left, right, frame, depth);
  if (left instanceof Timestamp) {
    return right instanceof Timestamp && left.seconds === right.seconds && left.nanos === right.nanos;
  }
  if (left instanceof Duration) return right instanceof Duration && left.nanos === right.nanos;
  if (left instanceof TypeValue) return right instanceof TypeValue && left.name === right.name;
  if (left instanceof Uint8Array) {
    frame.spendOn(left.length);
    return right instanceof Uint8Array && left.length === right.length && Buffer.compare(left, right) === 0;
  }
  return isMap(left) && isMap(right) && equalMaps(left, right, frame, depth);
}

function equalNumber(left: number | bigint | Uint, right: Value): boolean {
  const r = right instanceof Uint ? right.value : right;
  if (typeof r !== 'number' && typeof r !== 'bigint') return false;
  const l = left instanceof Uint ? left.value : left;
  if (typeof l === typeof r) return l === r;
  // biome-ignore lint/suspicious/noDoubleEquals: between bigint and number it compares the mathematical values exactly
  return l == r;
}

export function isMap(value: Value): value is ReadonlyMap<unknown, unknown> | Readonly<Record<string, unknown>> {
  return value instanceof Map || isPlainRecord(value);
}

function equalLists(left: readonly unknown[], right: readonly unknown[], frame: Frame, depth: number): boolean {
  if (left.length !== right.length) return false;
  frame.spend(left.length * 2);
  return left.every((element, i) => equal(admit(element, 0), admit(right[i], 0), frame, depth + 1));
}

function equalMaps(
  left: ReadonlyMap<unknown, unknown> | Readonly<Record<string, unknown>>,
  right: ReadonlyMap<unknown, unknown> | Readonly<Record<string, unknown>>,
  frame: Frame,
  depth: number,
): boolean {
  if (mapSize(left, frame) !== mapSize(right, frame)) return false;
  for (const key of keysOf(left, frame)) {
    frame.spend(1);
    if (!hasKey(right, key, frame)) return false;
    const other = readKey(right, key, frame, 0);
    if (other instanceof Fault || !equal(readKey(left, key, frame, 0), other, frame, depth + 1)) return false;
  }
  return true;
}
