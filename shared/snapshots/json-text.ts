import { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';
import { copyText, viewOf } from './copy-text.ts';
import { decodeValue } from './decode-fields.ts';
import { SourceError } from './integrity-error.ts';
import { fieldsStart } from './record-format.ts';
import { MAX_DECIMALS, TAG } from './value-tags.ts';
import { writeDigits } from './write-digits.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const HEAD = Buffer.from('{"_id":"');
/** The words of the tags `null`, `false` and `true`. */
const WORDS = ['null', 'false', 'true'].map((word) => Buffer.from(word));
// Constants of their own, which the compiler puts into the code: a property of an object it would look up.
const { string: STRING, shortString: SHORT_STRING, integer: INTEGER, decimal: DECIMAL, map: MAP, array: ARRAY } = TAG;
const LAST_DECIMAL = DECIMAL + MAX_DECIMALS;

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
  #sourceView = viewOf(this.#source);
  #target: Buffer = Buffer.alloc(0);
  #targetView = viewOf(this.#target);
  /** Of the maps and arrays around the one at hand: how many values are left * 2, and 1 for a map. */
  readonly #around: number[] = Array.from({ length: 32 }, () => 0);

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
    this.#open(source);
    out.length = this.#writeFields(0, out.length);
  }

  /**
   * The lines of whole `put` records, one after the other. `spell` gives the name of a key that has other characters than
   * printable ones.
   */
  writeRecords(records: Buffer, spell: (keyStart: number, keyEnd: number) => string): void {
    this.#path = '';
    this.#open(records);
    this.#out.length = this.#writeLines(spell);
  }

  /** Makes room for everything at once, so that no byte below has to ask for it. */
  #open(source: Buffer): void {
    this.#source = source;
    this.#sourceView = viewOf(source);
    const out = this.#out;
    out.reserve(source.length * MOST_GROWTH + 16);
    if (out.bytes === this.#target) return;
    this.#target = out.bytes;
    this.#targetView = viewOf(out.bytes);
  }

  #writeLines(spell: (keyStart: number, keyEnd: number) => string): number {
    const source = this.#source;
    const target = this.#target;
    let to = this.#out.length;
    let at = 0;
    while (at < source.length) {
      const keyBytes = lengthAt(source, at);
      const keyStart = at + widthOf(keyBytes);
      const keyEnd = keyStart + keyBytes;
      const body = lengthAt(source, keyEnd);
      const bodyStart = keyEnd + widthOf(body);
      for (let i = 0; i < HEAD.length; i++) target[to++] = HEAD[i] as number;
      const stop = copyText(this.#sourceView, keyStart, keyEnd, this.#targetView, to);
      if (stop < 0) to += target.write(JSON.stringify(spell(keyStart, keyEnd)), to - 1) - 1;
      else {
        target[stop] = QUOTE;
        to = stop + 1;
      }
      to = this.#writeFields(fieldsStart(source, bodyStart), to);
      at = bodyStart + (body >> 2);
    }
    return to;
  }

  /**
   * The fields that begin at `from`, and the end of the line; returns where that is. One loop with its state in variables:
   * calls for each value, and properties in place of variables, took twice as long.
   */
  #writeFields(from: number, start: number): number {
    const source = this.#source;
    const sourceView = this.#sourceView;
    const target = this.#target;
    const targetView = this.#targetView;
    const around = this.#around;
    let depth = 0;
    let isMap = true;
    let left = lengthAt(source, from);
    let at = from + widthOf(left);
    let to = start;
    if (left > 0) target[to++] = COMMA;
    for (;;) {
      while (left === 0) {
        target[to++] = isMap ? 0x7d : 0x5d;
        if (depth === 0) {
          target[to++] = 0x0a;
          return to;
        }
        left = around[--depth] as number;
        isMap = (left & 1) === 1;
        left >>= 1;
        if (left > 0) target[to++] = COMMA;
      }
      left--;
      if (isMap) {
        const count = lengthAt(source, at);
        at += widthOf(count);
        target[to] = QUOTE;
        const stop = copyText(sourceView, at, at + count, targetView, to + 1);
        if (stop < 0) to = this.#spellOut(at, at + count, to);
        else {
          target[stop] = QUOTE;
          to = stop + 1;
        }
        at += count;
        target[to++] = COLON;
      }
      const tag = source[at++] as number;
      if (tag >= SHORT_STRING || tag === STRING) {
        let count = tag - SHORT_STRING;
        if (tag === STRING) {
          count = lengthAt(source, at);
          at += widthOf(count);
        }
        target[to] = QUOTE;
        const stop = copyText(sourceView, at, at + count, targetView, to + 1);
        if (stop < 0) to = this.#spellOut(at, at + count, to);
        else {
          target[stop] = QUOTE;
          to = stop + 1;
        }
        at += count;
      } else if (tag === INTEGER || (tag > DECIMAL && tag <= LAST_DECIMAL)) {
        let byte = source[at++] as number;
        let zigzag = byte & 0x7f;
        for (let scale = 0x80; byte >= 0x80; scale *= 0x80) {
          byte = source[at++] as number;
          zigzag += (byte & 0x7f) * scale;
        }
        to = writeDigits(target, to, zigzag, tag === INTEGER ? 0 : tag - DECIMAL);
      } else if (tag === MAP || tag === ARRAY) {
        around[depth++] = left * 2 + (isMap ? 1 : 0);
        isMap = tag === MAP;
        target[to++] = isMap ? 0x7b : 0x5b;
        left = lengthAt(source, at);
        at += widthOf(left);
        continue;
      } else if (tag < WORDS.length) {
        const word = WORDS[tag] as Buffer;
        for (let i = 0; i < word.length; i++) target[to++] = word[i] as number;
      } else {
        const reader = new ByteReader(source, at - 1);
        to += target.write(this.#numberText(reader), to, 'latin1');
        at = reader.at;
      }
      if (left > 0) target[to++] = COMMA;
    }
  }

  #spellOut(start: number, end: number, to: number): number {
    return to + this.#target.write(JSON.stringify(this.#source.toString('utf8', start, end)), to, 'utf8');
  }

  #numberText(reader: ByteReader): string {
    const value = decodeValue(reader);
    if ('integerValue' in value) return value.integerValue;
    if ('doubleValue' in value && Number.isFinite(value.doubleValue)) return doubleText(value.doubleValue);
    throw new SourceError(this.#path || 'a record', `a ${Object.keys(value)[0]} has no form in plain JSON`);
  }
}

/** A count or a length: below 2^28, since no chunk is so long. */
function lengthAt(source: Buffer, at: number): number {
  const first = source[at] as number;
  return first < 0x80 ? first : longLengthAt(source, at);
}

function longLengthAt(source: Buffer, at: number): number {
  let value = 0;
  for (let next = at, shift = 0; ; shift += 7) {
    const byte = source[next++] as number;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
}

/** The bytes that the length took, which is always written in as few as it needs. */
function widthOf(length: number): number {
  if (length < 0x80) return 1;
  if (length < 0x4000) return 2;
  if (length < 0x20_0000) return 3;
  return length < 0x1000_0000 ? 4 : 5;
}

/** A double keeps a point or an exponent, so that it is not read back as an integer. */
function doubleText(value: number): string {
  if (Object.is(value, -0)) return '-0.0';
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}
