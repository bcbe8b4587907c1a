import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { createCloudObjects } from '../../../shared/adapters/gcp/objects.ts';
import { readSmallObject } from '../../../shared/adapters/gcp/read-small-object.ts';
import { PortError, type PortErrorCode } from '../../../shared/domain/errors.ts';
import { type StorageStandIn, startStorage } from '../../standins/storage.ts';

const URI = 'gs://project-config/a folder/high noon+1.yaml';
const failsWith = (code: PortErrorCode, text: RegExp) => (error: unknown) =>
  error instanceof PortError && error.port === 'objects' && error.code === code && text.test(error.message);

describe('an object that every cold process reads', () => {
  let storage: StorageStandIn;
  before(async () => {
    storage = await startStorage({ nowMs: () => 0 });
    const objects = createCloudObjects({ projectId: 'p', endpoint: storage.origin });
    await objects.write(URI, Buffer.from('über: 1\n'), { when: 'absent' });
  });
  after(() => storage.close());

  it('comes in one request, byte for byte, by an origin or by host and port', async () => {
    for (const endpoint of [storage.origin, storage.origin.replace('http://', '')]) {
      const asked = storage.faults.calls.length;
      assert.equal(Buffer.from(await readSmallObject(URI, { endpoint })).toString(), 'über: 1\n');
      assert.deepEqual(storage.faults.calls.slice(asked), ['read']);
    }
  });

  it('is told absent, refused or out of reach by its name', async () => {
    const endpoint = storage.origin;
    await assert.rejects(readSmallObject('gs://project-config/none', { endpoint }), failsWith('not-found', /none/));
    storage.faults.next('read', { kind: 'before', code: 403 }, { kind: 'before', code: 503 });
    await assert.rejects(
      readSmallObject(URI, { endpoint }),
      failsWith('permission-denied', /high noon.*lacks storage\.objects\.get/),
    );
    await assert.rejects(readSmallObject(URI, { endpoint }), failsWith('unavailable', /high noon/));
    await assert.rejects(readSmallObject(URI, { endpoint: '127.0.0.1:1' }), failsWith('unavailable', /high noon/));
    await assert.rejects(readSmallObject('gs://project-config/../x', { endpoint }), failsWith('invalid', /\.\./));
  });

  it('is refused when it came damaged', async () => {
    const server = createServer((_, response) => {
      response.writeHead(200, { 'x-goog-hash': 'crc32c=AAAAAA==,md5=x' }).end('a: 1');
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const endpoint = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    await assert.rejects(readSmallObject(URI, { endpoint }), failsWith('unavailable', /checksum differs/));
    server.closeAllConnections();
    server.close();
  });
});
