import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';

/*
 * A patch: pairs of (varint count of literal bytes, the bytes, varint count of copied bytes, zigzag varint of how far
 * the copy's source lies from where the last copy ended). Edits keep their order, so that distance is nearly always
 * small, one byte.
 */

const WINDOW = 6;
const table = { slots: new Int32Array(1024), mask: 1023 };

/** How `target` is made from `source`; the same inputs always give the same patch. */
export function makePatch(source: Buffer, target: Buffer): Buffer {
  const out = new ByteWriter(64);
  indexWindows(source);
  let literalStart = 0;
  let copyEnd = 0;
  let at = 0;
  while (at < target.length) {
    const match = findMatch(source, target, at, copyEnd);
    if (match < 0) {
      at++;
      continue;
    }
    let from = match;
    let start = at;
    while (start > literalStart && from > 0 && source[from - 1] === target[start - 1]) {
      from--;
      start--;
    }
    let end = at;
    let sourceEnd = match;
    while (end < target.length && sourceEnd < source.length && source[sourceEnd] === target[end]) {
      end++;
      sourceEnd++;
    }
    out.varint(start - literalStart);
    out.appendRange(target, literalStart, start);
    out.varint(end - start);
    out.varint(from < copyEnd ? (copyEnd - from) * 2 - 1 : (from - copyEnd) * 2);
    copyEnd = sourceEnd;
    literalStart = end;
    at = end;
  }
  if (literalStart < target.length) {
    out.varint(target.length - literalStart);
    out.appendRange(target, literalStart, target.length);
  }
  return out.copy();
}

/** Throws `RangeError` when the patch does not fit the source. */
export function applyPatch(source: Buffer, patch: Buffer): Buffer {
  const out = new ByteWriter(source.length + patch.length);
  const reader = new ByteReader(patch);
  let copyEnd = 0;
  while (reader.at < reader.end) {
    const literals = reader.varint();
    out.append(reader.take(literals));
    if (reader.at === reader.end) break;
    const count = reader.varint();
    const distance = reader.varint();
    const from = copyEnd + (distance % 2 === 1 ? -(distance + 1) / 2 : distance / 2);
    if (from < 0 || from + count > source.length)
      throw new RangeError(`a copy of ${count} bytes from ${from} of ${source.length}`);
    out.appendRange(source, from, from + count);
    copyEnd = from + count;
  }
  return out.copy();
}

function hashAt(bytes: Buffer, at: number): number {
  const low = ((bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16)) >>> 0;
  const high = ((bytes[at + 3] as number) | ((bytes[at + 4] as number) << 8) | ((bytes[at + 5] as number) << 16)) >>> 0;
  const hash = Math.imul(low, 0x9e3779b1) ^ Math.imul(high, 0x85ebca6b);
  return (hash ^ (hash >>> 15)) & table.mask;
}

function indexWindows(source: Buffer): void {
  let size = 1024;
  while (size < source.length * 2) size *= 2;
  if (table.slots.length < size || table.slots.length > size * 64) table.slots = new Int32Array(size);
  table.mask = table.slots.length - 1;
  table.slots.fill(0);
  // The first of equal windows wins; the continuation of the last copy is tried before the table anyway.
  for (let at = source.length - WINDOW; at >= 0; at--) table.slots[hashAt(source, at)] = at + 1;
}

/** A place in the source where at least a window equals the target at `at`, or -1. */
function findMatch(source: Buffer, target: Buffer, at: number, copyEnd: number): number {
  if (at + WINDOW > target.length) return tailMatch(source, target, at);
  // A change that keeps its length goes on where the last copy would have.
  if (windowEquals(source, copyEnd, target, at)) return copyEnd;
  const found = (table.slots[hashAt(target, at)] as number) - 1;
  return found >= 0 && windowEquals(source, found, target, at) ? found : -1;
}

/** The last bytes are shorter than a window: they may still be the source's last bytes. */
function tailMatch(source: Buffer, target: Buffer, at: number): number {
  const left = target.length - at;
  if (left < 3 || left > source.length) return -1;
  const from = source.length - left;
  for (let i = 0; i < left; i++) if (source[from + i] !== target[at + i]) return -1;
  return from;
}

function windowEquals(source: Buffer, from: number, target: Buffer, at: number): boolean {
  if (from + WINDOW > source.length) return false;
  for (let i = 0; i < WINDOW; i++) if (source[from + i] !== target[at + i]) return false;
  return true;
}
