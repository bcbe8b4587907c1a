import type { Frame } from './frame.ts';
import { Duration, Timestamp, Uint, type Value } from './values.ts';

/**
 * Below zero, zero or above zero as `left` stands before, beside or after `right`; NaN when a double is NaN (every
 * comparison with it is false); undefined when the two types have no order.
 */
export function order(left: Value, right: Value, frame: Frame): number | undefined {
  if (typeof left === 'string') {
    if (typeof right !== 'string') return undefined;
    return orderText(left, right, frame);
  }
  if (isNumeric(left)) return isNumeric(right) ? orderNumbers(left, right) : undefined;
  if (typeof left === 'boolean') return typeof right === 'boolean' ? Number(left) - Number(right) : undefined;
  if (left instanceof Timestamp) return right instanceof Timestamp ? orderTimestamps(left, right) : undefined;
  if (left instanceof Duration) return right instanceof Duration ? sign(left.nanos, right.nanos) : undefined;
  if (left instanceof Uint8Array) return right instanceof Uint8Array ? orderBytes(left, right, frame) : undefined;
  return undefined;
}

export function isNumeric(value: Value): value is bigint | number | Uint {
  return typeof value === 'number' || typeof value === 'bigint' || value instanceof Uint;
}

export function orderTimestamps(left: Timestamp, right: Timestamp): number {
  return left.seconds - right.seconds || left.nanos - right.nanos;
}

function sign<T extends bigint | number | string>(left: T, right: T): number {
  return left < right ? -1 : left > right ? 1 : left === right ? 0 : Number.NaN;
}

/** A double compared with an integer makes the integer a double first, as the reference implementations do. */
function orderNumbers(left: bigint | number | Uint, right: bigint | number | Uint): number {
  const l = left instanceof Uint ? left.value : left;
  const r = right instanceof Uint ? right.value : right;
  if (typeof l === typeof r) return sign(l, r);
  return sign(Number(l), Number(r));
}

/**
 * By code point. JavaScript compares UTF-16 units, which differs only where a surrogate (U+10000 and up) meets a unit
 * above the surrogates, so the quick comparison stands unless the first difference is such a pair.
 */
function orderText(left: string, right: string, frame: Frame): number {
  if (left === right) return 0;
  const shared = Math.min(left.length, right.length);
  frame.spend(shared >> 2);
  for (let i = 0; i < shared; i += 1) {
    const l = left.charCodeAt(i);
    const r = right.charCodeAt(i);
    if (l !== r) return l >= 0xd800 && r >= 0xd800 ? surrogateLast(l) - surrogateLast(r) : l - r;
  }
  return left.length - right.length;
}

function surrogateLast(unit: number): number {
  return unit <= 0xdfff ? unit + 0x10000 : unit;
}

function orderBytes(left: Uint8Array, right: Uint8Array, frame: Frame): number {
  frame.spendOn(Math.min(left.length, right.length));
  return Buffer.compare(left, right);
}
