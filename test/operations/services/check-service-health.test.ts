import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createHttpClient } from '../../../shared/adapters/http/client.ts';
import { startSampleServices } from '../../../shared/adapters/local/sample-services.ts';
import { PortError } from '../../../shared/domain/errors.ts';
import type { OperationOutcome } from '../../../shared/domain/operation.ts';
import { checkServiceHealth } from '../../../shared/operations/services/check-service-health.ts';
import { sampleConfiguration } from '../../support/configuration.ts';
import { type ContextOptions, createContext } from '../../support/operation-context.ts';
import { type ScriptedAnswer, scriptedHttp } from '../../support/scripted-http.ts';

const NOW = '2026-11-24T11:30:00.000Z';
const URL = 'https://shop.example/health';
const T30 = { phase: 't-30-final-check', dueAt: NOW } as const;
const codes = ({ findings }: OperationOutcome) =>
  findings.map(({ state, code, subject }) => `${state} ${subject} ${code}`);
const configured = (more = '') => sampleConfiguration(`services:\n  - {name: shop, url: "${URL}"${more}}\n`);

/** The outcome of one service with these settings that answers so. */
async function health(more: string, answers: Parameters<typeof scriptedHttp>[0][string], options: ContextOptions = {}) {
  const http = scriptedHttp({ [URL]: answers });
  const outcome = await checkServiceHealth.run(
    createContext({ ...T30, ports: { http }, configuration: configured(more), ...options }),
  );
  return { outcome, http, codes: codes(outcome) };
}

