import { createHash } from 'node:crypto';
import { PortError } from '../domain/errors.ts';
import type { Credentials } from '../ports/credentials.ts';
import type { KeysPort } from '../ports/keys.ts';

/** A passphrase shorter than this can be guessed by whoever has the objects. */
const LEAST_CHARACTERS = 24;

/** Keys are secrets like any other; 32 bytes in hex or base64 are taken as they are, any longer text by its sha-256. */
export function keysFromCredentials(credentials: Pick<Credentials, 'secret'>): KeysPort {
  const known = new Map<string, Promise<Uint8Array>>();
  return {
    key(reference) {
      const cached = known.get(reference);
      if (cached !== undefined) return cached;
      const key = credentials.secret(reference).then((secret) => keyOf(secret.trim(), reference));
      known.set(reference, key);
      // A failure of the moment is not kept.
      key.catch(() => known.delete(reference));
      return key;
    },
  };
}

function keyOf(secret: string, reference: string): Uint8Array {
  if (/^[0-9a-f]{64}$/i.test(secret)) return Buffer.from(secret, 'hex');
  const bytes = /^[A-Za-z0-9+/]{43}=$/.test(secret) ? Buffer.from(secret, 'base64') : undefined;
  if (bytes?.length === 32) return bytes;
  if (secret.length >= LEAST_CHARACTERS) return createHash('sha256').update(secret).digest();
  throw new PortError(
    'keys',
    'invalid',
    `the key behind ${reference} has ${secret.length} characters; 64 of hex, 44 of base64, or a text of at least ${LEAST_CHARACTERS} are allowed`,
  );
}
