import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { LocalServices } from '../../../shared/adapters/local/services.ts';
import { PortError } from '../../../shared/domain/errors.ts';
import { DIGEST, servicesContract } from '../../contracts/services.contract.ts';

async function world() {
  const data = await mkdtemp(join(tmpdir(), 'highnoon-services-'));
  const file = join(data, 'registry.json');
  const port = new LocalServices({ file });
  const image = `registry.example/shop@${DIGEST}`;
  port.deploy('shop', { name: 'shop-1', image, createdAt: '2026-11-23T09:00:00.000Z' });
  port.deploy('shop', {
    name: 'shop-2',
    image,
    createdAt: '2026-11-24T09:00:00.000Z',
    serviceAccount: 'shop@livhana-fixture.iam.gserviceaccount.com',
    environment: { COMPLIANCE_LEVEL: '21+', KEY: 'secret:shop-key' },
    concurrency: 40,
    cpu: 0.5,
    livenessProbe: { path: '/live' },
  });
  port.deploy('shop', { name: 'shop-3', image, createdAt: '2026-11-24T10:00:00.000Z', ready: false });
  const close = async () => {
    port.close();
    await rm(data, { recursive: true });
  };
  return { data, file, port, close };
}

servicesContract('a registry in a file', world);

describe('the registry in a file', () => {
  let made: Awaited<ReturnType<typeof world>>;
  beforeEach(async () => {
    made = await world();
  });
  afterEach(() => made.close());
  const failsWith = (code: string) => (error: unknown) => error instanceof PortError && error.code === code;

  it('gives a new etag to whatever a person edits in it', async () => {
    const { etag } = await made.port.describe('shop');
    const text = await readFile(made.file, 'utf8');
    await writeFile(made.file, text.replace('"percent": 100', '"percent": 90'));
    assert.notEqual((await made.port.describe('shop')).etag, etag);
    assert.equal(made.port.serving('shop'), undefined);
    await assert.rejects(
      made.port.moveTraffic('shop', { to: 'shop-2', etag, token: 1 }),
      failsWith('precondition-failed'),
    );
  });

  it('sends no traffic to a revision that is not ready', async () => {
    const { etag } = await made.port.describe('shop');
    await assert.rejects(
      made.port.moveTraffic('shop', { to: 'shop-3', etag, token: 1 }),
      failsWith('precondition-failed'),
    );
    assert.equal(made.port.serving('shop'), 'shop-1');
  });

  it('is unreadable, and never empty, when it was broken', async () => {
    for (const text of ['', '{}', '{"schema":"highnoon.registry/1","services":{"shop":{}}}']) {
      await writeFile(made.file, text);
      await assert.rejects(made.port.list(), failsWith('invalid'));
    }
  });

  it('is seen by a second process as the first one left it', async () => {
    const other = new LocalServices({ file: made.file });
    const { etag } = await made.port.describe('shop');
    await other.moveTraffic('shop', { to: 'shop-2', etag, token: 2 });
    assert.equal(made.port.serving('shop'), 'shop-2');
    await assert.rejects(
      made.port.moveTraffic('shop', { to: 'shop-1', etag, token: 2 }),
      failsWith('precondition-failed'),
    );
    other.close();
  });

  it('writes nothing when it is only looked at', async () => {
    const empty = await mkdtemp(join(tmpdir(), 'highnoon-services-'));
    const port = new LocalServices({ file: join(empty, 'registry.json') });
    assert.deepEqual(await port.list(), []);
    assert.deepEqual(await readdir(empty), []);
    await rm(empty, { recursive: true });
  });
});
