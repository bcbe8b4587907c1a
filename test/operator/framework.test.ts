import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import '../../functions/operator/index.ts';
import type { IdentityVerifier } from '../../shared/operator/identity/identity.ts';
import { provideRuntime } from '../../shared/runtime/the-runtime.ts';
import { person } from './days.ts';
import { AUDIENCE } from './iap-proxy.ts';
import { type Operator, openOperator } from './support.ts';

/** The function as functions-framework serves it, with the identity that the test says; left out, the proxy's. */
async function withFunction(
  operator: Operator,
  identity: IdentityVerifier | undefined,
  work: (address: string) => Promise<void>,
): Promise<void> {
  provideRuntime({
    engine: operator.engine,
    messenger: { send: async () => ({ channels: [] }) },
    ...(identity === undefined ? {} : { identity }),
    refreshClock: async () => {},
    dryRunsHere: true,
    resourceName: (name) => `highnoon-${name}`,
    close: async () => {},
  });
  const server: Server = getTestServer('operator');
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    provideRuntime(undefined);
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
}

describe('the operator function, served by the framework', () => {
  it('tells nothing of itself to who sends what is no JSON', async () => {
    using operator = await openOperator();
    await withFunction(operator, person, async (address) => {
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(`${address}/api/acts/unlock`, { method: 'POST', headers, body: '{"reason":' });
      assert.equal(answer.status, 400);
      assert.doesNotMatch(await answer.text(), /\bat |node_modules|\.ts|SyntaxError/);
    });
  });

  it('shows the page, and acts by form and by JSON', async () => {
    using operator = await openOperator();
    await withFunction(operator, person, async (address) => {
      const page = await fetch(address);
      assert.equal(page.status, 200);
      assert.equal(page.headers.get('x-powered-by'), null);
      const body = await page.text();
      assert.match(body, /local:\S+: local development identity, no sign-in/);
      const csrf = /action="\/acts\/hold"><input type="hidden" name="csrf" value="([\w-]+)"/.exec(body)?.[1] ?? '';
      const held = await fetch(`${address}/acts/hold`, {
        method: 'POST',
        redirect: 'manual',
        headers: { origin: address, cookie: (page.headers.getSetCookie()[0] ?? '').split(';')[0] ?? '' },
        body: new URLSearchParams({ csrf, reason: 'supplier & more' }),
      });
      assert.equal(held.status, 303, await held.text());
      const released = await fetch(`${address}/api/acts/release`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-highnoon-act': '1' },
        body: JSON.stringify({ reason: 'it is back' }),
      });
      assert.equal(released.status, 200, await released.text());
      assert.match(await (await fetch(`${address}/api/status`)).text(), /"supplier & more"/);
      const head = await fetch(address, { method: 'HEAD' });
      assert.deepEqual([head.status, await head.text()], [200, '']);
    });
  });

  it('streams what changes, until the reader goes', async () => {
    using operator = await openOperator();
    await withFunction(operator, person, async (address) => {
      const gone = new AbortController();
      const response = await fetch(`${address}/events?seen=before`, { signal: gone.signal });
      assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/);
      let text = '';
      const decoder = new TextDecoder();
      for await (const chunk of response.body ?? []) {
        text += decoder.decode(chunk, { stream: true });
        if (text.includes('event: change')) break;
      }
      gone.abort();
      assert.match(text, /^retry: \d+\n\nevent: change\ndata: \w{20}\n\n/);
    });
  });

  it('believes the proxy alone where nobody gave it another way, and nobody without an audience', async () => {
    for (const environment of [{}, { HIGHNOON_IAP_AUDIENCE: AUDIENCE }]) {
      using operator = await openOperator('09:00', { environment });
      const before = operator.stored();
      await withFunction(operator, undefined, async (address) => {
        assert.equal((await fetch(address)).status, 401);
        const claimed = await fetch(`${address}/api/status`, { headers: { 'x-goog-iap-jwt-assertion': 'x' } });
        assert.ok(claimed.status === 401 || claimed.status === 503);
      });
      const after = Object.entries(operator.stored()).filter(
        ([path]) => !/forgery~|^ledger\/|^controls\/head/.test(path),
      );
      assert.deepEqual(Object.fromEntries(after), before);
    }
  });
});
