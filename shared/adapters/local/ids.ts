import { randomBytes } from 'node:crypto';
import type { Ids } from '../../ports/ids.ts';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';

export const systemIds: Ids = {
  // 20 characters of 36: about 100 bits; the slight bias of the modulus does not matter for uniqueness.
  unique: () => Array.from(randomBytes(20), (byte) => ALPHABET[byte % ALPHABET.length]).join(''),
  random: () => randomBytes(4).readUInt32BE() / 2 ** 32,
};
