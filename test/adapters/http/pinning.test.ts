import assert from 'node:assert/strict';
import { connect as tcpConnect, createServer as tcpServer } from 'node:net';
import { after, before, test } from 'node:test';
import { createServer, getCACertificates, setDefaultCACertificates } from 'node:tls';
import { createHttpClient, type HttpClientOptions } from '../../../shared/adapters/http/client.ts';
import { PortError } from '../../../shared/domain/errors.ts';
import { selfSigned } from './certificate.ts';
import { listening, type RawServer, rawServer } from './servers.ts';

const get = { method: 'GET', maxBytes: 1000, timeoutMs: 5000 } as const;
const codeOf = async (request: Promise<unknown>): Promise<string> =>
  request.then(
    () => 'answered',
    (error: unknown) => (error instanceof PortError ? error.code : String(error)),
  );

const shop = selfSigned('shop.example');
const stranger = selfSigned('shop.example');
const trusted = getCACertificates('default');
before(() => setDefaultCACertificates([shop.cert]));
after(() => setDefaultCACertificates(trusted));

const secureServer = async ({ key, cert }: { key: string; cert: string }): Promise<RawServer> =>
  listening(
    createServer({ key, cert }, (socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'));
    }),
  );

/** A world in which every address leads to one server, and where it is written down which address was asked for. */
function wiredTo(server: RawServer, resolve: HttpClientOptions['resolve'], allowLoopbackHttp = false) {
  const reached: string[] = [];
  const client = createHttpClient({
    allowLoopbackHttp,
    ...(resolve && { resolve }),
    connect(address, port) {
      reached.push(`${address} ${port}`);
      return tcpConnect(server.port, '127.0.0.1');
    },
  });
  return { client, reached };
}

test('a name that answers otherwise the second time is asked once, and the checked address is the one connected to', async () => {
  await using server = await secureServer(shop);
  const answers = [['93.184.216.34'], ['127.0.0.1'], ['169.254.169.254']];
  let asked = 0;
  const { client, reached } = wiredTo(server, async () => answers[asked++] ?? []);
  const answer = await client.request('https://shop.example/', get);
  assert.equal(answer.remoteAddress, '93.184.216.34');
  assert.deepEqual(reached, ['93.184.216.34 443']);
  assert.equal(asked, 1);
  assert.equal(await codeOf(client.request('https://shop.example/', get)), 'permission-denied');
  assert.equal(await codeOf(client.request('https://shop.example/', get)), 'permission-denied');
  assert.equal(reached.length, 1, 'a connection of an earlier check was not used again');
});

test('one forbidden address among several refuses them all', async () => {
  await using server = await secureServer(shop);
  for (const bad of [
    '10.0.0.1',
    '127.0.0.1',
    '169.254.169.254',
    '::ffff:10.0.0.1',
    'fd00:ec2::254',
    '100.64.0.1',
    '0.0.0.0',
    'shop.example',
    '',
  ]) {
    for (const addresses of [
      ['93.184.216.34', bad],
      [bad, '93.184.216.34'],
    ]) {
      const { client, reached } = wiredTo(server, async () => addresses);
      assert.equal(await codeOf(client.request('https://shop.example/', get)), 'permission-denied', bad);
      assert.deepEqual(reached, []);
    }
  }
});

test('an address in the URL is checked like one behind a name, in every spelling', async () => {
  await using server = await secureServer(shop);
  const { client, reached } = wiredTo(server, async () => assert.fail('an address was resolved'));
  for (const host of [
    '10.0.0.1',
    '127.0.0.1',
    '2130706433',
    '0x7f.1',
    '017700000001',
    '127.1',
    '169.254.169.254',
    '0xa9fea9fe',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[64:ff9b::7f00:1]',
    '[fd00:ec2::254]',
    '[2002:7f00:1::]',
    '0',
    '１２７.0.0.1',
  ]) {
    assert.equal(await codeOf(client.request(`https://${host}/`, get)), 'permission-denied', host);
  }
  assert.deepEqual(reached, []);
});

test('even where loopback is allowed, only a host that is loopback by name gets there, and plain http gets nowhere else', async () => {
  await using server = await rawServer((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'));
  const loopback = wiredTo(server, async () => ['127.0.0.1'], true);
  assert.equal(await codeOf(loopback.client.request('http://localhost:8080/', get)), 'answered');
  assert.equal(await codeOf(loopback.client.request('https://shop.example/', get)), 'permission-denied');
  assert.equal(await codeOf(loopback.client.request('http://shop.example/', get)), 'invalid');
  const outside = wiredTo(server, async () => ['93.184.216.34'], true);
  assert.equal(await codeOf(outside.client.request('http://localhost:8080/', get)), 'permission-denied');
  const mixed = wiredTo(server, async () => ['127.0.0.1', '93.184.216.34'], true);
  assert.equal(await codeOf(mixed.client.request('http://localhost:8080/', get)), 'permission-denied');
  assert.deepEqual([...outside.reached, ...mixed.reached], []);
});

test('a name that does not exist, that has no address, or that cannot be resolved now, is told apart', async () => {
  await using server = await secureServer(shop);
  const resolving = (resolve: HttpClientOptions['resolve']) =>
    codeOf(wiredTo(server, resolve).client.request('https://shop.example/', get));
  assert.equal(await resolving(async () => []), 'not-found');
  assert.equal(
    await resolving(() => Promise.reject(Object.assign(new Error('x'), { code: 'ENOTFOUND' }))),
    'not-found',
  );
  assert.equal(
    await resolving(() => Promise.reject(Object.assign(new Error('x'), { code: 'EAI_AGAIN' }))),
    'unavailable',
  );
});

test('the certificate must be for the name in the URL and be vouched for, whatever the environment says', async (t) => {
  t.after(() => delete process.env.NODE_TLS_REJECT_UNAUTHORIZED);
  const asked = async (certificate: { key: string; cert: string }, url: string) => {
    await using server = await secureServer(certificate);
    return await codeOf(wiredTo(server, async () => ['93.184.216.34']).client.request(url, get));
  };
  assert.equal(await asked(shop, 'https://shop.example/'), 'answered');
  for (const environment of ['1', '0']) {
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = environment;
    assert.equal(await asked(shop, 'https://other.example/'), 'precondition-failed');
    assert.equal(await asked(shop, 'https://93.184.216.34/'), 'precondition-failed');
    assert.equal(await asked(stranger, 'https://shop.example/'), 'precondition-failed');
  }
});

test('a server that speaks no TLS, or hangs up during the handshake, is told apart from a false certificate', async () => {
  await using plain = await listening(
    tcpServer((socket) => socket.on('error', () => {}).end('HTTP/1.1 400 Bad Request\r\n\r\n')),
  );
  assert.equal(
    await codeOf(wiredTo(plain, async () => ['93.184.216.34']).client.request('https://shop.example/', get)),
    'precondition-failed',
  );
  await using silent = await listening(tcpServer((socket) => socket.destroy()));
  assert.equal(
    await codeOf(wiredTo(silent, async () => ['93.184.216.34']).client.request('https://shop.example/', get)),
    'unavailable',
  );
});
