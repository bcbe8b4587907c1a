import type { RawTimestamp } from '../../ports/memory.ts';
import { ByteWriter } from '../../snapshots/byte-writer.ts';
import {
  writeDouble,
  writeInteger,
  writeSmallInteger,
  writeStringHead,
  writeTimestamp,
} from '../../snapshots/encode-fields.ts';
import { SourceError } from '../../snapshots/integrity-error.ts';
import { TAG } from '../../snapshots/value-tags.ts';
import { WireReader } from './wire-reader.ts';

/** A document as a query gives it. */
export interface WireDocument {
  /** Below `projects/P/databases/D/documents/`. */
  readonly path: string;
  /** In canonical bytes; they stay as they are. */
  readonly fields: Uint8Array;
  readonly createTime?: RawTimestamp;
  readonly updateTime?: RawTimestamp;
  readonly readTime?: RawTimestamp;
}

/** Where a field of a map lies in the message. */
interface Entry {
  keyStart: number;
  keyEnd: number;
  valueStart: number;
  valueEnd: number;
}

/** Documents are written one behind the other into blocks of this size: one allocation for a hundred of them. */
const BLOCK_BYTES = 64 * 1024;
/** A block is full from here on: most documents then fit in it without it growing. */
const FULL_BYTES = 56 * 1024;

/** Numbers of the fields in google/firestore/v1 (query.proto, document.proto), for wire type and all: number * 8 + type. */
const RESPONSE = { document: 10, readTime: 26 };
const DOCUMENT = { name: 10, fields: 18, createTime: 26, updateTime: 34 };
const ENTRY = { key: 10, value: 18 };
const MAP_FIELDS = 10;
const ARRAY_VALUES = 10;
const TIMESTAMP = { seconds: 8, nanos: 16 };
const GEO_POINT = { latitude: 9, longitude: 17 };
const VALUE = {
  boolean: 8,
  integer: 16,
  double: 25,
  reference: 42,
  map: 50,
  geoPoint: 66,
  array: 74,
  timestamp: 82,
  null: 88,
  string: 138,
  bytes: 146,
};

/**
 * Answers of `RunQuery`, from the bytes of the wire to the canonical bytes of fields: texts are copied and never become
 * JavaScript's, 64-bit numbers keep their bits, and no object is made of a value. Protocol buffers promise that texts are
 * well-formed UTF-8. Throws `SourceError` at a value of a kind that is not known, `RangeError` at bytes that are no message.
 */
export class QueryDecoder {
  readonly #rootBytes: number;
  readonly #wire = new WireReader();
  #out = new ByteWriter(BLOCK_BYTES);
  #path = '';

  /** `root`: `projects/P/databases/D/documents` */
  constructor(root: string) {
    this.#rootBytes = Buffer.byteLength(root) + 1;
  }

  /** The document of one answer; undefined when it only tells of progress. */
  decode(message: Buffer): WireDocument | undefined {
    const wire = this.#wire;
    wire.open(message);
    let document: Omit<WireDocument, 'readTime'> | undefined;
    let readTime: RawTimestamp | undefined;
    while (wire.at < message.length) {
      const field = wire.varint();
      if (field === RESPONSE.document) document = this.#document(wire.end(message.length));
      else if (field === RESPONSE.readTime) readTime = this.#timestamp(wire.end(message.length));
      else wire.skip(field, message.length);
    }
    return document && readTime ? { ...document, readTime } : document;
  }

