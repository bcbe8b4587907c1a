import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
} from 'node:crypto';
import { constants, crc32, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { UsageError } from '../domain/errors.ts';
import { IntegrityError, type IntegrityPlace } from './integrity-error.ts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Room that zlib leaves unused, or else it takes a full buffer for an unfinished one and makes another. */
const SPARE_BYTES = 1024;
/** Above this a chunk is damaged: a chunk is cut at 1 MiB and ends with one document of at most 1 MiB and its frame. */
const MAX_PLAIN_BYTES = 64 * 1024 * 1024;

/** Keys made from the one that the key reference names, each for one use. */
export interface SnapshotKeys {
  readonly reference: string;
  readonly cipher: KeyObject;
  readonly ids: KeyObject;
  readonly nonces: KeyObject;
  readonly digests: Buffer;
}

/** `key` has 32 bytes. */
export function deriveKeys(reference: string, key: Uint8Array): SnapshotKeys {
  if (key.length !== 32) throw new UsageError(`snapshot key ${reference}: ${key.length} bytes; 32 are needed`);
  const derive = (use: string) => Buffer.from(hkdfSync('sha256', key, 'highnoon.snapshot/1', use, 32));
  return {
    reference,
    cipher: createSecretKey(derive('cipher')),
    ids: createSecretKey(derive('ids')),
    nonces: createSecretKey(derive('nonces')),
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
    chunkSize: plain.length + SPARE_BYTES,
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

/**
 * The plain bytes; every deviation is an `IntegrityError` at `place`. `authenticated` takes the cipher's word, which
 * binds the bytes to the chunk id, where there is a cipher; `hashed` computes the id from the plain bytes in any case.
 */
export function openChunk(
  stored: Buffer,
  chunk: SealedChunk,
  keys: SnapshotKeys | undefined,
  place: IntegrityPlace,
  proof: 'authenticated' | 'hashed',
): Buffer {
  if (crc32(stored) !== chunk.crc) throw new IntegrityError('damaged', place, 'the stored bytes have another checksum');
  if (chunk.plainBytes > MAX_PLAIN_BYTES)
    throw new IntegrityError('damaged', place, `${chunk.plainBytes} bytes are too many`);
  let plain: Buffer;
  try {
    const compressed = keys ? decrypt(stored, chunk.id, keys) : stored;
    plain = zstdDecompressSync(compressed, {
      chunkSize: chunk.plainBytes + SPARE_BYTES,
      maxOutputLength: chunk.plainBytes + 1,
    });
  } catch (cause) {
    throw new IntegrityError('undecodable', place, 'decryption or decompression failed', { cause });
  }
  const isHashed = proof === 'hashed' || keys === undefined;
  if (plain.length !== chunk.plainBytes || (isHashed && !chunkId(plain, keys).equals(chunk.id))) {
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
  const compressed = decipher.update(stored.subarray(NONCE_BYTES, end));
  // A stream cipher keeps nothing back: `final` only compares the tag.
  decipher.final();
  return compressed;
}
