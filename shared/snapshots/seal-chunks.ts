import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync } from 'node:crypto';
import { constants, crc32, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { UsageError } from '../domain/errors.ts';
import { IntegrityError, type IntegrityPlace } from './integrity-error.ts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Above this a chunk is damaged: a chunk is cut at 1 MiB and ends with one document of at most 1 MiB and its frame. */
const MAX_PLAIN_BYTES = 64 * 1024 * 1024;

/** Keys made from the one that the key reference names, each for one use. */
export interface SnapshotKeys {
  readonly reference: string;
  readonly cipher: Buffer;
  readonly ids: Buffer;
  readonly nonces: Buffer;
  readonly digests: Buffer;
}

/** `key` has 32 bytes. */
export function deriveKeys(reference: string, key: Uint8Array): SnapshotKeys {
  if (key.length !== 32) throw new UsageError(`snapshot key ${reference}: ${key.length} bytes; 32 are needed`);
  const derive = (use: string) => Buffer.from(hkdfSync('sha256', key, 'highnoon.snapshot/1', use, 32));
  return {
    reference,
    cipher: derive('cipher'),
    ids: derive('ids'),
    nonces: derive('nonces'),
    digests: derive('digests'),
  };
}

/** sha-256 of the plain bytes; keyed when there is a key, so that ids of known content cannot be looked up. */
export function chunkId(plain: Uint8Array, keys: SnapshotKeys | undefined): Buffer {
  return (keys ? createHmac('sha256', keys.ids) : createHash('sha256')).update(plain).digest();
}

export const LEVEL = { base: 3, delta: 9 } as const;

/** Compressed, and encrypted when there is a key. The same plain bytes give the same stored bytes. */
export function sealChunk(plain: Uint8Array, id: Buffer, keys: SnapshotKeys | undefined, level: number): Buffer {
  const compressed = zstdCompressSync(plain, {
    chunkSize: Math.max(1024, plain.length + 512),
    pledgedSrcSize: plain.length,
    params: { [constants.ZSTD_c_compressionLevel]: level },
  });
  if (!keys) return compressed;
  // From the bytes that the cipher sees, not from the chunk id: another zstd would compress the same chunk otherwise,
  // and one nonce for two texts breaks GCM.
  const nonce = createHmac('sha256', keys.nonces).update(compressed).digest().subarray(0, NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', keys.cipher, nonce).setAAD(id);
  return Buffer.concat([nonce, cipher.update(compressed), cipher.final(), cipher.getAuthTag()]);
}

export interface SealedChunk {
  readonly id: Buffer;
  readonly plainBytes: number;
  readonly crc: number;
}

/** The plain bytes; every deviation is an `IntegrityError` at `place`. */
export function openChunk(
  stored: Buffer,
  chunk: SealedChunk,
  keys: SnapshotKeys | undefined,
  place: IntegrityPlace,
): Buffer {
  if (crc32(stored) !== chunk.crc) throw new IntegrityError('damaged', place, 'the stored bytes have another checksum');
  if (chunk.plainBytes > MAX_PLAIN_BYTES)
    throw new IntegrityError('damaged', place, `${chunk.plainBytes} bytes are too many`);
  let plain: Buffer;
  try {
    const compressed = keys ? decrypt(stored, chunk.id, keys) : stored;
    plain = zstdDecompressSync(compressed, {
      chunkSize: Math.max(1024, chunk.plainBytes),
      maxOutputLength: chunk.plainBytes + 1,
    });
  } catch (cause) {
    throw new IntegrityError('undecodable', place, 'decryption or decompression failed', { cause });
  }
  if (plain.length !== chunk.plainBytes || !chunkId(plain, keys).equals(chunk.id)) {
    throw new IntegrityError('damaged', place, 'the plain bytes have another hash');
  }
  return plain;
}

function decrypt(stored: Buffer, id: Buffer, keys: SnapshotKeys): Buffer {
  const end = stored.length - TAG_BYTES;
  const decipher = createDecipheriv('aes-256-gcm', keys.cipher, stored.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(id).setAuthTag(stored.subarray(end));
  return Buffer.concat([decipher.update(stored.subarray(NONCE_BYTES, end)), decipher.final()]);
}
