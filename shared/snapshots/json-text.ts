import { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';
import { decodeValue, unzigzag } from './decode-fields.ts';
import { SourceError } from './integrity-error.ts';
import { MAX_DECIMALS, POWERS_OF_TEN, TAG } from './value-tags.ts';

const QUOTE = 0x22;

/** Canonical fields as lines of JSON, written from bytes to bytes. What plain JSON cannot say is a `SourceError`. */
export class JsonLineWriter {
  readonly #out: ByteWriter;
  #path = '';

  /** Lines are appended to `out`. */
  constructor(out: ByteWriter) {
    this.#out = out;
  }

  write(id: string, fields: Uint8Array): void {
    this.#path = id;
    const out = this.#out;
    out.append(ID_START);
    out.text(JSON.stringify(id));
    const reader = new ByteReader(fields);
    this.#writeFields(reader, false);
    out.append(LINE_END);
  }

  #writeFields(reader: ByteReader, isFirst: boolean): void {
    const out = this.#out;
    const count = reader.varint();
    for (let i = 0; i < count; i++) {
      if (i > 0 || !isFirst) out.byte(0x2c);
      this.#writeText(reader, reader.varint());
      out.byte(0x3a);
      this.#writeValue(reader);
    }
  }

  #writeText(reader: ByteReader, count: number): void {
    const out = this.#out;
    const { bytes, at } = reader;
    reader.skip(count);
    for (let i = at; i < at + count; i++) {
      const byte = bytes[i] as number;
      if (byte >= 0x20 && byte !== QUOTE && byte !== 0x5c) continue;
      out.text(JSON.stringify(bytes.toString('utf8', at, at + count)));
      return;
    }
    out.byte(QUOTE);
    out.appendRange(bytes, at, at + count);
    out.byte(QUOTE);
  }

  #writeValue(reader: ByteReader): void {
    const out = this.#out;
    const tag = reader.bytes[reader.at] as number;
    if (tag >= TAG.shortString) {
      reader.at++;
      this.#writeText(reader, tag - TAG.shortString);
    } else if (tag === TAG.integer) {
      reader.at++;
      writeDigits(out, unzigzag(reader.varint()));
    } else if (tag > TAG.decimal && tag <= TAG.decimal + MAX_DECIMALS) {
      reader.at++;
      writeDecimalText(out, unzigzag(reader.varint()), tag - TAG.decimal);
    } else if (tag === TAG.map) {
      reader.at++;
      out.byte(0x7b);
      this.#writeFields(reader, true);
      out.byte(0x7d);
    } else if (tag === TAG.array) {
      reader.at++;
      out.byte(0x5b);
      const count = reader.varint();
      for (let i = 0; i < count; i++) {
        if (i > 0) out.byte(0x2c);
        this.#writeValue(reader);
      }
      out.byte(0x5d);
    } else this.#writeOther(reader);
  }

  #writeOther(reader: ByteReader): void {
    const value = decodeValue(reader);
    if ('nullValue' in value) this.#out.text('null');
    else if ('booleanValue' in value) this.#out.text(String(value.booleanValue));
    else if ('integerValue' in value) this.#out.text(value.integerValue);
    else if ('stringValue' in value) this.#out.text(JSON.stringify(value.stringValue));
    else if ('doubleValue' in value && Number.isFinite(value.doubleValue))
      this.#out.text(doubleText(value.doubleValue));
    else throw new SourceError(this.#path, `a ${Object.keys(value)[0]} has no form in plain JSON`);
  }
}

const ID_START = Buffer.from('{"_id":');
const LINE_END = Buffer.from('}\n');

/** A double keeps a point or an exponent, so that it is not read back as an integer. */
function doubleText(value: number): string {
  if (Object.is(value, -0)) return '-0.0';
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

function writeDigits(out: ByteWriter, value: number): void {
  if (value < 0) out.byte(0x2d);
  if (value > -10 && value < 10) out.byte(0x30 + Math.abs(value));
  else out.text(String(Math.abs(value)));
}

function writeDecimalText(out: ByteWriter, mantissa: number, decimals: number): void {
  const power = POWERS_OF_TEN[decimals] as number;
  const digits = Math.abs(mantissa);
  if (mantissa < 0) out.byte(0x2d);
  const whole = Math.floor(digits / power);
  writeDigits(out, whole);
  out.byte(0x2e);
  let rest = digits - whole * power;
  out.reserve(decimals);
  for (let at = out.length + decimals - 1; at >= out.length; at--) {
    const tens = Math.floor(rest / 10);
    out.bytes[at] = 0x30 + rest - tens * 10;
    rest = tens;
  }
  out.length += decimals;
}
