import { ByteReader } from '../../snapshots/byte-reader.ts';
import { decodeValue } from '../../snapshots/decode-fields.ts';
import { plainValue } from '../../snapshots/index.ts';
import { MAX_DECIMALS, TAG } from '../../snapshots/value-tags.ts';

/**
 * The named top-level fields of canonical bytes as plain values; the others are stepped over. A schema asks for a few
 * fields of records that have dozens, and every record of every snapshot is asked.
 */
export function pickFields(bytes: Uint8Array, names: ReadonlySet<string>): Record<string, unknown> {
  const reader = new ByteReader(bytes);
  const picked: Record<string, unknown> = Object.create(null);
  for (let left = reader.varint(); left > 0; left--) {
    const name = reader.text(reader.varint());
    if (names.has(name)) picked[name] = plainValue(decodeValue(reader));
    else skipValue(reader);
  }
  return picked;
}

/** How many fields there are. */
export const countFields = (bytes: Uint8Array): number => new ByteReader(bytes).varint();

function skipValue(reader: ByteReader): void {
  const tag = reader.byte();
  if (tag >= TAG.shortString) reader.skip(tag - TAG.shortString);
  else if (tag >= TAG.decimal && tag <= TAG.decimal + MAX_DECIMALS) reader.varint();
  else skipTagged(reader, tag);
}

function skipTagged(reader: ByteReader, tag: number): void {
  switch (tag) {
    case TAG.null:
    case TAG.false:
    case TAG.true:
      break;
    case TAG.integer:
      reader.varint();
      break;
    case TAG.wideInteger:
    case TAG.double:
      reader.skip(8);
      break;
    case TAG.timestamp:
      reader.varint();
      reader.varint();
      break;
    case TAG.string:
    case TAG.bytes:
    case TAG.reference:
      reader.skip(reader.varint());
      break;
    case TAG.geoPoint:
      reader.skip(16);
      break;
    case TAG.array:
      for (let left = reader.varint(); left > 0; left--) skipValue(reader);
      break;
    case TAG.map:
      for (let left = reader.varint(); left > 0; left--) {
        reader.skip(reader.varint());
        skipValue(reader);
      }
      break;
    default:
      throw new RangeError(`no value has the tag ${tag} (at ${reader.at - 1})`);
  }
}
