import { createRemoteJWKSet, customFetch, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import type { Instant } from '../../domain/time.ts';
import type { IdentityAnswer, IdentityVerifier } from '../../operator/identity/identity.ts';

/** Identity-Aware Proxy, "Getting the user's identity with a signed header": header, issuer, algorithm and keys. */
const ASSERTION = 'x-goog-iap-jwt-assertion';
const ISSUER = 'https://cloud.google.com/iap';
const KEYS = new URL('https://www.gstatic.com/iap/verify/public_key-jwk');
/** An assertion lives ten minutes; clocks may differ by this much. */
const TOLERANCE_SECONDS = 30;
const MAX_AGE = '11 minutes';
/** A key set that answers slower than this is out of reach. */
const KEYS_TIMEOUT_MS = 5000;
const MAX_ASSERTION_CHARACTERS = 8192;
/** Clocks that differ break these; nobody forges them on purpose. */
const CLOCK_CLAIMS = ['iat', 'nbf'];
const EMAIL = /^[a-z0-9][a-z0-9._+-]{0,63}@[a-z0-9.-]{1,253}$/;

export interface IapOptions {
  /** What the proxy makes assertions for: `/projects/NUMBER/...`. Undefined: nobody is let in. */
  readonly audience: string | undefined;
  readonly now: () => Instant;
  /** How the proxy's public keys are fetched; a test gives its own. */
  readonly fetch?: typeof globalThis.fetch;
}

/** The identity that the proxy has signed, and nothing else: every other header is what somebody says. */
export function createIapIdentity({ audience, now, fetch }: IapOptions): IdentityVerifier {
  const keys = createRemoteJWKSet(KEYS, {
    timeoutDuration: KEYS_TIMEOUT_MS,
    ...(fetch === undefined ? {} : { [customFetch]: fetch }),
  });
  return {
    async verify({ headers }) {
      const assertion = headers[ASSERTION];
      if (assertion === undefined || assertion === '') return refuse('absent', 'the sign-in is missing');
      if (audience === undefined || audience === '')
        return refuse('unavailable', 'HIGHNOON_IAP_AUDIENCE is not set, so no sign-in can be verified');
      if (assertion.length > MAX_ASSERTION_CHARACTERS)
        return refuse('forged', 'the sign-in is longer than any real one');
      return verifyAssertion(assertion, keys, audience, now());
    },
  };
}

async function verifyAssertion(
  assertion: string,
  keys: JWTVerifyGetKey,
  audience: string,
  now: Instant,
): Promise<IdentityAnswer> {
  try {
    const { payload } = await jwtVerify(assertion, keys, {
      algorithms: ['ES256'],
      issuer: ISSUER,
      audience,
      clockTolerance: TOLERANCE_SECONDS,
      maxTokenAge: MAX_AGE,
      requiredClaims: ['exp', 'iat', 'sub', 'email'],
      currentDate: new Date(now),
    });
    return fromPayload(payload);
  } catch (error) {
    return fromError(error);
  }
}

function fromPayload({ email }: JWTPayload): IdentityAnswer {
  const name = typeof email === 'string' ? email.toLowerCase() : '';
  if (!EMAIL.test(name)) return refuse('absent', 'the sign-in carries no e-mail address');
  const kind = name.endsWith('.gserviceaccount.com') ? 'service-account' : 'person';
  return { ok: true, identity: { name, kind } };
}

/** Old is what happens to honest people; anything else that does not hold was made up or taken from elsewhere. */
function fromError(error: unknown): IdentityAnswer {
  if (error instanceof errors.JWTExpired) return refuse('expired', 'the sign-in has ended; open the page again');
  if (error instanceof errors.JWTClaimValidationFailed && CLOCK_CLAIMS.includes(error.claim))
    return refuse('expired', 'the sign-in is from the future; compare the clocks');
  if (error instanceof errors.JWTClaimValidationFailed && error.reason === 'missing')
    return refuse('absent', `the sign-in carries no ${error.claim}`);
  if (error instanceof errors.JWTClaimValidationFailed)
    return refuse('forged', `the sign-in is not for this place (${error.claim})`);
  if (error instanceof errors.JWSSignatureVerificationFailed)
    return refuse('forged', 'the sign-in is not signed by the proxy');
  if (error instanceof errors.JWKSNoMatchingKey) return refuse('forged', 'the sign-in is signed by an unknown key');
  if (error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported)
    return refuse('forged', 'the sign-in is not signed as the proxy signs');
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid)
    return refuse('forged', 'the sign-in cannot be read');
  return refuse('unavailable', "the proxy's keys are out of reach, so no sign-in can be verified now");
}

const refuse = (reason: Extract<IdentityAnswer, { ok: false }>['reason'], why: string): IdentityAnswer => ({
  ok: false,
  reason,
  why,
});
