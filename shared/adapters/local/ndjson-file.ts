import { isUtf8 } from 'node:buffer';
import { closeSync, openSync, readSync } from 'node:fs';
import { PortError, UsageError } from '../../domain/errors.ts';
import type { RawDocument } from '../../ports/memory.ts';
import { ByteWriter } from '../../snapshots/byte-writer.ts';
import { comparePaths } from '../../snapshots/compare-names.ts';
import { SourceError } from '../../snapshots/integrity-error.ts';
import { JsonLineEncoder } from '../../snapshots/json-line.ts';

const BLOCK_BYTES = 4 * 1024 * 1024;
const LINE_END = 0x0a;

/**
 * The lines of a file as documents of a collection, in the order of their names; each line is one JSON object with its
 * name in `_id` (`a/SUB/b` for one below `a`). Throws `UsageError` that names the line.
 */
export async function* readNdjson(collection: string, file: string): AsyncGenerator<RawDocument> {
  const out = new ByteWriter(BLOCK_BYTES);
  const lines = [...encodeLines(collection, file, out)];
  // Files are mostly sorted already; looking costs less than sorting.
  const isSorted = lines.every(
    (line, index) => index === 0 || comparePaths((lines[index - 1] as Line).path, line.path) < 0,
  );
  if (!isSorted) lines.sort((a, b) => comparePaths(a.path, b.path));
  let last: string | undefined;
  for (const { path, start, end } of lines) {
    if (path === last) throw new UsageError(`${file}: _id '${path.slice(collection.length + 1)}' stands there twice`);
    last = path;
    yield { path, fields: out.bytes.subarray(start, end) };
  }
}

interface Line {
  readonly path: string;
  readonly start: number;
  readonly end: number;
}

function* encodeLines(collection: string, file: string, out: ByteWriter): Generator<Line> {
  const encoder = new JsonLineEncoder(out);
  let number = 0;
  for (const block of blocksOf(file)) {
    if (!isUtf8(block)) throw new UsageError(`${file}: after line ${number} there are bytes that are no UTF-8`);
    let start = 0;
    while (start < block.length) {
      const stop = block.indexOf(LINE_END, start);
      const end = stop === -1 ? block.length : stop;
      number++;
      if (!isBlank(block, start, end)) yield encodeOne(collection, file, number, encoder, out, block, start, end);
      start = end + 1;
    }
  }
}

function isBlank(block: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (block[at] !== 0x20 && block[at] !== 0x0d && block[at] !== 0x09) return false;
  return true;
}

function encodeOne(
  collection: string,
  file: string,
  number: number,
  encoder: JsonLineEncoder,
  out: ByteWriter,
  block: Buffer,
  start: number,
  end: number,
): Line {
  const from = out.length;
  try {
    const id = encoder.encode(block, start, end);
    checkId(id);
    return { path: `${collection}/${id}`, start: from, end: out.length };
  } catch (error) {
    if (!(error instanceof SourceError || error instanceof PortError)) throw error;
    throw new UsageError(`${file}, line ${number}: ${error.message}`, { cause: error });
  }
}

/** As Firestore names documents: an id, or ids and collections in turn. */
function checkId(id: string): void {
  const segments = id.split('/');
  const isBad = (segment: string) =>
    segment === '' ||
    segment === '.' ||
    segment === '..' ||
    /^__.*__$/.test(segment) ||
    Buffer.byteLength(segment) > 1500;
  if (segments.length % 2 === 1 && !segments.some(isBad)) return;
  throw new PortError('memory', 'invalid', `_id '${id.slice(0, 80)}': no empty part, '.', '..' or __x__ is allowed`);
}

/** Whole lines, a block at a time. */
function* blocksOf(file: string): Generator<Buffer> {
  const handle = openFile(file);
  try {
    let rest = Buffer.alloc(0);
    for (;;) {
      const block = Buffer.allocUnsafe(rest.length + BLOCK_BYTES);
      rest.copy(block);
      const length = rest.length + readSync(handle, block, rest.length, BLOCK_BYTES, null);
      if (length === rest.length) break;
      const end = block.subarray(0, length).lastIndexOf(LINE_END) + 1;
      if (end > 0) yield block.subarray(0, end);
      rest = Buffer.from(block.subarray(end, length));
    }
    if (rest.length > 0) yield rest;
  } finally {
    closeSync(handle);
  }
}

function openFile(file: string): number {
  try {
    return openSync(file, 'r');
  } catch (cause) {
    throw new UsageError(`${file} cannot be read: a file of JSON lines is needed`, { cause });
  }
}