describe('check-service-health', () => {
  it('asks several times and passes with statuses, speed and digest as receipt', async () => {
    const { outcome, http } = await health(', samples: 4, expect: {json: {status: healthy}}', {
      body: { status: 'healthy' },
    });
    assert.deepEqual(outcome.findings, []);
    assert.equal(http.asked.length, 4);
    const [evidence] = outcome.evidence;
    assert.equal(evidence?.request, `GET ${URL}, 4 times`);
    assert.deepEqual(evidence?.value, { statuses: [200, 200, 200, 200], p95Ms: 20 });
    assert.match(evidence?.digest ?? '', /^sha256:/);
    assert.deepEqual(outcome.output, {
      services: [{ name: 'shop', state: 'healthy', p95Ms: 20 }],
      degradedServices: [],
    });
  });

  it('fails when one of several answers is bad, and says how many were', async () => {
    const { outcome, codes } = await health('', [{ status: 200 }, { status: 503 }, { status: 200 }]);
    assert.deepEqual(codes, ['fails services/shop unexpected-status']);
    assert.match(outcome.findings[0]?.message ?? '', /503 where 200 is expected \(1 of 3 samples\)/);
    assert.deepEqual((outcome.output as { degradedServices: string[] }).degradedServices, ['shop']);
  });

  it('names an unexpected 401 or 403 as a credential fault that says nothing of the service', async () => {
    for (const status of [401, 403]) {
      const { outcome, codes } = await health(', auth: oidc', { status, body: { inventory: [] } });
      assert.deepEqual(codes, ['unknown services/shop credential-fault']);
      assert.match(outcome.findings[0]?.message ?? '', /credential fault \(an id token was sent\)/);
    }
  });

  it('never takes a status that is expected for a fault', async () => {
    assert.deepEqual((await health(', expect: {status: [401, 404]}', { status: 401 })).codes, []);
    assert.deepEqual((await health(', expect: {status: [401, 404]}', { status: 200 })).codes, [
      'fails services/shop unexpected-status',
    ]);
  });

  it('does not follow a redirect', async () => {
    assert.deepEqual((await health('', { status: 302, headers: { location: 'https://other.example/' } })).codes, [
      'fails services/shop unexpected-status',
    ]);
  });

  it('cannot tell of a service that says it is mocked, wherever it says so', async () => {
    const says: ScriptedAnswer[] = [
      { body: { mode: 'mock' } },
      { body: { status: 'healthy', provider: { mode: 'MOCK' } } },
      { body: { id_provider_mode: 'mock' } },
      { body: { mock: true } },
      { body: { checks: { db: { isMock: 'true' } } } },
      { body: 'ok', headers: { 'x-mode': 'mock' } },
      { body: 'ok', headers: { 'x-mock': 'true' } },
      { body: 'status: ok, mode: mock' },
    ];
    for (const answer of says)
      assert.deepEqual((await health('', answer)).codes, ['unknown services/shop mock-mode'], JSON.stringify(answer));
    const honest: ScriptedAnswer[] = [
      { body: { mode: 'live', mock: false } },
      { body: 'mocktail recipes' },
      { body: { mode: 'live', note: 'no mock mode here' } },
    ];
    for (const answer of honest) assert.deepEqual((await health('', answer)).codes, [], JSON.stringify(answer));
  });

  it('cannot tell of a service whose inventory is empty', async () => {
    for (const body of [
      { inventory: [] },
      { inventory: {} },
      { data: { products: [] } },
      { inventory_count: 0 },
      { catalog: null },
    ])
      assert.deepEqual(
        (await health('', { body })).codes,
        ['unknown services/shop empty-inventory'],
        JSON.stringify(body),
      );
    assert.deepEqual((await health('', { body: { inventory: [{ sku: 'a' }], queue: [], productCount: 3 } })).codes, []);
  });

  it('compares fields of the answer and its text, and shows no other value of it', async () => {
    const json = ', expect: {json: {status: healthy, "db.state": up}}';
    assert.deepEqual((await health(json, { body: { status: 'healthy', db: { state: 'up' }, more: 1 } })).codes, []);
    const { outcome, codes } = await health(json, { body: { status: 'SECRET', db: { state: 'up' } } });
    assert.deepEqual(codes, ['fails services/shop unexpected-json']);
    assert.doesNotMatch(JSON.stringify(outcome), /SECRET/);
    assert.deepEqual((await health(json, { body: '<html>' })).codes, ['fails services/shop not-json']);
    assert.deepEqual((await health(json, { body: '{"__proto__":{"status":"healthy"}}' })).codes, [
      'fails services/shop unexpected-json',
    ]);
    assert.deepEqual((await health(', expect: {body_contains: "21+"}', { body: 'adults of 21+ only' })).codes, []);
    assert.deepEqual((await health(', expect: {body_contains: "21+"}', { body: 'welcome' })).codes, [
      'fails services/shop unexpected-body',
    ]);
  });

  it('cannot tell from an answer over old data, and judges it at the second', async () => {
    const fresh = ', freshness: {path: data.at, max_age_s: 60}';
    const at = (time: unknown) => ({ body: { data: { at: time } } });
    assert.deepEqual((await health(fresh, at('2026-11-24T11:29:00Z'))).codes, []);
    assert.deepEqual((await health(fresh, at('2026-11-24T11:28:59Z'))).codes, ['unknown services/shop stale']);
    assert.deepEqual((await health(fresh, at('2026-11-24T11:30:06Z'))).codes, ['unknown services/shop time-ahead']);
    for (const time of [undefined, 'today', 5])
      assert.deepEqual((await health(fresh, at(time))).codes, ['unknown services/shop age-unknown']);
  });

  it('fails a service whose slowest answers are slower than allowed', async () => {
    const slow = [{ durationMs: 10 }, { durationMs: 10 }, { durationMs: 900 }];
    assert.deepEqual((await health(', p95_ms: 400', slow)).codes, ['fails services/shop slow']);
    assert.deepEqual((await health(', p95_ms: 900', slow)).codes, []);
    assert.deepEqual((await health('', slow)).codes, []);
  });

  it('degrades only, where a service is not critical or no go waits for it', async () => {
    for (const more of [', critical: false', ', required_for_go: false'])
      assert.equal((await health(more, { status: 500 })).outcome.findings[0]?.soft, true);
    assert.equal((await health('', { status: 500 })).outcome.findings[0]?.soft, undefined);
  });

  it('cannot tell of a service that gave no answer, and asks it no more', async () => {
    const { outcome, http, codes } = await health('', [
      { status: 200 },
      new PortError('http', 'deadline-exceeded', 'no whole answer'),
    ]);
    assert.deepEqual(codes, ['unknown services/shop timed-out']);
    assert.equal(http.asked.length, 2);
    assert.equal(outcome.evidence.length, 1);
    const none = await health('', new PortError('http', 'unavailable', 'refused'));
    assert.deepEqual(none.codes, ['unknown services/shop unreachable']);
    assert.deepEqual(none.outcome.evidence, []);
  });

  it('leaves no service out silently when the time is used up', async () => {
    const { codes, outcome } = await health('', { status: 200 }, { remainingMs: () => 1000 });
    assert.deepEqual(codes, ['unknown services/shop not-probed']);
    assert.deepEqual(outcome.evidence, []);
  });

  it('keeps the number of requests under way bounded over many services', async () => {
    const names = Array.from({ length: 200 }, (_, index) => `s${index}`);
    const yaml = names.map((name) => `  - {name: ${name}, url: "https://${name}.example/", samples: 1}`).join('\n');
    const http = scriptedHttp(Object.fromEntries(names.map((name) => [`https://${name}.example/`, { status: 200 }])));
    const configuration = sampleConfiguration(`services:\n${yaml}\n`);
    const outcome = await checkServiceHealth.run(createContext({ ...T30, ports: { http }, configuration }));
    assert.equal(outcome.evidence.length, 200);
    assert.ok(http.mostAtOnce <= 32, String(http.mostAtOnce));
  });

  it('shows no query of an address, and throws what is not the world’s', async () => {
    const url = `${URL}?key=SECRET`;
    const configuration = sampleConfiguration(`services:\n  - {name: shop, url: "${url}"}\n`);
    const http = scriptedHttp({ [url]: { status: 200 } });
    const outcome = await checkServiceHealth.run(createContext({ ...T30, ports: { http }, configuration }));
    assert.doesNotMatch(JSON.stringify(outcome), /SECRET/);
    const broken = { request: () => Promise.reject(new TypeError('broken')) };
    await assert.rejects(
      checkServiceHealth.run(createContext({ ...T30, ports: { http: broken }, configuration })),
      TypeError,
    );
  });

  it('notes that there is nothing to look at, with the configuration as its receipt', async () => {
    const outcome = await checkServiceHealth.run(createContext(T30));
    assert.deepEqual(codes(outcome), ['noted services nothing-configured']);
    assert.equal(outcome.evidence.length, 1);
  });

  it('sees the sample world’s servers as they are, with their faults', async () => {
    const clock = { now: () => NOW, sleep: () => Promise.resolve() };
    await using world = await startSampleServices({ clock, token: 'right' });
    const list = [
      `  - {name: integration, url: "${world.resolve('sample://integration-service/health')}", expect: {json: {status: healthy}}, freshness: {path: checkedAt, max_age_s: 600}}`,
      `  - {name: gate, url: "${world.resolve('sample://age-verification-gate/health')}"}`,
      `  - {name: gateway, url: "${world.resolve('sample://reasoning-gateway/health')}"}`,
      `  - {name: broker, url: "${world.resolve('sample://mcp-broker/')}", expect: {status: [401, 404]}}`,
    ];
    const configuration = sampleConfiguration(`services:\n${list.join('\n')}\n`);
    const http = createHttpClient({ allowLoopbackHttp: true });
    const run = async () =>
      codes(await checkServiceHealth.run(createContext({ ...T30, ports: { http }, configuration })));
    // The gateway asks for a token, which the composition would have sent.
    assert.deepEqual(await run(), ['unknown services/gateway credential-fault']);
    world.set('integration-service', { emptyInventory: true });
    world.set('age-verification-gate', { mock: true });
    assert.deepEqual((await run()).slice(0, 2), [
      'unknown services/integration empty-inventory',
      'unknown services/gate mock-mode',
    ]);
    world.set('integration-service', { staleMinutes: 30 });
    world.set('age-verification-gate', { down: true });
    assert.deepEqual((await run()).slice(0, 2), [
      'unknown services/integration stale',
      'unknown services/gate unreachable',
    ]);
  });
});
