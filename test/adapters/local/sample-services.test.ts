import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createHttpClient } from '../../../shared/adapters/http/client.ts';
import {
  createServiceFaults,
  SAMPLE_SERVICES,
  type SampleService,
} from '../../../shared/adapters/local/sample/service-faults.ts';
import { shopSession } from '../../../shared/adapters/local/sample/shop.ts';
import { type SampleServicesOptions, startSampleServices } from '../../../shared/adapters/local/sample-services.ts';
import { PortError, UsageError } from '../../../shared/domain/errors.ts';
import { plusSeconds } from '../../../shared/domain/time.ts';
import type { HttpRequest } from '../../../shared/ports/http.ts';

const NOW = '2026-11-23T11:30:00.000Z';
const TOKEN = 'a-token-of-the-sample-world';
const FOOTER = '21+ • No medical claims • Natural cannabinoids; NIST-validated methods.';

async function world(options: Partial<SampleServicesOptions> = {}) {
  const slept: number[] = [];
  const services = await startSampleServices({
    clock: { now: () => NOW, sleep: async (ms) => void slept.push(ms) },
    token: TOKEN,
    ...options,
  });
  const client = createHttpClient({ allowLoopbackHttp: true });
  async function ask(service: SampleService, path: string, more: Partial<HttpRequest> = {}) {
    const answer = await client.request(`${services.origin(service)}${path}`, {
      method: 'GET',
      maxBytes: 10_000,
      timeoutMs: 10_000,
      ...more,
    });
    const text = Buffer.from(answer.body).toString();
    return { ...answer, text, json: () => JSON.parse(text) as Record<string, unknown> };
  }
  return { services, ask, slept, [Symbol.asyncDispose]: () => services.close() };
}

