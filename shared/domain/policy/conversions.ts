import { durationOf, timestampOf } from './admit.ts';
import { intOf, uintOf } from './arithmetic.ts';
import { Fault } from './errors.ts';
import { durationText, parseDuration, parseTimestamp, timestampText } from './instants.ts';
import { fn, type LibraryFunction } from './library.ts';
import { Duration, NANOS, Timestamp, TypeValue, typeName, Uint, type Value } from './values.ts';

const decoder = new TextDecoder('utf-8', { fatal: true });
const TRUE_TEXTS = ['true', 'True', 'TRUE', 't', '1'];
const FALSE_TEXTS = ['false', 'False', 'FALSE', 'f', '0'];

/** A conversion; `from` lists the types it takes. Reading a text or bytes is paid for by the unit. */
function conversion(
  name: string,
  from: readonly string[],
  convert: (value: Value, at: number) => Value | undefined,
): LibraryFunction {
  const overloads = from.map((type) => `(${type}) ${name}`);
  return fn(name, overloads, (frame, at, [value]) => {
    const isLong = typeof value === 'string' || value instanceof Uint8Array;
    frame.spend(isLong ? 10 + value.length * STEPS_PER_UNIT : 5);
    return value === undefined ? undefined : convert(value, at);
  });
}

/** Durations and numbers of many digits took 60 ns a unit. */
const STEPS_PER_UNIT = 4;

/** Type conversions. A refused text is not repeated in the fault: it may come from a document. */
export const CONVERSIONS: readonly LibraryFunction[] = [
  conversion('int', ['int', 'uint', 'double', 'string', 'timestamp', 'duration'], toInt),
  conversion('uint', ['uint', 'int', 'double', 'string'], toUint),
  conversion('double', ['double', 'int', 'uint', 'string'], toDouble),
  conversion('bool', ['bool', 'string'], toBool),
  conversion('string', ['string', 'bool', 'int', 'uint', 'double', 'bytes', 'timestamp', 'duration'], toText),
  conversion('bytes', ['bytes', 'string'], toBytes),
  conversion('timestamp', ['timestamp', 'string', 'int'], toTimestamp),
  conversion('duration', ['duration', 'string', 'int'], toDuration),
  fn('type', ['(any) type'], (_frame, _at, [value]) => new TypeValue(typeName(value))),
  fn('dyn', ['(any) any'], (_frame, _at, [value]) => value),
];

function toBytes(value: Value): Value | undefined {
  if (value instanceof Uint8Array) return value;
  return typeof value === 'string' ? new TextEncoder().encode(value) : undefined;
}

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
