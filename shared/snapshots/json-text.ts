import { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';
import { decodeValue, unzigzag } from './decode-fields.ts';
import { SourceError } from './integrity-error.ts';
import { MAX_DECIMALS, POWERS_OF_TEN, TAG } from './value-tags.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const POINT = 0x2e;
const MINUS = 0x2d;
const ZERO = 0x30;
const HEAD = Buffer.from('{"_id":"');

/** No value takes more than this many times its canonical bytes: a decimal of 2 bytes can take 18 characters. */
const MOST_GROWTH = 10;

/**
 * Canonical fields as lines of JSON, from bytes to bytes. What plain JSON cannot say (timestamps, bytes, references,
 * geopoints, NaN and infinities) is a `SourceError`: a line that reads back as something else would be a loss.
 */
export class JsonLineWriter {
  readonly #out: ByteWriter;
  #path = '';
  #source: Buffer = Buffer.alloc(0);
  #from = 0;
  #target: Buffer = Buffer.alloc(0);
  #to = 0;

  /** Lines are appended to `out`. */
  constructor(out: ByteWriter) {
    this.#out = out;
  }

  write(id: string, fields: Uint8Array): void {
    const out = this.#out;
    out.text('{"_id":');
    out.text(JSON.stringify(id));
    const source = Buffer.isBuffer(fields) ? fields : Buffer.from(fields.buffer, fields.byteOffset, fields.byteLength);
    this.#path = id;
    this.#writeLine(source, 0, source.length);
  }

  /**
   * The line of a record where it lies: its name key, then its fields. False, and nothing is written, when the name has
   * other characters than printable ones: it then has to be spelt out.
   */
  writeRecord(records: Buffer, keyStart: number, keyEnd: number, from: number, end: number): boolean {
    const out = this.#out;
    out.reserve(HEAD.length + keyEnd - keyStart + 1);
    const target = out.bytes;
    let to = out.length;
    for (let at = 0; at < HEAD.length; at++) target[to++] = HEAD[at] as number;
    for (let at = keyStart; at < keyEnd; at++) {
      const byte = records[at] as number;
      if (byte < 0x20 || byte === QUOTE || byte === BACKSLASH) return false;
      target[to++] = byte;
    }
    target[to++] = QUOTE;
    out.length = to;
    this.#path = '';
    this.#writeLine(records, from, end);
    return true;
  }

  #writeLine(source: Buffer, from: number, end: number): void {
    const out = this.#out;
    // Room for everything at once, so that no byte below has to ask for it.
    out.reserve((end - from) * MOST_GROWTH + 16);
    this.#source = source;
    this.#from = from;
    this.#target = out.bytes;
    this.#to = out.length;
    this.#writeFields(false);
    this.#target[this.#to++] = 0x7d;
    this.#target[this.#to++] = 0x0a;
    out.length = this.#to;
  }

  #varint(): number {
    const source = this.#source;
    let byte = source[this.#from++] as number;
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    for (let scale = 0x80; byte >= 0x80; scale *= 0x80) {
      byte = source[this.#from++] as number;
      value += (byte & 0x7f) * scale;
    }
    return value;
  }

  #writeFields(isFirst: boolean): void {
    for (let left = this.#varint(); left > 0; left--) {
      if (!isFirst) this.#target[this.#to++] = COMMA;
      isFirst = false;
      this.#writeText(this.#varint());
      this.#target[this.#to++] = 0x3a;
      this.#writeValue();
    }
  }

  #writeText(count: number): void {
    const source = this.#source;
    const target = this.#target;
    const start = this.#from;
    const end = start + count;
    this.#from = end;
    let to = this.#to;
    target[to++] = QUOTE;
    for (let at = start; at < end; at++) {
      const byte = source[at] as number;
      if (byte < 0x20 || byte === QUOTE || byte === BACKSLASH) {
        this.#to += target.write(JSON.stringify(source.toString('utf8', start, end)), this.#to, 'utf8');
        return;
      }
      target[to++] = byte;
    }
    target[to++] = QUOTE;
    this.#to = to;
  }

  #writeValue(): void {
    const tag = this.#source[this.#from++] as number;
    if (tag >= TAG.shortString) this.#writeText(tag - TAG.shortString);
    else if (tag === TAG.integer) this.#writeDigits(unzigzag(this.#varint()));
    else if (tag > TAG.decimal && tag <= TAG.decimal + MAX_DECIMALS)
      this.#writeDecimal(unzigzag(this.#varint()), tag - TAG.decimal);
    else if (tag === TAG.map) {
      this.#target[this.#to++] = 0x7b;
      this.#writeFields(true);
      this.#target[this.#to++] = 0x7d;
    } else if (tag === TAG.array) {
      this.#target[this.#to++] = 0x5b;
      for (let left = this.#varint(); left > 0; left--) {
        this.#writeValue();
        if (left > 1) this.#target[this.#to++] = COMMA;
      }
      this.#target[this.#to++] = 0x5d;
    } else if (tag === TAG.true) this.#writeAscii('true');
    else if (tag === TAG.false) this.#writeAscii('false');
    else if (tag === TAG.null) this.#writeAscii('null');
    else if (tag === TAG.string) this.#writeText(this.#varint());
    else this.#writeOther();
  }

  #writeOther(): void {
    const reader = new ByteReader(this.#source, this.#from - 1);
    const value = decodeValue(reader);
    this.#from = reader.at;
    if ('integerValue' in value) this.#writeAscii(value.integerValue);
    else if ('doubleValue' in value && Number.isFinite(value.doubleValue))
      this.#writeAscii(doubleText(value.doubleValue));
    else throw new SourceError(this.#path || 'a record', `a ${Object.keys(value)[0]} has no form in plain JSON`);
  }

  #writeAscii(text: string): void {
    for (let i = 0; i < text.length; i++) this.#target[this.#to++] = text.charCodeAt(i);
  }

  #writeDigits(value: number): void {
    if (value < 0) this.#target[this.#to++] = MINUS;
    const digits = Math.abs(value);
    let count = 1;
    for (let limit = 10; digits >= limit; limit *= 10) count++;
    this.#writePadded(digits, count);
  }

  #writePadded(digits: number, count: number): void {
    const target = this.#target;
    let rest = digits;
    for (let at = this.#to + count - 1; at >= this.#to; at--) {
      // Below 2^31 the division is one of integers.
      const tens = rest < 0x8000_0000 ? (rest / 10) | 0 : Math.floor(rest / 10);
      target[at] = ZERO + rest - tens * 10;
      rest = tens;
    }
    this.#to += count;
  }

  #writeDecimal(mantissa: number, decimals: number): void {
    if (mantissa < 0) this.#target[this.#to++] = MINUS;
    const digits = Math.abs(mantissa);
    const power = POWERS_OF_TEN[decimals] as number;
    const whole = Math.floor(digits / power);
    this.#writeDigits(whole);
    this.#target[this.#to++] = POINT;
    this.#writePadded(digits - whole * power, decimals);
  }
}

/** A double keeps a point or an exponent, so that it is not read back as an integer. */
function doubleText(value: number): string {
  if (Object.is(value, -0)) return '-0.0';
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}
