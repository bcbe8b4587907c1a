import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';

const MODULUS = 1n << 256n;

/**
 * What a collection holds, in 32 bytes that do not depend on how it is stored: the sum (modulo 2^256) of one hash for
 * each segment of its sorted records. Segments end at names chosen by the names alone, so ranges captured apart add up
 * to the digest of the whole, and a capture that was interrupted at a segment's end goes on from the sum.
 * With a key the hashes are keyed: a digest of few known documents could be guessed otherwise.
 */
export class ContentDigest {
  #sum: bigint;
  readonly #key: Buffer | undefined;
  #hash: Hash | Hmac | undefined;

  constructor(key?: Buffer, from = '0'.repeat(64)) {
    this.#key = key;
    this.#sum = BigInt(`0x${from}`);
  }

  update(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#hash ??= this.#key ? createHmac('sha256', this.#key) : createHash('sha256');
    this.#hash.update(bytes);
  }

  endSegment(): void {
    if (!this.#hash) return;
    this.#sum = (this.#sum + BigInt(`0x${this.#hash.digest('hex')}`)) % MODULUS;
    this.#hash = undefined;
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
