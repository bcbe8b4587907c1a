import { createHash } from 'node:crypto';
import { deflateSync, inflateSync } from 'node:zlib';
import type { GitObject, ObjectId } from '../../ports/repositories.ts';
import { applyDelta } from './delta.ts';
import { makeObject } from './objects.ts';

/**
 * Pack files (gitformat-pack), whole in memory. The library's reader inflates without a limit, skips what it cannot
 * resolve and takes a second for 2,000 commits; a repository is foreign input, so every size is checked before
 * memory is taken, and a pack is read wholly or refused.
 */
const TYPES = ['commit', 'tree', 'blob', 'tag'] as const;
const OFFSET_DELTA = 6;
const REFERENCE_DELTA = 7;
const DIGEST_BYTES = 20;

/** The pack is sound so far as can be seen, but holds more than the caller has room for. */
export class PackTooLargeError extends Error {
  override readonly name = 'PackTooLargeError';
}

export function writePack(objects: readonly GitObject[]): Buffer {
  const head = Buffer.alloc(12);
  head.write('PACK', 'latin1');
  head.writeUInt32BE(2, 4);
  head.writeUInt32BE(objects.length, 8);
  const body = Buffer.concat([
    head,
    ...objects.flatMap((o) => [entryHeader(TYPES.indexOf(o.type) + 1, o.data.length), deflateSync(o.data)]),
  ]);
  return Buffer.concat([body, createHash('sha1').update(body).digest()]);
}

function entryHeader(type: number, size: number): Buffer {
  const bytes: number[] = [];
  let rest = Math.floor(size / 16);
  bytes.push((rest > 0 ? 0x80 : 0) | (type << 4) | (size & 15));
  for (; rest > 0; rest = Math.floor(rest / 128)) bytes.push((rest > 127 ? 0x80 : 0) | (rest & 127));
  return Buffer.from(bytes);
}

interface RawEntry {
  readonly type: number;
  readonly size: number;
  readonly baseOffset?: number;
  readonly baseId?: ObjectId;
  readonly dataAt: number;
}

/** Throws `PackTooLargeError` beyond `maxInflatedBytes` of objects, `SyntaxError` for anything that is no whole pack. */
export function readPack(pack: Buffer, maxInflatedBytes: number): Map<ObjectId, GitObject> {
  const end = pack.length - DIGEST_BYTES;
  if (end < 12 || pack.toString('latin1', 0, 4) !== 'PACK') throw new SyntaxError('this is not a pack');
  if (pack.readUInt32BE(4) !== 2) throw new SyntaxError(`pack version ${pack.readUInt32BE(4)}; 2 is understood`);
  if (!createHash('sha1').update(pack.subarray(0, end)).digest().equals(pack.subarray(end))) {
    throw new SyntaxError('the pack does not match its digest');
  }
  const byOffset = new Map<number, GitObject>();
  const byId = new Map<ObjectId, GitObject>();
  const waiting: { offset: number; baseId: ObjectId; delta: Buffer }[] = [];
  let room = maxInflatedBytes;
  const take = (bytes: number) => {
    room -= bytes;
    if (room < 0) throw new PackTooLargeError(`objects of more than ${maxInflatedBytes} bytes`);
  };
  const keep = (offset: number, object: GitObject) => {
    byOffset.set(offset, object);
    byId.set(object.id, object);
  };
  const resolve = (base: GitObject, delta: Buffer) => makeObject(base.type, applyDelta(base.data, delta, take));

  let offset = 12;
  for (let left = pack.readUInt32BE(8); left > 0; left -= 1) {
    const entry = readEntry(pack, offset, end);
    take(entry.size);
    const { data, next } = inflateAt(pack, entry, end);
    if (entry.baseOffset !== undefined) {
      const base = byOffset.get(entry.baseOffset);
      // A base that itself waits for a later object is legal and never sent by a server that was not asked for it.
      if (base === undefined) throw new SyntaxError(`no object at ${entry.baseOffset} for the delta at ${offset}`);
      keep(offset, resolve(base, data));
    } else if (entry.baseId !== undefined) {
      waiting.push({ offset, baseId: entry.baseId, delta: data });
    } else {
      keep(offset, makeObject(plainType(entry.type, offset), data));
    }
    offset = next;
  }
  if (offset !== end) throw new SyntaxError('bytes follow the last object of the pack');
  for (let pending = waiting; pending.length > 0; ) {
    const rest = pending.filter(({ offset: at, baseId, delta }) => {
      const base = byId.get(baseId);
      if (base !== undefined) keep(at, resolve(base, delta));
      return base === undefined;
    });
    if (rest.length === pending.length) throw new SyntaxError(`${rest.length} deltas without their base`);
    pending = rest;
  }
  return byId;
}

function plainType(type: number, offset: number): GitObject['type'] {
  const name = TYPES[type - 1];
  if (name === undefined) throw new SyntaxError(`object type ${type} at byte ${offset}`);
  return name;
}

function readEntry(pack: Buffer, offset: number, end: number): RawEntry {
  let at = offset;
  const byte = () => {
    const value = at < end ? pack[at] : undefined;
    if (value === undefined) throw new SyntaxError(`the object at byte ${offset} is cut off`);
    at += 1;
    return value;
  };
  let value = byte();
  const type = (value >> 4) & 7;
  let size = value & 15;
  for (let scale = 16; value & 0x80; scale *= 128) {
    value = byte();
    size += (value & 127) * scale;
    if (size > Number.MAX_SAFE_INTEGER) throw new SyntaxError(`the object at byte ${offset} has no sane size`);
  }
  if (type === OFFSET_DELTA) {
    value = byte();
    let back = value & 127;
    while (value & 0x80) {
      value = byte();
      // Each further byte adds one, so that no distance can be written in two ways.
      back = (back + 1) * 128 + (value & 127);
    }
    return { type, size, baseOffset: offset - back, dataAt: at };
  }
  if (type === REFERENCE_DELTA) {
    if (at + DIGEST_BYTES > end) throw new SyntaxError(`the object at byte ${offset} is cut off`);
    return { type, size, baseId: pack.toString('hex', at, at + DIGEST_BYTES), dataAt: at + DIGEST_BYTES };
  }
  return { type, size, dataAt: at };
}

function inflateAt(pack: Buffer, entry: RawEntry, end: number): { data: Buffer; next: number } {
  const { buffer, engine } = inflate(pack.subarray(entry.dataAt, end), entry);
  if (buffer.length !== entry.size)
    throw new SyntaxError(`the object at byte ${entry.dataAt} is not as long as it says`);
  return { data: buffer, next: entry.dataAt + engine.bytesWritten };
}

function inflate(bytes: Buffer, entry: RawEntry): { buffer: Buffer; engine: { bytesWritten: number } } {
  try {
    // The declared size bounds the output, so that a small stream cannot grow into all of memory.
    const options = { info: true, maxOutputLength: Math.max(1, entry.size), chunkSize: Math.max(64, entry.size) };
    return inflateSync(bytes, options) as unknown as { buffer: Buffer; engine: { bytesWritten: number } };
  } catch (cause) {
    throw new SyntaxError(`the object at byte ${entry.dataAt} cannot be inflated`, { cause });
  }
}
