import type { RawFields, RawTimestamp, RawValue } from '../ports/memory.ts';
import { ByteReader } from './byte-reader.ts';
import { MAX_DECIMALS, POWERS_OF_TEN, TAG } from './value-tags.ts';

/** The fields of canonical bytes. Throws `RangeError` when they are not what `encodeFields` makes. */
export function decodeFields(bytes: Uint8Array): RawFields {
  const reader = new ByteReader(bytes);
  const fields = readFields(reader);
  if (reader.at !== reader.end) throw new RangeError(`${reader.end - reader.at} bytes after the last field`);
  return fields;
}

function readFields(reader: ByteReader): RawFields {
  // No prototype: a field may be named `__proto__`.
  const fields: Record<string, RawValue> = Object.create(null);
  for (let left = reader.varint(); left > 0; left--) {
    const name = reader.text(reader.varint());
    fields[name] = decodeValue(reader);
  }
  return fields;
}

/** The value that begins at the reader. */
export function decodeValue(reader: ByteReader): RawValue {
  const tag = reader.byte();
  if (tag >= TAG.shortString) return { stringValue: reader.text(tag - TAG.shortString) };
  if (tag >= TAG.decimal && tag <= TAG.decimal + MAX_DECIMALS) {
    return { doubleValue: unzigzag(reader.varint()) / (POWERS_OF_TEN[tag - TAG.decimal] as number) };
  }
  switch (tag) {
    case TAG.null:
      return { nullValue: 'NULL_VALUE' };
    case TAG.false:
      return { booleanValue: false };
    case TAG.true:
      return { booleanValue: true };
    case TAG.integer:
      return { integerValue: String(unzigzag(reader.varint())) };
    case TAG.wideInteger:
      return { integerValue: String(reader.take(8).readBigInt64BE(0)) };
    case TAG.double:
      return { doubleValue: reader.double() };
    case TAG.timestamp:
      return { timestampValue: readTimestamp(reader) };
    case TAG.string:
      return { stringValue: reader.text(reader.varint()) };
    case TAG.bytes:
      return { bytesValue: Uint8Array.from(reader.take(reader.varint())) };
    case TAG.reference:
      return { referenceValue: reader.text(reader.varint()) };
    case TAG.geoPoint:
      return { geoPointValue: { latitude: reader.double(), longitude: reader.double() } };
    case TAG.array: {
      const values: RawValue[] = [];
      for (let left = reader.varint(); left > 0; left--) values.push(decodeValue(reader));
      return { arrayValue: { values } };
    }
    case TAG.map:
      return { mapValue: { fields: readFields(reader) } };
    default:
      throw new RangeError(`no value has the tag ${tag} (at ${reader.at - 1})`);
  }
}

export function unzigzag(value: number): number {
  // Division, not a shift: values reach 2^53.
  return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
}

export function readTimestamp(reader: ByteReader): RawTimestamp {
  const seconds = unzigzag(reader.varint());
  return { seconds: String(seconds), nanos: reader.varint() };
}
