import { createHash, type Hash, hash as hashOnce } from 'node:crypto';
import { ByteWriter } from './byte-writer.ts';

const MODULUS = 1n << 256n;
/** An open segment is hashed when it is larger than this, so that memory does not grow with large documents. */
const HASH_AT_BYTES = 1024 * 1024;
const NO_KEY = Buffer.alloc(0);

/**
 * What a collection holds, in 32 bytes that do not depend on how it is stored: the sum (modulo 2^256) of one hash for
 * each segment of its sorted records. Segments end at names chosen by the names alone, so ranges captured apart add up
 * to the digest of the whole, and a capture that was interrupted at a segment's end goes on from the sum.
 * With a key each hash begins with it: a digest of few known documents could be guessed otherwise.
 */
export class ContentDigest {
  /** The records of the open segment are written here, after the key; `shrink` and `endSegment` take them away. */
  readonly open = new ByteWriter(128 * 1024);
  readonly #keyBytes: number;
  #sum: bigint;
  #hash: Hash | undefined;
  /** Bytes of all records. */
  plainBytes = 0;

  readonly #sink: ((records: Buffer) => void) | undefined;

  /** `sink` is given all records, a segment or less at a time; the bytes are valid until it returns. */
  constructor(key: Buffer = NO_KEY, from = '0'.repeat(64), sink?: (records: Buffer) => void) {
    this.#sink = sink;
    this.open.append(key);
    this.#keyBytes = key.length;
    this.#sum = BigInt(`0x${from}`);
  }

  /** Hashes what is open of a segment that has grown large; call between two records. */
  shrink(): void {
    if (this.open.length < HASH_AT_BYTES) return;
    this.#hash ??= createHash('sha256').update(this.open.bytes.subarray(0, this.#keyBytes));
    this.#hash.update(this.#take());
  }

  endSegment(): void {
    if (!this.#hash && this.open.length === this.#keyBytes) return;
    // One call is the cheapest way to hash; the key lies before the records for its sake.
    const digest = this.#hash
      ? this.#hash.update(this.#take()).digest('hex')
      : hashOnce('sha256', this.#takeKeyed(), 'hex');
    this.#hash = undefined;
    this.#sum = (this.#sum + BigInt(`0x${digest}`)) % MODULUS;
  }

  #take(): Buffer {
    return this.#takeKeyed().subarray(this.#keyBytes);
  }

  #takeKeyed(): Buffer {
    const bytes = this.open.view();
    this.plainBytes += bytes.length - this.#keyBytes;
    this.open.length = this.#keyBytes;
    this.#sink?.(bytes.subarray(this.#keyBytes));
    return bytes;
  }

  /** Forgets the record that begins there. */
  drop(start: number): void {
    this.open.length = start;
  }

  /** 64 hex digits. An open segment is ended. */
  value(): string {
    this.endSegment();
    return hex(this.#sum);
  }
}

export function addDigests(digests: readonly string[]): string {
  return hex(digests.reduce((sum, digest) => (sum + BigInt(`0x${digest}`)) % MODULUS, 0n));
}

function hex(sum: bigint): string {
  return sum.toString(16).padStart(64, '0');
}
