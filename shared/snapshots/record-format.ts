import type { RawDocument, RawTimestamp } from '../ports/memory.ts';
import { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';
import { readTimestamp } from './decode-fields.ts';
import { writeTimestamp } from './encode-fields.ts';
import { readNameKey, writeNameKey } from './name-keys.ts';

/*
 * A record: varint key length, key, varint (body length * 4 + kind), body.
 * A body: one byte of flags, the times that the flags name, the canonical fields.
 */

/** `put`: the body as it is. `patch`: how to make the body from the one in the layer below. `remove`: no body. */
export const RECORD = { put: 0, patch: 1, remove: 2 } as const;

const HAS_CREATE_TIME = 1;
const HAS_UPDATE_TIME = 2;

/** Where the parts of a record that was just written stand in its writer. */
export class RecordPlace {
  start = 0;
  keyStart = 0;
  keyEnd = 0;
  bodyStart = 0;
  bodyEnd = 0;
}

/** Appends the document as a `put` record. */
export function writeDocument(writer: ByteWriter, collection: string, document: RawDocument, place: RecordPlace): void {
  place.start = writer.length;
  // One byte holds the usual key length; a longer key is moved up by the bytes that its length needs more.
  writer.byte(0);
  const keyBytes = writeNameKey(writer, collection, document.path);
  if (keyBytes < 0x80) writer.bytes[place.start] = keyBytes;
  else {
    const key = Buffer.from(writer.bytes.subarray(writer.length - keyBytes, writer.length));
    writer.length = place.start;
    writer.varint(keyBytes);
    writer.append(key);
  }
  place.keyEnd = writer.length;
  place.keyStart = place.keyEnd - keyBytes;
  const { createTime, updateTime, fields } = document;
  const times = timeBytes(createTime) + timeBytes(updateTime);
  writer.varint((1 + times + fields.length) * 4 + RECORD.put);
  place.bodyStart = writer.length;
  writer.byte((createTime ? HAS_CREATE_TIME : 0) | (updateTime ? HAS_UPDATE_TIME : 0));
  if (createTime) writePaddedTime(writer, createTime, document.path);
  if (updateTime) writePaddedTime(writer, updateTime, document.path);
  writer.append(fields);
  place.bodyEnd = writer.length;
}

/** A time takes this many bytes whatever it says, so that the body's length is known before it is written. */
const TIME_BYTES = 13;

function timeBytes(time: RawTimestamp | undefined): number {
  return time ? TIME_BYTES : 0;
}

function writePaddedTime(writer: ByteWriter, time: RawTimestamp, path: string): void {
  writer.reserve(TIME_BYTES);
  const start = writer.length;
  writeTimestamp(writer, time, path);
  writer.bytes.fill(0, writer.length, start + TIME_BYTES);
  writer.length = start + TIME_BYTES;
}

export function writeRecord(writer: ByteWriter, kind: number, key: Buffer, body: Uint8Array): void {
  writer.varint(key.length);
  writer.append(key);
  writer.varint(body.length * 4 + kind);
  writer.append(body);
}

/** Where the fields of a body begin, behind its flags and times. */
export function fieldsStart(bytes: Buffer, bodyStart: number): number {
  const flags = bytes[bodyStart] as number;
  const times = (flags & HAS_CREATE_TIME ? TIME_BYTES : 0) + (flags & HAS_UPDATE_TIME ? TIME_BYTES : 0);
  return bodyStart + 1 + times;
}

/** The document of a key and a body. Its fields are a view of `bytes`. */
export function readDocument(
  collection: string,
  keyBytes: Buffer,
  key: readonly [start: number, end: number],
  bytes: Buffer,
  body: readonly [start: number, end: number],
): RawDocument {
  const path = readNameKey(collection, keyBytes, key[0], key[1]);
  const flags = bytes[body[0]] as number;
  let at = body[0] + 1;
  if (flags === 0) return { path, fields: bytes.subarray(at, body[1]) };
  const times: { createTime?: RawTimestamp; updateTime?: RawTimestamp } = {};
  if (flags & HAS_CREATE_TIME) {
    times.createTime = readTimestamp(new ByteReader(bytes, at, at + TIME_BYTES));
    at += TIME_BYTES;
  }
  if (flags & HAS_UPDATE_TIME) {
    times.updateTime = readTimestamp(new ByteReader(bytes, at, at + TIME_BYTES));
    at += TIME_BYTES;
  }
  return { path, fields: bytes.subarray(at, body[1]), ...times };
}
