import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SignJWT } from 'jose';
import { createIapIdentity } from '../../../shared/adapters/gcp/iap.ts';
import type { OperatorRequest } from '../../../shared/operator/http.ts';
import { AUDIENCE, createProxy, stripped, unsigned } from '../../operator/iap-proxy.ts';

const NOW = '2026-11-24T11:32:00.000Z';
const request = (headers: Record<string, string>): OperatorRequest => ({
  method: 'GET',
  path: '/',
  query: new URLSearchParams(),
  headers,
  body: '',
  localAddress: '127.0.0.1',
  remoteAddress: '127.0.0.1',
});
const asserted = (token: string) => request({ 'x-goog-iap-jwt-assertion': token });

async function setUp(audience: string | undefined = AUDIENCE) {
  const proxy = await createProxy(() => NOW);
  return { proxy, identity: createIapIdentity({ audience, now: () => NOW, fetch: proxy.fetch }) };
}

const reasonOf = async (answer: Promise<{ ok: boolean; reason?: string }>) => {
  const { ok, reason } = await answer;
  return ok ? 'let in' : reason;
};

describe('the identity that the proxy asserts', () => {
  it('is the address of the assertion, in lower case, with keys fetched once', async () => {
    const { proxy, identity } = await setUp();
    const token = await proxy.sign({ email: 'Ana@Example.com' });
    for (let count = 0; count < 3; count++) {
      assert.deepEqual(await identity.verify(asserted(token)), {
        ok: true,
        identity: { name: 'ana@example.com', kind: 'person' },
      });
    }
    assert.deepEqual(proxy.asked, ['https://www.gstatic.com/iap/verify/public_key-jwk']);
  });

  it('tells a service account from a person', async () => {
    const { proxy, identity } = await setUp();
    const answer = await identity.verify(asserted(await proxy.sign({ email: 'ci@p.iam.gserviceaccount.com' })));
    assert.ok(answer.ok && answer.identity.kind === 'service-account');
  });

  it('takes no other header for an identity', async () => {
    const { proxy, identity } = await setUp();
    const token = await proxy.sign();
    for (const headers of [
      {},
      { authorization: `Bearer ${token}` },
      { 'x-goog-authenticated-user-email': 'accounts.google.com:ana@example.com' },
      { 'x-goog-iap-jwt-assertion': '' },
    ] as Record<string, string>[]) {
      assert.equal(await reasonOf(identity.verify(request(headers))), 'absent');
    }
  });

  it('refuses what was made up, and says so apart from what is merely old', async () => {
    const { proxy, identity } = await setUp();
    const good = await proxy.sign();
    const symmetric = await new SignJWT({ email: 'ana@example.com' })
      .setProtectedHeader({ alg: 'HS256', kid: 'key-1' })
      .setIssuer('https://cloud.google.com/iap')
      .setAudience(AUDIENCE)
      .setSubject('x')
      .setIssuedAt()
      .setExpirationTime('10m')
      .sign(Buffer.from(JSON.stringify(proxy.publicJwk)));
    const cases: readonly (readonly [string, string])[] = [
      [stripped(good), 'forged'],
      [unsigned(good), 'forged'],
      [symmetric, 'forged'],
      [await proxy.sign({ key: 'stranger' }), 'forged'],
      [await proxy.sign({ keyId: 'key-2' }), 'forged'],
      [await proxy.sign({ audience: `${AUDIENCE}-other` }), 'forged'],
      [await proxy.sign({ issuer: 'https://accounts.google.com' }), 'forged'],
      [`${good.slice(0, -6)}AAAAAA`, 'forged'],
      ['not a token', 'forged'],
      ['x'.repeat(9000), 'forged'],
      [await proxy.sign({ issuedAt: '2026-11-24T11:21:00.000Z' }), 'expired'],
      [await proxy.sign({ issuedAt: '2026-11-24T11:20:00.000Z', lifeSeconds: 86_400 }), 'expired'],
      [await proxy.sign({ issuedAt: '2026-11-24T11:40:00.000Z' }), 'expired'],
      [await proxy.sign({ email: 'nobody' }), 'absent'],
      [await proxy.sign({ email: null }), 'absent'],
    ];
    for (const [token, expected] of cases) {
      assert.equal(await reasonOf(identity.verify(asserted(token))), expected, token.slice(0, 60));
    }
  });

  it('lets nobody in without an audience to compare with, or without the keys', async () => {
    const { proxy } = await setUp();
    const token = await proxy.sign();
    const withoutAudience = createIapIdentity({ audience: undefined, now: () => NOW, fetch: proxy.fetch });
    assert.equal(await reasonOf(withoutAudience.verify(asserted(token))), 'unavailable');
    const unreachable = async () => Promise.reject(new TypeError('no route'));
    const withoutKeys = createIapIdentity({ audience: AUDIENCE, now: () => NOW, fetch: unreachable });
    assert.equal(await reasonOf(withoutKeys.verify(asserted(token))), 'unavailable');
  });
});
