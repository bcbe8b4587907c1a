import { durationOf, timestampOf } from './admit.ts';
import { Fault, LimitReached } from './errors.ts';
import type { Frame } from './frame.ts';
import { LIMITS } from './limits.ts';
import { Duration, INT_MAX, INT_MIN, NANOS, Timestamp, UINT_MAX, Uint, type Value } from './values.ts';

/** A binary operator on two values that are no faults; undefined when it has no overload for their types. */
export type BinaryOperator = (left: Value, right: Value, frame: Frame, at: number) => Value | undefined;

export function intOf(value: bigint, at: number): bigint | Fault {
  return value > INT_MAX || value < INT_MIN ? new Fault('overflow', 'an int is outside 64 bits', at) : value;
}

export function uintOf(value: bigint, at: number): Uint | Fault {
  return value > UINT_MAX || value < 0n ? new Fault('overflow', 'a uint is outside 64 bits', at) : new Uint(value);
}

export const add: BinaryOperator = (left, right, frame, at) => {
  if (typeof left === 'number') return typeof right === 'number' ? left + right : undefined;
  if (typeof left === 'bigint') return typeof right === 'bigint' ? intOf(left + right, at) : undefined;
  if (typeof left === 'string') return typeof right === 'string' ? joinText(left, right) : undefined;
  if (left instanceof Uint) return right instanceof Uint ? uintOf(left.value + right.value, at) : undefined;
  if (Array.isArray(left)) return Array.isArray(right) ? joinLists(left, right, frame) : undefined;
  if (left instanceof Uint8Array) return right instanceof Uint8Array ? joinBytes(left, right, frame) : undefined;
  if (left instanceof Timestamp) return right instanceof Duration ? moved(left, right.nanos, frame, at) : undefined;
  if (left instanceof Duration) {
    if (right instanceof Duration) return durationOf(left.nanos + right.nanos, at);
    return right instanceof Timestamp ? moved(right, left.nanos, frame, at) : undefined;
  }
  return undefined;
};

export const subtract: BinaryOperator = (left, right, frame, at) => {
  if (typeof left === 'number') return typeof right === 'number' ? left - right : undefined;
  if (typeof left === 'bigint') return typeof right === 'bigint' ? intOf(left - right, at) : undefined;
  if (left instanceof Uint) return right instanceof Uint ? uintOf(left.value - right.value, at) : undefined;
  if (left instanceof Timestamp) {
    if (right instanceof Duration) return moved(left, -right.nanos, frame, at);
    return right instanceof Timestamp ? durationOf(span(left, right), at) : undefined;
  }
  if (left instanceof Duration) return right instanceof Duration ? durationOf(left.nanos - right.nanos, at) : undefined;
  return undefined;
};

export const multiply: BinaryOperator = (left, right, _frame, at) => {
  if (typeof left === 'number') return typeof right === 'number' ? left * right : undefined;
  if (typeof left === 'bigint') return typeof right === 'bigint' ? intOf(left * right, at) : undefined;
  if (left instanceof Uint) return right instanceof Uint ? uintOf(left.value * right.value, at) : undefined;
  return undefined;
};

export const divide: BinaryOperator = (left, right, _frame, at) => {
  if (typeof left === 'number') return typeof right === 'number' ? left / right : undefined;
  if (typeof left === 'bigint') {
    if (typeof right !== 'bigint') return undefined;
    return right === 0n ? new Fault('divide-by-zero', 'division by zero', at) : intOf(left / right, at);
  }
  if (!(left instanceof Uint && right instanceof Uint)) return undefined;
  return right.value === 0n ? new Fault('divide-by-zero', 'division by zero', at) : new Uint(left.value / right.value);
};

export const modulo: BinaryOperator = (left, right, _frame, at) => {
  if (typeof left === 'bigint') {
    if (typeof right !== 'bigint') return undefined;
    return right === 0n ? new Fault('divide-by-zero', 'modulus by zero', at) : left % right;
  }
  if (!(left instanceof Uint && right instanceof Uint)) return undefined;
  return right.value === 0n ? new Fault('divide-by-zero', 'modulus by zero', at) : new Uint(left.value % right.value);
};

export function negate(value: Value, at: number): Value | undefined {
  if (typeof value === 'number') return -value;
  return typeof value === 'bigint' ? intOf(-value, at) : undefined;
}

/** Refused before it is built: JavaScript joins lazily, so a huge string would cost only when it is first read. */
export function refuseLong(length: number): void {
  if (length > LIMITS.builtLength) {
    throw new LimitReached('too-large', `a string or byte sequence longer than ${LIMITS.builtLength}`);
  }
}

function joinText(left: string, right: string): string {
  refuseLong(left.length + right.length);
  return left + right;
}

function joinBytes(left: Uint8Array, right: Uint8Array, frame: Frame): Uint8Array {
  refuseLong(left.length + right.length);
  frame.spendOn(left.length + right.length);
  return Uint8Array.from(Buffer.concat([left, right]));
}

function joinLists(left: readonly unknown[], right: readonly unknown[], frame: Frame): readonly unknown[] {
  frame.spend(left.length + right.length);
  return left.concat(right);
}

function instantNanos(instant: Timestamp): bigint {
  return BigInt(instant.seconds) * BigInt(NANOS) + BigInt(instant.nanos);
}

function span(left: Timestamp, right: Timestamp): bigint {
  return BigInt(left.seconds - right.seconds) * BigInt(NANOS) + BigInt(left.nanos - right.nanos);
}

function moved(instant: Timestamp, nanos: bigint, frame: Frame, at: number): Value {
  frame.spend(5);
  const sum = instantNanos(instant) + nanos;
  const rest = Number(((sum % BigInt(NANOS)) + BigInt(NANOS)) % BigInt(NANOS));
  return timestampOf(Number((sum - BigInt(rest)) / BigInt(NANOS)), rest, at);
}
