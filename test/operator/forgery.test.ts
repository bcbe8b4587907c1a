import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Escalation } from '../../shared/domain/escalation.ts';
import { ACTS } from '../../shared/operator/api/acts.ts';
import { localIdentity } from '../../shared/operator/identity/local-identity.ts';
import { tellForgery } from '../../shared/operator/identity/tell-forgery.ts';
import { stripped, unsigned } from './iap-proxy.ts';
import { DATE, type Operator, openOperator } from './support.ts';

/** What telling security writes: one escalation a day, its outbox and its line in the ledger. */
const isTelling = (path: string) =>
  path.startsWith('escalations/forgery~') ||
  path.startsWith('outbox/forgery~') ||
  /^(ledger\/|controls\/head$)/.test(path);
const state = (operator: Operator) =>
  Object.fromEntries(Object.entries(operator.stored()).filter(([path]) => !isTelling(path)));
const forgeries = (operator: Operator) =>
  Object.entries(operator.stored()).filter(([path]) => path.startsWith('escalations/'));

const act = (operator: Operator, headers: Record<string, string>, body: unknown = { reason: 'x' }, name = 'hold') =>
  operator.send({
    method: 'POST',
    path: `/api/acts/${name}`,
    headers: { 'content-type': 'application/json', 'x-highnoon-act': '1', ...headers },
    body: JSON.stringify(body),
  });

describe('what is not proven', () => {
  it('changes no byte when the sign-in is missing or has ended', async () => {
    using operator = await openOperator();
    const before = operator.stored();
    const expired = await operator.proxy.sign({ issuedAt: `${DATE}T08:00:00.000Z` });
    for (const headers of [{}, { authorization: 'Bearer x' }, { 'x-goog-iap-jwt-assertion': expired }] as Record<
      string,
      string
    >[]) {
      assert.equal((await act(operator, headers)).status, 401);
    }
    assert.deepEqual(operator.stored(), before);
  });

  it('is told to security once a day when it was made up, and changes nothing else', async () => {
    using operator = await openOperator();
    await operator.run('t-90-prep', '10:30');
    const before = state(operator);
    const good = await operator.proxy.sign();
    const forged: Record<string, string>[] = [
      { 'x-goog-iap-jwt-assertion': stripped(good) },
      { 'x-goog-iap-jwt-assertion': unsigned(good) },
      { 'x-goog-iap-jwt-assertion': await operator.proxy.sign({ audience: 'other' }) },
      { 'x-goog-iap-jwt-assertion': await operator.proxy.sign({ key: 'stranger' }) },
      { 'x-goog-authenticated-user-email': 'accounts.google.com:ana@example.com' },
      { 'x-goog-iap-jwt-assertion': good, 'x-goog-authenticated-user-email': 'accounts.google.com:sam@example.com' },
    ];
    for (const headers of forged) {
      assert.equal((await act(operator, headers)).status, 401);
      using fresh = await openOperator();
      fresh.use(operator.context.verifier);
      fresh.clock.advanceTo(operator.clock.now());
      await act(fresh, headers);
      assert.equal(forgeries(fresh).length, 1, JSON.stringify(headers));
    }
    assert.deepEqual(state(operator), before);
    const told = forgeries(operator);
    assert.equal(told.length, 1);
    const escalation = JSON.parse(told[0]?.[1] ?? '{}') as Escalation;
    assert.deepEqual(escalation.routes, ['security']);
    const lines = Object.values(operator.stored()).filter((data) => data.includes('forgery-refused'));
    assert.equal(lines.length, 1);
    operator.clock.advanceTo('2026-11-25T08:00:00.000Z');
    await act(operator, { 'x-goog-authenticated-user-email': 'x' });
    assert.equal(forgeries(operator).length, 2);
  });

  it('is told when a body claims who acts, and the verified person does not act either', async () => {
    using operator = await openOperator();
    const before = state(operator);
    const reply = await operator.as('ana@example.com', '/api/acts/hold', { reason: 'x', actor: 'sam@example.com' });
    assert.equal(reply.status, 400);
    assert.deepEqual(state(operator), before);
    assert.equal(forgeries(operator).length, 1);
  });

  it('tells once over instances, and its flood costs no further reads', async () => {
    using operator = await openOperator();
    const headers = { 'x-goog-authenticated-user-email': 'x' };
    await act(operator, headers);
    operator.reads();
    for (let count = 0; count < 50; count++) await act(operator, headers);
    assert.equal(operator.reads(), 0);
    const before = operator.stored();
    const { documents } = operator.engine;
    const elsewhere = { ...operator.engine, documents: { ...documents } };
    await tellForgery(elsewhere, 'again');
    assert.deepEqual(operator.stored(), before);
  });

  it('never changes a byte, whatever is sent in whatever order without the right to', async () => {
    const bodies = fc.oneof(
      fc.jsonValue(),
      fc.record(
        {
          reason: fc.constant('x'),
          slot: fc.constantFrom(DATE, `t-30-final-check@${DATE}T11:30Z`),
          phase: fc.constant('t-90-prep'),
          epoch: fc.constantFrom(0, 1),
          finding: fc.constantFrom('GR-1', 'a/b/c'),
          until: fc.constant('2026-11-25T00:00:00Z'),
        },
        { requiredKeys: ['reason'] },
      ),
    );
    const who = fc.constantFrom('nobody', 'viewer', 'robot', 'rogue', 'stranger', 'expired', 'operator');
    const call = fc.record({
      who,
      path: fc.oneof(
        fc.constantFrom(...ACTS.map(({ name }) => `/api/acts/${name}`), ...ACTS.map(({ name }) => `/acts/${name}`)),
        fc.webPath().map((path) => `/api${path}`),
      ),
      method: fc.constantFrom('POST', 'PUT', 'DELETE', 'PATCH', 'GET'),
      body: bodies,
      safe: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 12 }), async (calls) => {
        using operator = await openOperator();
        await act(operator, { 'x-goog-iap-jwt-assertion': await operator.proxy.sign() });
        await operator.as('sam@example.com', '/api/acts/lockdown', { reason: 'x' });
        const before = state(operator);
        const ledger = Object.keys(operator.stored()).filter((path) => path.startsWith('ledger/')).length;
        for (const one of calls) {
          const headers = await headersOf(operator, one.who);
          // An operator may act: only without what keeps other sites out must nothing come of it.
          const complete = one.who !== 'operator' && one.safe;
          await operator.send({
            method: one.method,
            path: one.path,
            headers: {
              ...headers,
              ...(complete
                ? { 'content-type': 'application/json', 'x-highnoon-act': '1' }
                : { 'content-type': 'application/x-www-form-urlencoded', origin: 'https://evil.example' }),
            },
            body: JSON.stringify(one.body),
          });
        }
        assert.deepEqual(state(operator), before);
        const after = Object.keys(operator.stored()).filter((path) => path.startsWith('ledger/')).length;
        assert.ok(after <= ledger + 1);
      }),
      { numRuns: 25 },
    );
  });
});

