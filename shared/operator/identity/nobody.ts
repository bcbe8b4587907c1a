import type { IdentityVerifier } from './identity.ts';

/** Where nothing can verify an identity, nobody is let in. */
export const nobody: IdentityVerifier = {
  verify: async () => ({ ok: false, reason: 'absent', why: 'this process verifies no identity, so it lets nobody in' }),
};
