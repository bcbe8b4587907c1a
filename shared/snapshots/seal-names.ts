import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';
import { PortError } from '../domain/errors.ts';
import type { SnapshotKeys } from './seal-chunks.ts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Binds a sealed name to its use: no chunk can be passed off as one. */
const USE = Buffer.from('highnoon.names/1');

/** Names of people's records may name the people: where the engine keeps one, in a cursor or a plan, it is sealed. */
export function sealName(name: string, keys: SnapshotKeys): string {
  const plain = Buffer.from(name);
  const nonce = createHmac('sha256', keys.nonces).update(USE).update(plain).digest().subarray(0, NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', keys.cipher, nonce).setAAD(USE);
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]).toString('base64url');
}

/** Throws `PortError` `invalid` when it was sealed with another key, or changed. */
export function openName(sealed: string, keys: SnapshotKeys): string {
  const stored = Buffer.from(sealed, 'base64url');
  const end = stored.length - TAG_BYTES;
  try {
    const decipher = createDecipheriv('aes-256-gcm', keys.cipher, stored.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(USE).setAuthTag(stored.subarray(end));
    return Buffer.concat([decipher.update(stored.subarray(NONCE_BYTES, end)), decipher.final()]).toString();
  } catch (cause) {
    throw new PortError('snapshots', 'invalid', 'a sealed name does not open: the key is another one', { cause });
  }
}