async function folder() {
  const path = await mkdtemp(join(tmpdir(), 'sample-services-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

test('each server has a port of its own and is found by its sample URL', async () => {
  await using sample = await world();
  assert.equal(new Set(SAMPLE_SERVICES.map(sample.services.origin)).size, SAMPLE_SERVICES.length);
  assert.equal(sample.services.resolve('sample://shop/products'), `${sample.services.origin('shop')}/products`);
  assert.equal(sample.services.resolve('sample://shop'), `${sample.services.origin('shop')}/`);
  for (const uri of ['sample://nobody/', 'https://shop.example/', 'sample://shop@evil/', 'sample://']) {
    assert.equal(sample.services.resolve(uri), undefined, uri);
  }
});

test('a service in good health says so, live, at the time of the world', async () => {
  await using sample = await world();
  for (const service of ['integration-service', 'age-verification-gate', 'voice-service'] as const) {
    const answer = await sample.ask(service, '/health');
    assert.equal(answer.status, 200);
    const { status, mode, checkedAt } = answer.json();
    assert.deepEqual({ status, mode, checkedAt }, { status: 'healthy', mode: 'live', checkedAt: NOW });
    assert.equal(answer.headers.date, 'Mon, 23 Nov 2026 11:30:00 GMT');
    assert.equal((await sample.ask(service, '/ready')).status, 200);
  }
  assert.notDeepEqual((await sample.ask('integration-service', '/health')).json().inventory, []);
});

test('the reasoning gateway wants its token, whole and right', async () => {
  await using sample = await world();
  assert.equal((await sample.ask('reasoning-gateway', '/health', bearer(TOKEN))).status, 200);
  for (const more of [
    {},
    bearer(''),
    bearer(`${TOKEN}x`),
    bearer(TOKEN.slice(1)),
    bearer(TOKEN.replace('a', 'b')),
    { headers: { authorization: TOKEN } },
  ]) {
    assert.equal((await sample.ask('reasoning-gateway', '/health', more)).status, 401);
  }
});

test('the broker has no health page by design, and the path that the platform keeps is no path of any server', async () => {
  await using sample = await world();
  assert.equal((await sample.ask('mcp-broker', '/')).status, 404);
  assert.equal((await sample.ask('mcp-broker', '/mcp')).status, 401);
  for (const service of SAMPLE_SERVICES)
    assert.equal((await sample.ask(service, '/healthz', bearer(TOKEN))).status, 404, service);
});

test('servers are for looking at: HEAD has the length of GET and no body, anything else is refused', async () => {
  await using sample = await world();
  const head = await sample.ask('shop', '/products', { method: 'HEAD' });
  assert.equal(head.headers['content-length'], String((await sample.ask('shop', '/products')).body.byteLength));
  assert.equal((await sample.ask('shop', '/checkout', { method: 'POST', body: 'x' })).status, 405);
});

test('every page of the shop is gated and has the locked footer, and certificates are public', async () => {
  await using sample = await world();
  for (const path of ['/', '/products', '/checkout', '/products?page=2']) {
    const page = await sample.ask('shop', path);
    assert.equal(page.status, 200);
    assert.match(page.text, /data-age-gate="active"/);
    assert.ok(page.text.includes(FOOTER));
  }
  const certificate = await sample.ask('shop', '/coa/HN-GUM-10-B-2609.pdf');
  assert.equal(certificate.status, 200);
  assert.equal(certificate.headers['content-type'], 'application/pdf');
  for (const path of ['/nothing', '/coa/', '/coa/../x.pdf', '/__proto__'])
    assert.equal((await sample.ask('shop', path)).status, 404, path);
});

test('the shop lets a verified person through and refuses a cookie that anybody can write', async () => {
  await using sample = await world();
  const later = plusSeconds(NOW, 60);
  const passed = await sample.ask('shop', '/checkout', { cookie: sample.services.session(later) });
  assert.equal(passed.status, 200);
  assert.match(passed.text, /data-age-gate="passed"/);
  const forged = await sample.ask('shop', '/checkout', { cookie: 'ageVerified=true' });
  assert.equal(forged.status, 403);
  assert.match(forged.text, /data-age-gate="active"/);
  const session = sample.services.session(later);
  for (const cookie of [
    sample.services.session(NOW),
    shopSession('another key', later),
    session.replace(later, plusSeconds(later, 60)),
    session.slice(0, -1),
    'session=',
    'session=x.y',
  ]) {
    assert.match((await sample.ask('shop', '/checkout', { cookie })).text, /data-age-gate="active"/, cookie);
    assert.equal((await sample.ask('shop', '/checkout', { cookie: `${cookie}; ageVerified=true` })).status, 403);
  }
});

test('faults change what a server says, and healing it changes that back', async () => {
  await using sample = await world();
  const { services, ask } = sample;
  const health = async (service: SampleService) => ask(service, '/health', bearer(TOKEN));
  services.set('integration-service', { status: 500 });
  assert.equal((await health('integration-service')).status, 500);
  assert.equal((await health('voice-service')).status, 200, 'other servers are as they were');
  services.set('integration-service', { mock: true, staleMinutes: 90, emptyInventory: true });
  const { mode, checkedAt, inventory } = (await health('integration-service')).json();
  assert.deepEqual(
    { mode, checkedAt, inventory },
    { mode: 'mock', checkedAt: '2026-11-23T10:00:00.000Z', inventory: [] },
  );
  services.set('integration-service', { body: 'gibberish' });
  assert.equal((await health('integration-service')).text, 'gibberish');
  services.set('reasoning-gateway', { unauthorised: true });
  assert.equal((await health('reasoning-gateway')).status, 401);
  services.set('voice-service', { redirectTo: 'http://169.254.169.254/' });
  const redirect = await health('voice-service');
  assert.deepEqual([redirect.status, redirect.headers.location], [302, 'http://169.254.169.254/']);
  services.set('voice-service', { down: true });
  await assert.rejects(health('voice-service'), (error) => error instanceof PortError && error.code === 'unavailable');
  services.set('voice-service', {});
  assert.equal((await health('voice-service')).status, 200);
});

test('a slow server waits on the clock it was given', async () => {
  await using sample = await world();
  sample.services.set('voice-service', { slowMs: 2500 });
  assert.equal((await sample.ask('voice-service', '/health')).status, 200);
  assert.deepEqual(sample.slept, [2500]);
});

test('a slow server stops waiting when nobody waits for it', async () => {
  const woken = Promise.withResolvers<void>();
  const controller = new AbortController();
  await using sample = await world({
    clock: {
      now: () => NOW,
      sleep: (_ms, signal) => {
        signal?.addEventListener('abort', () => woken.resolve());
        controller.abort();
        return woken.promise;
      },
    },
  });
  sample.services.set('voice-service', { slowMs: 600_000 });
  await assert.rejects(sample.ask('voice-service', '/health', { signal: controller.signal }));
  await woken.promise;
});

test('the shop can lose its gate, its footer and its certificates, and can be made to believe a forged cookie', async () => {
  await using sample = await world();
  sample.services.set('shop', {
    ungatedPages: ['/products'],
    withoutFooter: true,
    pageText: 'cures everything',
    coaStatus: 401,
    acceptsForgedCookie: true,
  });
  const products = await sample.ask('shop', '/products');
  assert.doesNotMatch(products.text, /data-age-gate/);
  assert.match(products.text, /cures everything/);
  assert.ok(!products.text.includes(FOOTER));
  assert.match((await sample.ask('shop', '/')).text, /data-age-gate="active"/);
  assert.equal((await sample.ask('shop', '/coa/x.pdf')).status, 401);
  assert.equal((await sample.ask('shop', '/checkout', { cookie: 'ageVerified=true' })).status, 200);
});

test('the revision that serves is told with every answer, and a fault can belong to one revision', async () => {
  let revision = 'integration-service-00001';
  await using sample = await world({
    servingRevision: async (service) => (service === 'integration-service' ? revision : undefined),
  });
  sample.services.set('integration-service', { status: 503, onlyRevision: 'integration-service-00002' });
  const before = await sample.ask('integration-service', '/health');
  assert.deepEqual([before.status, before.headers['x-revision']], [200, 'integration-service-00001']);
  revision = 'integration-service-00002';
  const after = await sample.ask('integration-service', '/health');
  assert.deepEqual([after.status, after.headers['x-revision']], [503, 'integration-service-00002']);
  assert.equal((await sample.ask('voice-service', '/health')).headers['x-revision'], undefined);
});

test('a person plays with the faults in a file, which counts at once and goes before what was set', async () => {
  await using data = await folder();
  const file = join(data.path, 'services.json');
  await using sample = await world({ state: createServiceFaults({ file }) });
  const status = async () => (await sample.ask('voice-service', '/health')).status;
  assert.equal(await status(), 200, 'no file, no fault');
  await writeFile(file, '{"voice-service": {"status": 503}}');
  assert.equal(await status(), 503);
  sample.services.set('voice-service', { status: 500 });
  assert.equal(await status(), 503);
  await writeFile(file, '{}');
  assert.equal(await status(), 500);
  sample.services.set('voice-service', {});
  assert.equal(await status(), 200);
});

test('a mistake in the file is shown by every server instead of passing for good health', async () => {
  await using data = await folder();
  const file = join(data.path, 'services.json');
  await using sample = await world({ state: createServiceFaults({ file }) });
  for (const [text, message] of [
    ['{', /services\.json: not JSON/],
    ['{"voice-servce": {}}', /services\.json.*voice-servce/],
    ['{"shop": {"statsu": 500}}', /statsu/],
    ['{"shop": {"status": 99}}', /status/],
    ['{"shop": {"slowMs": -1}}', /slowMs/],
    ['[]', /services\.json/],
  ] as const) {
    await writeFile(file, text);
    const answer = await sample.ask('voice-service', '/health');
    assert.equal(answer.status, 500, text);
    assert.match(answer.text, message);
  }
  assert.throws(() => sample.services.set('shop', { status: 7 }), UsageError);
});

test('closing ends every server, also while a request is waiting', async () => {
  const waiting = Promise.withResolvers<void>();
  const sample = await world({
    clock: {
      now: () => NOW,
      sleep: (_ms, signal) =>
        new Promise((resolve) => {
          signal?.addEventListener('abort', () => resolve());
          waiting.resolve();
        }),
    },
  });
  sample.services.set('voice-service', { slowMs: 1000 });
  const request = assert.rejects(sample.ask('voice-service', '/health'));
  await waiting.promise;
  await sample.services.close();
  await request;
  await assert.rejects(sample.ask('shop', '/'));
});