  #document(end: number): WireDocument {
    const wire = this.#wire;
    const entries: Entry[] = [];
    const times: { createTime?: RawTimestamp; updateTime?: RawTimestamp } = {};
    while (wire.at < end) {
      const field = wire.varint();
      if (field === DOCUMENT.name) {
        const stop = wire.end(end);
        this.#path = wire.bytes.toString('utf8', wire.at + this.#rootBytes, stop);
        wire.at = stop;
      } else if (field === DOCUMENT.fields) entries.push(this.#entry(wire.end(end)));
      else if (field === DOCUMENT.createTime) times.createTime = this.#timestamp(wire.end(end));
      else if (field === DOCUMENT.updateTime) times.updateTime = this.#timestamp(wire.end(end));
      else wire.skip(field, end);
    }
    if (this.#out.length > FULL_BYTES) this.#out = new ByteWriter(BLOCK_BYTES);
    const start = this.#out.length;
    this.#writeFields(entries);
    wire.at = end;
    return { path: this.#path, fields: this.#out.bytes.subarray(start, this.#out.length), ...times };
  }

  #entry(end: number): Entry {
    const wire = this.#wire;
    // What is missing is the default: an empty name, an empty value.
    const entry = { keyStart: end, keyEnd: end, valueStart: end, valueEnd: end };
    while (wire.at < end) {
      const field = wire.varint();
      if (field === ENTRY.key) {
        entry.keyEnd = wire.end(end);
        entry.keyStart = wire.at;
        wire.at = entry.keyEnd;
      } else if (field === ENTRY.value) {
        entry.valueEnd = wire.end(end);
        entry.valueStart = wire.at;
        wire.at = entry.valueEnd;
      } else this.#unknown('an entry', field);
    }
    return entry;
  }

  #writeFields(entries: Entry[]): void {
    const { bytes } = this.#wire;
    for (let i = 1; i < entries.length; i++) {
      if (compareKeys(bytes, entries[i - 1] as Entry, entries[i] as Entry) < 0) continue;
      entries.sort((a, b) => compareKeys(bytes, a, b));
      break;
    }
    this.#out.varint(entries.length);
    let last: Entry | undefined;
    for (const entry of entries) {
      if (last && compareKeys(bytes, last, entry) === 0) throw new SourceError(this.#path, 'two fields have one name');
      last = entry;
      this.#out.varint(entry.keyEnd - entry.keyStart);
      this.#out.appendRange(bytes, entry.keyStart, entry.keyEnd);
      this.#writeValue(entry.valueStart, entry.valueEnd);
    }
  }

  #writeValue(start: number, end: number): void {
    const wire = this.#wire;
    const out = this.#out;
    wire.at = start;
    const field = start < end ? wire.varint() : 0;
    switch (field) {
      case VALUE.string: {
        const stop = wire.end(end);
        writeStringHead(out, stop - wire.at);
        this.#copy(stop);
        break;
      }
      case VALUE.integer:
        this.#writeInteger();
        break;
      case VALUE.double:
        writeDouble(out, wire.double(end));
        break;
      case VALUE.boolean:
        out.byte(wire.varint() === 0 ? TAG.false : TAG.true);
        break;
      case VALUE.null:
        wire.varint();
        out.byte(TAG.null);
        break;
      case VALUE.timestamp: {
        out.byte(TAG.timestamp);
        writeTimestamp(out, this.#timestamp(wire.end(end)), this.#path);
        break;
      }
      case VALUE.map:
        out.byte(TAG.map);
        this.#writeMap(wire.end(end));
        break;
      case VALUE.array:
        out.byte(TAG.array);
        this.#writeArray(wire.end(end));
        break;
      case VALUE.bytes:
      case VALUE.reference: {
        const stop = wire.end(end);
        out.byte(field === VALUE.bytes ? TAG.bytes : TAG.reference);
        out.varint(stop - wire.at);
        this.#copy(stop);
        break;
      }
      case VALUE.geoPoint:
        out.byte(TAG.geoPoint);
        this.#writeGeoPoint(wire.end(end));
        break;
      default:
        throw new SourceError(this.#path, `a value of no known kind: ${field === 0 ? 'empty' : `field ${field >> 3}`}`);
    }
    if (wire.at !== end) throw new SourceError(this.#path, 'a value of two kinds, or longer than it says');
  }

  #copy(stop: number): void {
    const wire = this.#wire;
    this.#out.appendRange(wire.bytes, wire.at, stop);
    wire.at = stop;
  }

  #writeInteger(): void {
    const value = this.#wire.int64();
    if (typeof value === 'number') writeSmallInteger(this.#out, value);
    else writeInteger(this.#out, String(value), this.#path);
  }

  #writeMap(end: number): void {
    const wire = this.#wire;
    const entries: Entry[] = [];
    while (wire.at < end) {
      const field = wire.varint();
      if (field === MAP_FIELDS) entries.push(this.#entry(wire.end(end)));
      else this.#unknown('a map', field);
    }
    this.#writeFields(entries);
    wire.at = end;
  }

  #writeArray(end: number): void {
    const wire = this.#wire;
    const spans: number[] = [];
    while (wire.at < end) {
      const field = wire.varint();
      if (field !== ARRAY_VALUES) this.#unknown('an array', field);
      const stop = wire.end(end);
      spans.push(wire.at, stop);
      wire.at = stop;
    }
    this.#out.varint(spans.length / 2);
    for (let i = 0; i < spans.length; i += 2) this.#writeValue(spans[i] as number, spans[i + 1] as number);
    wire.at = end;
  }

  #timestamp(end: number): RawTimestamp {
    const wire = this.#wire;
    let seconds: number | bigint = 0;
    let nanos = 0;
    while (wire.at < end) {
      const field = wire.varint();
      if (field === TIMESTAMP.seconds) seconds = wire.int64();
      else if (field === TIMESTAMP.nanos) nanos = Number(wire.int64());
      else this.#unknown('a timestamp', field);
    }
    return { seconds: String(seconds), nanos };
  }

  #writeGeoPoint(end: number): void {
    const wire = this.#wire;
    let latitude = 0;
    let longitude = 0;
    while (wire.at < end) {
      const field = wire.varint();
      if (field === GEO_POINT.latitude) latitude = wire.double(end);
      else if (field === GEO_POINT.longitude) longitude = wire.double(end);
      else this.#unknown('a geopoint', field);
    }
    this.#out.double(latitude);
    this.#out.double(longitude);
  }

  /** What an answer tells beside its document may grow; a value that has more than is known would be captured with a loss. */
  #unknown(what: string, field: number): never {
    throw new SourceError(this.#path, `${what} has more than is known: field ${field >> 3}`);
  }
}

function compareKeys(bytes: Buffer, a: Entry, b: Entry): number {
  let atA = a.keyStart;
  let atB = b.keyStart;
  while (atA < a.keyEnd && atB < b.keyEnd) {
    const difference = (bytes[atA++] as number) - (bytes[atB++] as number);
    if (difference !== 0) return difference;
  }
  return a.keyEnd - atA - (b.keyEnd - atB);
}
