import type { ByteWriter } from './byte-writer.ts';
import { SourceError } from './integrity-error.ts';

/*
 * A name key is the path below its collection in bytes whose plain order is Firestore's order. The slash becomes 00,
 * lower than any byte of a segment, so that `a/b` sorts before `a!`, as it does segment by segment; 00 and 01 inside a
 * segment become 01 01 and 01 02, which keeps their order and makes the key reversible.
 */

const SPECIAL = /[\u0000\u0001]/;

/** Appends the key of `path` and returns how many bytes it has. */
export function writeNameKey(writer: ByteWriter, collection: string, path: string): number {
  const start = collection.length + 1;
  if (path.length <= start || path.charCodeAt(start - 1) !== 0x2f || !path.startsWith(collection)) {
    throw new SourceError(path, `not below the collection ${collection}`);
  }
  if (!path.isWellFormed())
    throw new SourceError(path, 'the path holds half a surrogate pair, which UTF-8 cannot hold');
  const name = path.slice(start);
  if (SPECIAL.test(name)) return writer.text(escapeName(name));
  const from = writer.length;
  const count = writer.text(name);
  if (name.includes('/')) {
    const bytes = writer.bytes;
    for (let i = from; i < from + count; i++) if (bytes[i] === 0x2f) bytes[i] = 0;
  }
  return count;
}

export function readNameKey(collection: string, bytes: Buffer, start: number, end: number): string {
  const name = bytes.toString('utf8', start, end);
  return `${collection}/${SPECIAL.test(name) ? unescapeName(name) : name}`;
}

function escapeName(name: string): string {
  return name.replaceAll('\u0001', '\u0001\u0002').replaceAll('\u0000', '\u0001\u0001').replaceAll('/', '\u0000');
}

function unescapeName(name: string): string {
  return name.replaceAll('\u0000', '/').replaceAll('\u0001\u0001', '\u0000').replaceAll('\u0001\u0002', '\u0001');
}

const SEGMENT_MASK = 127;

/**
 * Whether a content segment ends with this name: one name in 128 on average, decided by the name alone, so that an
 * insertion elsewhere, another chunk size or another split into ranges moves no boundary.
 */
export function endsSegment(bytes: Buffer, start: number, end: number): boolean {
  let hash = 0x811c9dc5;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 13)) & SEGMENT_MASK) === 0;
}
