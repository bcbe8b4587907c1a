import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { PortError, type PortErrorCode } from '../../shared/domain/errors.ts';
import type { ServicesPort } from '../../shared/ports/services.ts';

export const DIGEST = `sha256:${'ab'.repeat(32)}`;

/** `shop`: `shop-1` serves everything, `shop-2` was created later and is ready, `shop-3` is the newest and never got ready. */
export interface ServicesWorld {
  readonly port: ServicesPort;
  close(): Promise<void>;
}

const failsWith = (code: PortErrorCode) => (error: unknown) =>
  error instanceof PortError && error.code === code && error.port === 'services';

export function servicesContract(name: string, make: () => Promise<ServicesWorld>): void {
  describe(`services: ${name}`, () => {
    let world: ServicesWorld;
    let port: ServicesPort;
    beforeEach(async () => {
      world = await make();
      port = world.port;
    });
    afterEach(() => world.close());
    const serving = async () =>
      (await port.describe('shop')).traffic.map(({ revision, percent }) => [revision, percent]);

    it('describes a service: what was created, what is ready, what serves', async () => {
      const state = await port.describe('shop');
      assert.equal(state.name, 'shop');
      assert.equal(state.latestCreatedRevision, 'shop-3');
      assert.equal(state.latestReadyRevision, 'shop-2');
      assert.equal(state.generationObserved, true);
      assert.equal(state.reconciling, false);
      assert.equal(state.token, 0);
      assert.deepEqual(await serving(), [['shop-1', 100]]);
      assert.deepEqual(await port.list(), ['shop']);
    });

    it('describes a revision as it was deployed', async () => {
      assert.deepEqual(await port.revision('shop', 'shop-2'), {
        name: 'shop-2',
        createdAt: '2026-11-24T09:00:00.000Z',
        ready: true,
        image: `registry.example/shop@${DIGEST}`,
        serviceAccount: 'shop@livhana-fixture.iam.gserviceaccount.com',
        environment: { COMPLIANCE_LEVEL: '21+', KEY: 'secret:shop-key' },
        concurrency: 40,
        cpu: 0.5,
        livenessProbe: { path: '/live' },
        startupProbe: null,
        runtime: null,
      });
    });

    it('says of what is not there that it is not found', async () => {
      await assert.rejects(port.describe('constructor'), failsWith('not-found'));
      await assert.rejects(port.revision('shop', 'shop-9'), failsWith('not-found'));
      await assert.rejects(port.fence('none', 1), failsWith('not-found'));
      const { etag } = await port.describe('shop');
      await assert.rejects(port.moveTraffic('shop', { to: 'shop-9', etag, token: 1 }), (error: unknown) =>
        ['not-found', 'invalid', 'precondition-failed'].some((code) => failsWith(code as PortErrorCode)(error)),
      );
      assert.deepEqual(await serving(), [['shop-1', 100]]);
    });

    it('moves all traffic to one revision and back, each time under another etag', async () => {
      const first = await port.describe('shop');
      await port.moveTraffic('shop', { to: 'shop-2', etag: first.etag, token: 5 });
      assert.deepEqual(await serving(), [['shop-2', 100]]);
      const second = await port.describe('shop');
      assert.notEqual(second.etag, first.etag);
      assert.equal(second.token, 5);
      await port.moveTraffic('shop', { to: 'shop-1', etag: second.etag, token: 6 });
      assert.deepEqual(await serving(), [['shop-1', 100]]);
      assert.notEqual((await port.describe('shop')).etag, first.etag);
    });

    it('refuses a move under an etag that is not the newest', async () => {
      const { etag } = await port.describe('shop');
      await port.moveTraffic('shop', { to: 'shop-2', etag, token: 5 });
      await assert.rejects(
        port.moveTraffic('shop', { to: 'shop-1', etag, token: 5 }),
        failsWith('precondition-failed'),
      );
      assert.deepEqual(await serving(), [['shop-2', 100]]);
    });

    it('refuses a lower token after a fence, and moves no traffic by fencing', async () => {
      await port.fence('shop', 9);
      await port.fence('shop', 9);
      const { etag, token } = await port.describe('shop');
      assert.equal(token, 9);
      await assert.rejects(
        port.moveTraffic('shop', { to: 'shop-2', etag, token: 8 }),
        failsWith('precondition-failed'),
      );
      await assert.rejects(port.fence('shop', 8), failsWith('precondition-failed'));
      assert.deepEqual(await serving(), [['shop-1', 100]]);
      await port.moveTraffic('shop', { to: 'shop-2', etag, token: 9 });
      assert.deepEqual(await serving(), [['shop-2', 100]]);
    });

    it('refuses the call that was under way when the fence rose', async () => {
      const { etag } = await port.describe('shop');
      await port.fence('shop', 6);
      await assert.rejects(
        port.moveTraffic('shop', { to: 'shop-2', etag, token: 5 }),
        failsWith('precondition-failed'),
      );
      assert.deepEqual(await serving(), [['shop-1', 100]]);
    });
  });
}
