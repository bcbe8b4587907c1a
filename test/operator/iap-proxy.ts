import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { epochMs } from '../../shared/domain/time.ts';

export const AUDIENCE = '/projects/1234/locations/us-central1/services/highnoon-operator';

export interface Claims {
  readonly email?: string | null;
  readonly audience?: string;
  readonly issuer?: string;
  readonly issuedAt?: string;
  readonly lifeSeconds?: number;
  /** `stranger`: a key that the proxy does not publish, under the name of one that it does. */
  readonly key?: 'own' | 'stranger';
  readonly keyId?: string;
}

/** A proxy for tests: it signs assertions, and answers with its public keys when they are asked for. */
export async function createProxy(now: () => string) {
  const [own, stranger] = await Promise.all([generateKeyPair('ES256'), generateKeyPair('ES256')]);
  const keys = { keys: [{ ...(await exportJWK(own.publicKey)), kid: 'key-1', alg: 'ES256', use: 'sig' }] };
  const asked: string[] = [];
  return {
    asked,
    publicJwk: keys.keys[0],
    fetch: (async (url: string | URL | Request) => {
      asked.push(String(url));
      return new Response(JSON.stringify(keys), { headers: { 'content-type': 'application/json' } });
    }) as typeof fetch,
    sign(claims: Claims = {}): Promise<string> {
      const issuedAt = Math.floor(epochMs(claims.issuedAt ?? now()) / 1000);
      const { email = 'ana@example.com' } = claims;
      return new SignJWT(email === null ? {} : { email })
        .setProtectedHeader({ alg: 'ES256', kid: claims.keyId ?? 'key-1', typ: 'JWT' })
        .setSubject('accounts.google.com:1')
        .setIssuer(claims.issuer ?? 'https://cloud.google.com/iap')
        .setAudience(claims.audience ?? AUDIENCE)
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + (claims.lifeSeconds ?? 600))
        .sign(claims.key === 'stranger' ? stranger.privateKey : own.privateKey);
    },
  };
}

/** The token without its signature, and the one that says that it needs none. */
export function stripped(token: string): string {
  const [header = '', payload = ''] = token.split('.');
  return `${header}.${payload}.`;
}

export function unsigned(token: string): string {
  const header = Buffer.from(JSON.stringify({ alg: 'none', typ: 'JWT' })).toString('base64url');
  return `${header}.${token.split('.')[1]}.`;
}
