import { createHash } from 'node:crypto';
import { type BigIntStats, readFileSync, readSync } from 'node:fs';

/*
 * A copy of the whole data folder is the same store, and its snapshots are as valid as before. Copying that keeps times
 * keeps them to a millisecond; plain `cp -r` gives every file the time of the copy, and then the bytes have to tell.
 */

/** Larger bodies are packs and exports, whose names or manifests say what they hold: hashing them would slow every write. */
const MOST_BYTES = 1_048_576n;
const TOLERANCE_NS = 1_000_000n;

/** SHA-256 of a file that is small enough to be told by its bytes; otherwise undefined. */
export const digestOfFile = (path: string, { size }: BigIntStats): string | undefined =>
  size > MOST_BYTES ? undefined : digestOf(readFileSync(path));

/** All bytes of an open file; where it is read from next stays. */
export function bytesOfOpen(descriptor: number, { size }: BigIntStats): Uint8Array {
  const bytes = Buffer.alloc(Number(size));
  return bytes.subarray(0, readSync(descriptor, bytes, 0, bytes.length, 0));
}

/** A copy that kept the time. `identity` is the size and time of the file as it was written. */
export function isDatedCopy(identity: string, stats: BigIntStats): boolean {
  const { size, mtimeNs } = parse(identity);
  const apart = mtimeNs - stats.mtimeNs;
  return size === stats.size && apart < TOLERANCE_NS && apart > -TOLERANCE_NS;
}

/** A copy that was made later: the same bytes. Copying gives no earlier time, so that one was set by a person, and counts. */
export function isLaterCopy(
  { file, sha256 }: { readonly file: string; readonly sha256?: string | undefined },
  stats: BigIntStats,
  bytes: () => Uint8Array,
): boolean {
  const { size, mtimeNs } = parse(file);
  if (sha256 === undefined || size !== stats.size || mtimeNs >= stats.mtimeNs) return false;
  return digestOf(bytes()) === sha256;
}

const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function parse(identity: string): { size: bigint; mtimeNs: bigint } {
  const [size = '', time = ''] = identity.split(':');
  return { size: BigInt(size), mtimeNs: BigInt(time) };
}
