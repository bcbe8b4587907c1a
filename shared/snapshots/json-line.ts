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
/** Firestore indexes at most 40,000 fields of a document. */
const MOST_FIELDS = 40_000;

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
    this.#writeFields(0, 0);
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
    if (byte === QUOTE) this.#scanString();
    else if (byte === 0x7b || byte === 0x5b) this.#scanGroup(byte === 0x7b);
    else if (byte === 0x74) this.#scanWord(TAG.true, 'true');
    else if (byte === 0x66) this.#scanWord(TAG.false, 'false');
    else if (byte === 0x6e) this.#scanWord(TAG.null, 'null');
    else this.#scanNumber();
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

  /** The orders in which names of objects with so many fields were last written: nearly always right for the next. */
  readonly #orders: number[][] = [];

  /** The name tokens of an object in the order of their UTF-8 bytes, in an array that is used again at that depth. */
  #sortNames(group: number, depth: number): number[] {
    const tokens = this.#tokens;
    const count = tokens[group + COUNT] as number;
    const names = this.#names(depth);
    let name = group + WIDTH;
    for (let i = 0; i < count; i++) {
      names[i] = name;
      name = tokens[name + WIDTH + NEXT] as number;
    }
    const guess = this.#orders[count];
    if (guess && this.#isOrder(names, guess, count)) return guess;
    const order = Array.from({ length: count }, (_, i) => i);
    order.sort((a, b) => this.#compareNames(names[a] as number, names[b] as number));
    if (!this.#isOrder(names, order, count)) throw this.#mistake('two fields of one object have the same name');
    this.#orders[count] = order;
    return order;
  }

  readonly #depths: Int32Array[] = [];

  #names(depth: number): Int32Array {
    const names = this.#depths[depth] ?? new Int32Array(MOST_FIELDS);
    this.#depths[depth] = names;
    return names;
  }

  #isOrder(names: Int32Array, order: readonly number[], count: number): boolean {
    for (let i = 1; i < count; i++) {
      if (this.#compareNames(names[order[i - 1] as number] as number, names[order[i] as number] as number) >= 0)
        return false;
    }
    return true;
  }

  #writeFields(group: number, depth: number): void {
    const count = this.#tokens[group + COUNT] as number;
    if (count > MOST_FIELDS) throw this.#mistake(`${count} fields in one object; ${MOST_FIELDS} are allowed`);
    const order = this.#sortNames(group, depth);
    const names = this.#names(depth);
    const id = depth === 0 ? this.#findId(names, count) : -1;
    this.#out.varint(id < 0 ? count : count - 1);
    for (let i = 0; i < count; i++) {
      const field = names[order[i] as number] as number;
      if (field === id) continue;
      this.#writeText(field, false);
      this.#writeValue(field + WIDTH, depth);
    }
  }

  #findId(names: Int32Array, count: number): number {
    for (let i = 0; i < count; i++) {
      const name = names[i] as number;
      if (!this.#isIdName(name)) continue;
      this.#idToken = name + WIDTH;
      if (this.#tokens[this.#idToken + KIND] !== TAG.string) throw this.#mistake('"_id" is not a text');
      return name;
    }
    return -1;
  }

  #isIdName(token: number): boolean {
    const start = this.#tokens[token + START] as number;
    const [a, b, c] = [this.#source[start], this.#source[start + 1], this.#source[start + 2]];
    return this.#tokens[token + END] === start + 3 && a === 0x5f && b === 0x69 && c === 0x64;
  }

  #writeText(token: number, isValue: boolean): void {
    const out = this.#out;
    const start = this.#tokens[token + START] as number;
    const end = this.#tokens[token + END] as number;
    if (this.#tokens[token + COUNT] === 0) {
      if (isValue) writeStringHead(out, end - start);
      else out.varint(end - start);
      out.appendRange(this.#source, start, end);
      return;
    }
    const text = this.#textOf(token);
    if (!text.isWellFormed()) throw this.#mistake('a text holds half a surrogate pair');
    if (isValue) writeStringHead(out, Buffer.byteLength(text));
    else out.varint(Buffer.byteLength(text));
    out.text(text);
  }

  #writeValue(token: number, depth: number): void {
    const kind = this.#tokens[token + KIND] as number;
    if (kind === TAG.string) this.#writeText(token, true);
    else if (kind === TAG.integer || kind === TAG.double) {
      const start = this.#tokens[token + START] as number;
      writeJsonNumber(this.#out, this.#source, start, this.#tokens[token + END] as number, kind === TAG.double);
    } else {
      this.#out.byte(kind);
      if (kind === TAG.map) this.#writeFields(token, depth + 1);
      else if (kind === TAG.array) this.#writeArray(token, depth + 1);
    }
  }

  #writeArray(token: number, depth: number): void {
    const count = this.#tokens[token + COUNT] as number;
    this.#out.varint(count);
    let element = token + WIDTH;
    for (let i = 0; i < count; i++) {
      this.#writeValue(element, depth);
      element = this.#tokens[element + NEXT] as number;
    }
  }
}