async function headersOf(operator: Operator, who: string): Promise<Record<string, string>> {
  const sign = async (email: string, issuedAt?: string) => ({
    'x-goog-iap-jwt-assertion': await operator.proxy.sign({ email, ...(issuedAt === undefined ? {} : { issuedAt }) }),
  });
  switch (who) {
    case 'viewer':
      return sign('vic@example.com');
    case 'robot':
      return sign('robot@p.iam.gserviceaccount.com');
    case 'rogue':
      return sign('rogue@p.iam.gserviceaccount.com');
    case 'stranger':
      return sign('eve@example.com');
    case 'expired':
      return sign('sam@example.com', `${DATE}T07:00:00.000Z`);
    case 'operator':
      return sign('ana@example.com');
    default:
      return {};
  }
}

describe('the local identity', () => {
  const local = { localAddress: '127.0.0.1', remoteAddress: '127.0.0.1', headers: { host: '127.0.0.1:8080' } };
  const base = { method: 'GET', path: '/', query: new URLSearchParams(), body: '' };
  const identity = localIdentity({ store: 'local', user: 'ana' });

  it('is the person of the operating system, on a loopback connection', async () => {
    for (const more of [
      local,
      { ...local, headers: { host: 'localhost:8080' } },
      { ...local, localAddress: '::1', remoteAddress: '::1', headers: { host: '[::1]:80' } },
      { ...local, localAddress: '::ffff:127.0.0.1', remoteAddress: '::ffff:127.0.0.1' },
    ]) {
      const answer = await identity.verify({ ...base, ...more });
      assert.deepEqual(answer, { ok: true, identity: { name: 'local:ana', kind: 'local' } });
    }
  });

  it('is nobody from elsewhere, under another name, behind a proxy, or on a store that is not local', async () => {
    for (const more of [
      { ...local, remoteAddress: '10.0.0.1' },
      { ...local, localAddress: '10.0.0.1' },
      { ...local, remoteAddress: undefined },
      { ...local, headers: { host: 'evil.example' } },
      { ...local, headers: { host: '127.0.0.1.evil.example' } },
      { ...local, headers: {} },
      { ...local, headers: { host: 'localhost', 'x-forwarded-for': '127.0.0.1' } },
    ] as Partial<Parameters<typeof identity.verify>[0]>[]) {
      const answer = await identity.verify({ ...base, ...local, ...more });
      assert.equal(answer.ok, false, JSON.stringify(more));
    }
    const onCloud = localIdentity({ store: 'firestore', user: 'ana' });
    assert.equal((await onCloud.verify({ ...base, ...local })).ok, false);
  });
});
