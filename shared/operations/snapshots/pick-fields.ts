import { ByteReader } from '../../snapshots/byte-reader.ts';
import { decodeValue } from '../../snapshots/decode-fields.ts';
import { plainValue } from '../../snapshots/index.ts';
import { MAX_DECIMALS, TAG } from '../../snapshots/value-tags.ts';

/** Names of fields as bytes, so that no text is made of a name that nobody asked for. */
export class FieldNames {
  readonly #byLength = new Map<number, { readonly name: string; readonly bytes: Buffer }[]>();

  constructor(names: Iterable<string>) {
    for (const name of names) {
      const bytes = Buffer.from(name);
      this.#byLength.set(bytes.length, [...(this.#byLength.get(bytes.length) ?? []), { name, bytes }]);
    }
  }

  /** The wanted name that stands in `source[start..start + length)`. */
  find(source: Buffer, start: number, length: number): string | undefined {
    const candidates = this.#byLength.get(length);
    if (candidates === undefined) return undefined;
    for (const { name, bytes } of candidates) if (isAt(source, start, bytes)) return name;
    return undefined;
  }
}

function isAt(source: Buffer, start: number, bytes: Buffer): boolean {
  for (let at = 0; at < bytes.length; at++) if (source[start + at] !== bytes[at]) return false;
  return true;
}

/**
 * The named top-level fields of canonical bytes as plain values; the others are stepped over. A schema asks for a few
 * fields of records that have dozens, and every record of every snapshot is asked.
 */
export function pickFields(bytes: Uint8Array, names: FieldNames): Record<string, unknown> {
  const reader = new ByteReader(bytes);
  const picked: Record<string, unknown> = Object.create(null);
  for (let left = reader.varint(); left > 0; left--) {
    const length = reader.varint();
    const name = names.find(reader.bytes, reader.at, length);
    reader.skip(length);
    if (name !== undefined) picked[name] = plainValue(decodeValue(reader));
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
