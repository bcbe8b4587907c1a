import { durationOf, timestampOf } from './admit.ts';
import { intOf, uintOf } from './arithmetic.ts';
import { Fault } from './errors.ts';
import { durationText, parseDuration, parseTimestamp, timestampText } from './instants.ts';
import { fn, type LibraryFunction } from './library.ts';
import { Duration, NANOS, Timestamp, TypeValue, typeName, Uint, type Value } from './values.ts';

const decoder = new TextDecoder('utf-8', { fatal: true });
const TRUE_TEXTS = ['true', 'True', 'TRUE', 't', '1'];
const FALSE_TEXTS = ['false', 'False', 'FALSE', 'f', '0'];

/** Type conversions. A refused text is not repeated in the fault: it may come from a document. */
export const CONVERSIONS: readonly LibraryFunction[] = [
  fn(
    'int',
    ['(int) int', '(uint) int', '(double) int', '(string) int', '(timestamp) int', '(duration) int'],
    (_frame, at, [value]) => toInt(value as Value, at),
  ),
  fn('uint', ['(uint) uint', '(int) uint', '(double) uint', '(string) uint'], (_frame, at, [value]) =>
    toUint(value as Value, at),
  ),
  fn('double', ['(double) double', '(int) double', '(uint) double', '(string) double'], (_frame, at, [value]) =>
    toDouble(value as Value, at),
  ),
  fn('bool', ['(bool) bool', '(string) bool'], (_frame, at, [value]) => toBool(value as Value, at)),
  fn(
    'string',
    [
      '(string) string',
      '(bool) string',
      '(int) string',
      '(uint) string',
      '(double) string',
      '(bytes) string',
      '(timestamp) string',
      '(duration) string',
    ],
    (frame, at, [value]) => {
      if (value instanceof Uint8Array) frame.spendOn(value.length);
      return toText(value as Value, at);
    },
  ),
  fn('bytes', ['(bytes) bytes', '(string) bytes'], (frame, _at, [value]) => {
    if (value instanceof Uint8Array) return value;
    if (typeof value !== 'string') return undefined;
    frame.spendOn(value.length);
    return new TextEncoder().encode(value);
  }),
  fn('timestamp', ['(timestamp) timestamp', '(string) timestamp', '(int) timestamp'], (frame, at, [value]) => {
    frame.spend(20);
    return toTimestamp(value as Value, at);
  }),
  fn('duration', ['(duration) duration', '(string) duration', '(int) duration'], (frame, at, [value]) => {
    frame.spend(20);
    return toDuration(value as Value, at);
  }),
  fn('type', ['(any) type'], (_frame, _at, [value]) => new TypeValue(typeName(value))),
  fn('dyn', ['(any) any'], (_frame, _at, [value]) => value),
];

function toInt(value: Value, at: number): Value | undefined {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return wholeOf(value, at, -(2 ** 63), intOf);
  if (typeof value === 'string') return parseWhole(value, /^[+-]?\d{1,19}$/, at, intOf);
  if (value instanceof Uint) return intOf(value.value, at);
  if (value instanceof Timestamp) return BigInt(value.seconds);
  return value instanceof Duration ? value.nanos / BigInt(NANOS) : undefined;
}

function toUint(value: Value, at: number): Value | undefined {
  if (value instanceof Uint) return value;
  if (typeof value === 'bigint') return uintOf(value, at);
  if (typeof value === 'number') return wholeOf(value, at, -Number.MIN_VALUE, uintOf);
  return typeof value === 'string' ? parseWhole(value, /^\+?\d{1,20}$/, at, uintOf) : undefined;
}

/** Rounds towards zero; `below` is the greatest double that is already too small. */
function wholeOf(value: number, at: number, below: number, made: (whole: bigint, at: number) => Value): Value {
  const isInside = value > below && value < 2 ** 64;
  return isInside ? made(BigInt(Math.trunc(value)), at) : new Fault('overflow', 'a double is outside 64 bits', at);
}

function parseWhole(text: string, form: RegExp, at: number, made: (whole: bigint, at: number) => Value): Value {
  if (!form.test(text)) return new Fault('bad-argument', 'a text is not a whole number of 64 bits', at);
  return made(BigInt(text.startsWith('+') ? text.slice(1) : text), at);
}

function toDouble(value: Value, at: number): Value | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Uint) return Number(value.value);
  if (typeof value !== 'string') return undefined;
  if (value.length <= 400 && /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(value)) return Number(value);
  const special = /^([+-]?)(NaN|Inf|Infinity)$/.exec(value);
  if (special === null) return new Fault('bad-argument', 'a text is not a number', at);
  return special[2] === 'NaN' ? Number.NaN : special[1] === '-' ? -Infinity : Infinity;
}

function toBool(value: Value, at: number): Value | undefined {
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string') return undefined;
  if (TRUE_TEXTS.includes(value)) return true;
  return FALSE_TEXTS.includes(value) ? false : new Fault('bad-argument', 'a text is neither true nor false', at);
}

function toText(value: Value, at: number): Value | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean' || typeof value === 'bigint' || typeof value === 'number') return String(value);
  if (value instanceof Uint) return String(value.value);
  if (value instanceof Timestamp) return timestampText(value);
  if (value instanceof Duration) return durationText(value);
  if (!(value instanceof Uint8Array)) return undefined;
  try {
    return decoder.decode(value);
  } catch {
    return new Fault('bad-argument', 'bytes are not UTF-8', at);
  }
}

function toTimestamp(value: Value, at: number): Value | undefined {
  if (value instanceof Timestamp) return value;
  if (typeof value === 'string') return parseTimestamp(value, at);
  return typeof value === 'bigint' ? timestampOf(Number(value), 0, at) : undefined;
}

function toDuration(value: Value, at: number): Value | undefined {
  if (value instanceof Duration) return value;
  if (typeof value === 'string') return parseDuration(value, at);
  return typeof value === 'bigint' ? durationOf(value * BigInt(NANOS), at) : undefined;
}
