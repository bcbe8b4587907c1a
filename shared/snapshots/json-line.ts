import type { ByteWriter } from './byte-writer.ts';
import { writeStringHead } from './encode-fields.ts';
import { SourceError } from './integrity-error.ts';
import { writeJsonNumber } from './json-number.ts';
import { TAG } from './value-tags.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** A value of the line: its kind, its bytes, and where the token after all its descendants stands. */
const KIND = 0;
const START = 1;
const END = 2;
const NEXT = 3;
const COUNT = 4;
const WIDTH = 5;

/**
 * Turns lines of JSON (one document each, its id in `_id`) into canonical fields without making JavaScript values:
 * one pass finds the tokens, a second writes them in order. JSON integers become Firestore integers, numbers with a
 * point or an exponent become doubles; two equal names in one object are refused.
 */
export class JsonLineEncoder {
  #tokens = new Int32Array(WIDTH * 4096);
  #used = 0;
  #source: Buffer = Buffer.alloc(0);
  #at = 0;
  readonly #out: ByteWriter;
  #idToken = -1;

  /** Encoded fields are appended to `out`. */
  constructor(out: ByteWriter) {
    this.#out = out;
  }

  /** The id of the document in `source[start..end)`, whose fields stand after this in the writer. UTF-8 is the caller's to check. */
  encode(source: Buffer, start: number, end: number): string {
    this.#source = source;
    this.#at = start;
    this.#used = 0;
    this.#idToken = -1;
    this.#scanValue();
    this.#skipSpace();
    if (this.#at < end) throw this.#mistake('text after the document');
    if (this.#tokens[KIND] !== TAG.map) throw this.#mistake('a line is one JSON object');
    this.#writeFields(0, true);
    if (this.#idToken < 0) throw this.#mistake('the document has no "_id"');
    return this.#textOf(this.#idToken);
  }

  #mistake(detail: string): SourceError {
    return new SourceError('JSON', `${detail} (byte ${this.#at})`);
  }

  #skipSpace(): void {
    for (let byte = this.#source[this.#at]; byte === 0x20 || byte === 0x09 || byte === 0x0d; )
      byte = this.#source[++this.#at];
  }

  #token(kind: number): number {
    const token = this.#used;
    if (token + WIDTH > this.#tokens.length) {
      const grown = new Int32Array(this.#tokens.length * 2);
      grown.set(this.#tokens);
      this.#tokens = grown;
    }
    this.#used = token + WIDTH;
    this.#tokens[token + KIND] = kind;
    this.#tokens[token + START] = this.#at;
    return token;
  }

  #close(token: number, end: number): void {
    this.#tokens[token + END] = end;
    this.#tokens[token + NEXT] = this.#used;
  }

  #scanValue(): void {
    this.#skipSpace();
    const byte = this.#source[this.#at];
    if (byte === QUOTE) return this.#scanString();
    if (byte === 0x7b || byte === 0x5b) return this.#scanGroup(byte === 0x7b);
    if (byte === 0x74) return this.#scanWord(TAG.true, 'true');
    if (byte === 0x66) return this.#scanWord(TAG.false, 'false');
    if (byte === 0x6e) return this.#scanWord(TAG.null, 'null');
    this.#scanNumber();
  }

  #scanGroup(isMap: boolean): void {
    const group = this.#token(isMap ? TAG.map : TAG.array);
    const close = isMap ? 0x7d : 0x5d;
    let count = 0;
    this.#at++;
    this.#skipSpace();
    while (this.#source[this.#at] !== close) {
      if (count > 0) {
        if (this.#source[this.#at] !== 0x2c) throw this.#mistake('a comma is missing');
        this.#at++;
      }
      if (isMap) {
        this.#skipSpace();
        if (this.#source[this.#at] !== QUOTE) throw this.#mistake('a name in quotes is missing');
        this.#scanString();
        this.#skipSpace();
        if (this.#source[this.#at++] !== 0x3a) throw this.#mistake('a colon is missing');
      }
      this.#scanValue();
      this.#skipSpace();
      count++;
    }
    this.#at++;
    this.#tokens[group + COUNT] = count;
    this.#close(group, this.#at);
  }

  #scanString(): void {
    this.#at++;
    const token = this.#token(TAG.string);
    const source = this.#source;
    let at = this.#at;
    let escapes = 0;
    for (let byte = source[at]; byte !== QUOTE; byte = source[++at]) {
      if (byte === BACKSLASH) {
        escapes++;
        at++;
      } else if (byte === undefined || byte < 0x20) throw this.#mistake('a text does not end');
    }
    this.#tokens[token + COUNT] = escapes;
    this.#close(token, at);
    this.#at = at + 1;
  }

  #scanWord(kind: number, word: string): void {
    const token = this.#token(kind);
    this.#at += word.length;
    if (this.#source.toString('latin1', this.#tokens[token + START], this.#at) !== word)
      throw this.#mistake(`${word} is misspelt`);
    this.#close(token, this.#at);
  }

  #scanNumber(): void {
    const token = this.#token(TAG.integer);
    const source = this.#source;
    let at = this.#at;
    let isDouble = false;
    for (; ; at++) {
      const byte = source[at] ?? 0;
      if (byte === 0x2e || byte === 0x65 || byte === 0x45) isDouble = true;
      else if (!((byte >= 0x30 && byte <= 0x39) || byte === 0x2d || byte === 0x2b)) break;
    }
    if (at === this.#at) throw this.#mistake('a value is missing');
    if (isDouble) this.#tokens[token + KIND] = TAG.double;
    this.#at = at;
    this.#close(token, at);
  }

  #textOf(token: number): string {
    const start = this.#tokens[token + START] as number;
    const end = this.#tokens[token + END] as number;
    if (this.#tokens[token + COUNT] === 0) return this.#source.toString('utf8', start, end);
    return JSON.parse(this.#source.toString('utf8', start - 1, end + 1)) as string;
  }

  /** Below zero when the first name sorts before the second. */
  #compareNames(a: number, b: number): number {
    const tokens = this.#tokens;
    if (tokens[a + COUNT] !== 0 || tokens[b + COUNT] !== 0) {
      return Buffer.compare(Buffer.from(this.#textOf(a)), Buffer.from(this.#textOf(b)));
    }
    const source = this.#source;
    const endA = tokens[a + END] as number;
    const endB = tokens[b + END] as number;
    let atA = tokens[a + START] as number;
    let atB = tokens[b + START] as number;
    while (atA < endA && atB < endB) {
      const difference = (source[atA++] as number) - (source[atB++] as number);
      if (difference !== 0) return difference;
    }
    return endA - atA - (endB - atB);
  }

  #writeFields(group: number, isTop: boolean): void {
    const tokens = this.#tokens;
    const order: number[] = [];
    let name = group + WIDTH;
    for (let left = tokens[group + COUNT] as number; left > 0; left--) {
      let place = order.length;
      while (place > 0) {
        const difference = this.#compareNames(name, order[place - 1] as number);
        if (difference === 0) throw this.#mistake(`two fields are named "${this.#textOf(name)}"`);
        if (difference > 0) break;
        order[place] = order[place - 1] as number;
        place--;
      }
      order[place] = name;
      name = tokens[name + WIDTH + NEXT] as number;
    }
    if (isTop) this.#takeId(order);
    this.#out.varint(order.length);
    for (const field of order) {
      this.#writeText(field, false);
      this.#writeValue(field + WIDTH);
    }
  }

  #takeId(order: number[]): void {
    const place = order.findIndex((name) => this.#textEquals(name, '_id'));
    if (place < 0) return;
    this.#idToken = (order[place] as number) + WIDTH;
    if (this.#tokens[this.#idToken + KIND] !== TAG.string) throw this.#mistake('"_id" is not a text');
    order.splice(place, 1);
  }

  #textEquals(token: number, text: string): boolean {
    const start = this.#tokens[token + START] as number;
    const length = (this.#tokens[token + END] as number) - start;
    return length === text.length && this.#source.toString('latin1', start, start + length) === text;
  }

  #writeText(token: number, isValue: boolean): void {
    const out = this.#out;
    const start = this.#tokens[token + START] as number;
    const end = this.#tokens[token + END] as number;
    if (this.#tokens[token + COUNT] === 0) {
      if (isValue) writeStringHead(out, end - start);
      else out.varint(end - start);
      return out.appendRange(this.#source, start, end);
    }
    const text = this.#textOf(token);
    if (!text.isWellFormed()) throw this.#mistake('a text holds half a surrogate pair');
    if (isValue) writeStringHead(out, Buffer.byteLength(text));
    else out.varint(Buffer.byteLength(text));
    out.text(text);
  }

  #writeValue(token: number): void {
    const kind = this.#tokens[token + KIND] as number;
    if (kind === TAG.string) return this.#writeText(token, true);
    if (kind === TAG.integer || kind === TAG.double) {
      const start = this.#tokens[token + START] as number;
      return writeJsonNumber(this.#out, this.#source, start, this.#tokens[token + END] as number, kind === TAG.double);
    }
    this.#out.byte(kind);
    if (kind === TAG.map) return this.#writeFields(token, false);
    if (kind !== TAG.array) return;
    this.#out.varint(this.#tokens[token + COUNT] as number);
    let element = token + WIDTH;
    for (let left = this.#tokens[token + COUNT] as number; left > 0; left--) {
      this.#writeValue(element);
      element = this.#tokens[element + NEXT] as number;
    }
  }
}
