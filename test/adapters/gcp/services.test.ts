import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { createCloudServices } from '../../../shared/adapters/gcp/services.ts';
import { PortError } from '../../../shared/domain/errors.ts';
import { DIGEST, type ServicesWorld, servicesContract } from '../../contracts/services.contract.ts';
import { type RunStandIn, startRun } from '../../standins/run.ts';

const PARENT = 'projects/p1/locations/us-central1';
const REVISION = 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION';

const revision = (at: string, isReady = true, more: Record<string, unknown> = {}) => ({
  createTime: { seconds: String(Date.parse(at) / 1000), nanos: 0 },
  conditions: [{ type: 'Ready', state: isReady ? 'CONDITION_SUCCEEDED' : 'CONDITION_FAILED' }],
  containers: [{ image: `registry.example/shop@${DIGEST}` }],
  ...more,
});

async function world(): Promise<ServicesWorld & { standIn: RunStandIn }> {
  const standIn = await startRun(PARENT);
  standIn.services.set(`${PARENT}/services/shop`, {
    generation: 3,
    observedGeneration: 3,
    labels: { team: 'store' },
    traffic: [{ type: REVISION, revision: 'shop-1', percent: 100, tag: '' }],
    latestReady: 'shop-2',
    latestCreated: 'shop-3',
    reconciling: false,
    condition: 'CONDITION_FAILED',
    revisions: {
      'shop-1': revision('2026-11-23T09:00:00Z'),
      'shop-2': revision('2026-11-24T09:00:00Z', true, {
        serviceAccount: 'shop@livhana-fixture.iam.gserviceaccount.com',
        maxInstanceRequestConcurrency: 40,
        containers: [
          { image: 'registry.example/sidecar:1' },
          {
            image: `registry.example/shop@${DIGEST}`,
            ports: [{ containerPort: 8080 }],
            env: [
              { name: 'COMPLIANCE_LEVEL', value: '21+' },
              { name: 'KEY', valueSource: { secretKeyRef: { secret: 'projects/p1/secrets/shop-key', version: '3' } } },
            ],
            resources: { limits: { cpu: '500m', memory: '512Mi' } },
            livenessProbe: { httpGet: { path: '/live' } },
            startupProbe: { tcpSocket: { port: 8080 } },
          },
        ],
      }),
      'shop-3': revision('2026-11-24T10:00:00Z', false),
    },
  });
  const port = createCloudServices({ projectId: 'p1', region: 'us-central1', endpoint: standIn.endpoint });
  return { port, standIn, close: () => standIn.close() };
}

servicesContract('Cloud Run', world);

describe('services on Cloud Run', () => {
  let made: Awaited<ReturnType<typeof world>>;
  beforeEach(async () => {
    made = await world();
  });
  afterEach(() => made.close());
  const shop = () => made.standIn.services.get(`${PARENT}/services/shop`);

  it('changes traffic and labels in one request, and leaves other labels and tagged addresses as they are', async () => {
    const service = shop();
    assert.ok(service !== undefined);
    service.traffic = [...service.traffic, { type: REVISION, revision: 'shop-2', percent: 0, tag: 'candidate' }];
    const { etag } = await made.port.describe('shop');
    await made.port.moveTraffic('shop', { to: 'shop-2', etag, token: 7 });
    assert.deepEqual(made.standIn.updates, [
      { mask: ['traffic', 'labels'], labels: { team: 'store', 'high-noon-token': '7' } },
    ]);
    const { traffic } = await made.port.describe('shop');
    assert.deepEqual(
      traffic.map(({ revision: name, percent, tag }) => [name, percent, tag ?? null]),
      [
        ['shop-2', 100, null],
        ['shop-2', 0, 'candidate'],
      ],
    );
  });

  it('waits until the platform has done it', async () => {
    made.standIn.slowness = 2;
    const { etag } = await made.port.describe('shop');
    await made.port.moveTraffic('shop', { to: 'shop-2', etag, token: 1 });
    const state = await made.port.describe('shop');
    assert.equal(state.reconciling, false);
    assert.equal(state.traffic[0]?.revision, 'shop-2');
  });

  it('shows a service that is being changed as it is: not observed, reconciling, the old traffic', async () => {
    made.standIn.slowness = 1000;
    const { etag } = await made.port.describe('shop');
    const caller = new AbortController();
    made.standIn.faults.next('getOperation', { kind: 'stall', until: new Promise(() => {}) });
    const moving = made.port.moveTraffic('shop', { to: 'shop-2', etag, token: 1, signal: caller.signal });
    moving.catch(() => {});
    while (!made.standIn.faults.calls.includes('updateService')) await new Promise(setImmediate);
    const state = await made.port.describe('shop');
    assert.deepEqual(
      [state.reconciling, state.generationObserved, state.traffic[0]?.revision],
      [true, false, 'shop-1'],
    );
    caller.abort();
    await assert.rejects(
      moving,
      (error) => error instanceof PortError && error.code === 'deadline-exceeded' && error.ambiguous,
    );
  });

  it('tells a move whose answer was lost as one of which nothing is known, and calls once', async () => {
    const { etag } = await made.port.describe('shop');
    made.standIn.faults.next('updateService', { kind: 'after', code: 14 });
    await assert.rejects(
      made.port.moveTraffic('shop', { to: 'shop-2', etag, token: 1 }),
      (error) => error instanceof PortError && error.ambiguous,
    );
    assert.equal(made.standIn.faults.calls.filter((call) => call === 'updateService').length, 1);
    assert.equal((await made.port.describe('shop')).traffic[0]?.revision, 'shop-2');
  });

  it('refuses a change that came between its own look and its own request', async () => {
    let release = () => {};
    const { etag } = await made.port.describe('shop');
    made.standIn.faults.next('updateService', { kind: 'stall', until: new Promise((resolve) => (release = resolve)) });
    const late = made.port.moveTraffic('shop', { to: 'shop-2', etag, token: 5 });
    late.catch(() => {});
    while (!made.standIn.faults.calls.includes('updateService')) await new Promise(setImmediate);
    await made.port.fence('shop', 9);
    release();
    await assert.rejects(late, (error) => error instanceof PortError && error.code === 'precondition-failed');
    assert.equal((await made.port.describe('shop')).traffic[0]?.revision, 'shop-1');
  });

  it('says which permission is missing, never that a service is down', async () => {
    made.standIn.faults.next('getService', { kind: 'before', code: 7 });
    await assert.rejects(
      made.port.describe('shop'),
      (error) =>
        error instanceof PortError && error.code === 'permission-denied' && /run\.services\.get/.test(error.message),
    );
  });

  it('lists services over all pages', async () => {
    const service = shop();
    assert.ok(service !== undefined);
    for (const name of ['a', 'b', 'c', 'd']) made.standIn.services.set(`${PARENT}/services/${name}`, service);
    assert.deepEqual(await made.port.list(), ['a', 'b', 'c', 'd', 'shop']);
  });

  it('takes a token label that is no number as one that nobody may pass', async () => {
    const service = shop();
    assert.ok(service !== undefined);
    service.labels = { 'high-noon-token': 'garbled' };
    await assert.rejects(
      made.port.fence('shop', 99),
      (error) => error instanceof PortError && error.code === 'precondition-failed',
    );
  });
});
