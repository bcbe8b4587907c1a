import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, it } from 'node:test';
import { googleAuthorization } from '../../../shared/adapters/gcp/access-token.ts';

describe('the identity of a function', () => {
  let server: Server;
  const asked: string[] = [];

  async function serve(answers: readonly { status: number; body: unknown }[]) {
    asked.length = 0;
    server = createServer((request, response) => {
      const { status, body } = answers[asked.length] ?? { status: 500, body: {} };
      asked.push(`${request.headers['metadata-flavor']} ${request.url}`);
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    return googleAuthorization({ K_SERVICE: 'highnoon-t-90-prep', GCE_METADATA_HOST: `127.0.0.1:${port}` });
  }

  afterEach(() => {
    server.close();
    server.closeAllConnections();
  });

  it('is asked of the metadata server once, and kept while it is good', async () => {
    const authorization = await serve([{ status: 200, body: { access_token: 'a', expires_in: 3600 } }]);
    const all = await Promise.all([authorization(), authorization()]);
    assert.deepEqual([...all, await authorization()], Array(3).fill({ authorization: 'Bearer a' }));
    assert.deepEqual(asked, ['Google /computeMetadata/v1/instance/service-accounts/default/token']);
  });

  it('is asked again before it ends', async () => {
    const authorization = await serve([
      { status: 200, body: { access_token: 'a', expires_in: 200 } },
      { status: 200, body: { access_token: 'b', expires_in: 3600 } },
    ]);
    assert.deepEqual(await authorization(), { authorization: 'Bearer a' });
    assert.deepEqual(await authorization(), { authorization: 'Bearer b' });
  });

  it('that was not given is no answer for the next call', async () => {
    const authorization = await serve([
      { status: 503, body: {} },
      { status: 200, body: { access_token: 'b', expires_in: 3600 } },
    ]);
    await assert.rejects(authorization(), /answered 503 without a token/);
    assert.deepEqual(await authorization(), { authorization: 'Bearer b' });
  });
});
