import type { RawFields, RawTimestamp, RawValue } from '../ports/memory.ts';
import { ByteWriter } from './byte-writer.ts';
import { compareText } from './compare-names.ts';
import { SourceError } from './integrity-error.ts';
import { LONGEST_SHORT_STRING, MANTISSA_LIMIT, MAX_DECIMALS, POWERS_OF_TEN, TAG } from './value-tags.ts';

/**
 * The canonical bytes of a document's fields: fields in the order of the UTF-8 bytes of their names, one spelling for
 * each value. Two documents are equal exactly when their bytes are. `path` is for messages alone.
 */
export function encodeFields(fields: RawFields, path = '(document)'): Uint8Array {
  const writer = new ByteWriter(1024);
  writeFields(writer, fields, path);
  return writer.copy();
}

function writeFields(writer: ByteWriter, fields: RawFields, path: string): void {
  const names = Object.keys(fields).sort(compareText);
  writer.varint(names.length);
  for (const name of names) {
    writeText(writer, name, path);
    writeValue(writer, fields[name] as RawValue, path);
  }
}

function writeText(writer: ByteWriter, text: string, path: string): void {
  if (!text.isWellFormed()) throw new SourceError(path, 'a text holds half a surrogate pair, which UTF-8 cannot hold');
  const count = Buffer.byteLength(text);
  writer.varint(count);
  writer.text(text);
}

function writeString(writer: ByteWriter, text: string, path: string): void {
  if (!text.isWellFormed()) throw new SourceError(path, 'a text holds half a surrogate pair, which UTF-8 cannot hold');
  writeStringHead(writer, Buffer.byteLength(text));
  writer.text(text);
}

export function writeStringHead(writer: ByteWriter, byteCount: number): void {
  if (byteCount <= LONGEST_SHORT_STRING) writer.byte(TAG.shortString + byteCount);
  else {
    writer.byte(TAG.string);
    writer.varint(byteCount);
  }
}

function writeValue(writer: ByteWriter, value: RawValue, path: string): void {
  if ('stringValue' in value) writeString(writer, value.stringValue, path);
  else if ('integerValue' in value) writeInteger(writer, value.integerValue, path);
  else if ('doubleValue' in value) writeDouble(writer, value.doubleValue);
  else if ('booleanValue' in value) writer.byte(value.booleanValue ? TAG.true : TAG.false);
  else if ('nullValue' in value) writer.byte(TAG.null);
  else if ('timestampValue' in value) {
    writer.byte(TAG.timestamp);
    writeTimestamp(writer, value.timestampValue, path);
  } else if ('mapValue' in value) {
    writer.byte(TAG.map);
    writeFields(writer, value.mapValue.fields, path);
  } else if ('arrayValue' in value) {
    writer.byte(TAG.array);
    writer.varint(value.arrayValue.values.length);
    for (const element of value.arrayValue.values) writeValue(writer, element, path);
  } else if ('bytesValue' in value) {
    writer.byte(TAG.bytes);
    writer.varint(value.bytesValue.length);
    writer.append(value.bytesValue);
  } else if ('referenceValue' in value) {
    writer.byte(TAG.reference);
    writeText(writer, value.referenceValue, path);
  } else if ('geoPointValue' in value) {
    writer.byte(TAG.geoPoint);
    writer.double(value.geoPointValue.latitude);
    writer.double(value.geoPointValue.longitude);
  } else {
    const kind: never = value;
    throw new SourceError(path, `a value of no known kind: ${Object.keys(kind).join(', ') || 'empty'}`);
  }
}

const INTEGER = /^(?:0|-?[1-9][0-9]{0,18})$/;

export function writeInteger(writer: ByteWriter, text: string, path: string): void {
  const small = Number(text);
  if (!INTEGER.test(text)) throw new SourceError(path, `integer "${text}": allowed are decimal digits, 64 bits wide`);
  // Half of the safe range: the sign takes one bit.
  if (Math.abs(small) < 2 ** 52) {
    writeSmallInteger(writer, small);
    return;
  }
  const wide = BigInt(text);
  if (BigInt.asIntN(64, wide) !== wide) throw new SourceError(path, `integer ${text} is wider than 64 bits`);
  writer.byte(TAG.wideInteger);
  writer.reserve(8);
  writer.bytes.writeBigInt64BE(wide, writer.length);
  writer.length += 8;
}

export function writeSmallInteger(writer: ByteWriter, value: number): void {
  writer.byte(TAG.integer);
  writer.varint(zigzag(value));
}

function zigzag(value: number): number {
  return value < 0 ? -value * 2 - 1 : value * 2;
}

export function writeDouble(writer: ByteWriter, value: number): void {
  for (let decimals = 0; decimals <= MAX_DECIMALS; decimals++) {
    const mantissa = Math.round(value * (POWERS_OF_TEN[decimals] as number));
    // NaN and the infinities fail this comparison, and -0 has a check of its own: they keep their eight bytes.
    if (!(Math.abs(mantissa) < MANTISSA_LIMIT)) break;
    if (mantissa / (POWERS_OF_TEN[decimals] as number) === value && !Object.is(value, -0)) {
      writeDecimal(writer, mantissa, decimals);
      return;
    }
  }
  writer.byte(TAG.double);
  writer.double(Number.isNaN(value) ? Number.NaN : value);
}

/** `mantissa / 10^decimals`, which must be in lowest terms: no trailing zero unless `decimals` is 0. */
export function writeDecimal(writer: ByteWriter, mantissa: number, decimals: number): void {
  writer.byte(TAG.decimal + decimals);
  // `Math.round` gives -0 for small negatives; those never come here, because -0 / 10^n equals only zero.
  writer.varint(zigzag(mantissa));
}

export function writeTimestamp(writer: ByteWriter, time: RawTimestamp, path: string): void {
  const seconds = Number(time.seconds);
  if (!INTEGER.test(time.seconds) || !Number.isSafeInteger(seconds * 2)) {
    throw new SourceError(path, `timestamp seconds "${time.seconds}": allowed is a decimal integer below 2^52`);
  }
  if (!Number.isInteger(time.nanos) || time.nanos < 0 || time.nanos > 999_999_999) {
    throw new SourceError(path, `timestamp nanos ${time.nanos}: allowed are 0..999999999`);
  }
  writer.varint(zigzag(seconds));
  writer.varint(time.nanos);
}
