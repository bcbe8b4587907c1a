import assert from 'node:assert/strict';
import { Resolver } from 'node:dns/promises';
import { connect } from 'node:net';
import { test } from 'node:test';
import { createHttpClient } from '../../../shared/adapters/http/client.ts';
import { PortError } from '../../../shared/domain/errors.ts';
import { nameServer, RCODE, TYPE } from './name-server.ts';
import { rawServer } from './servers.ts';

const get = { method: 'GET', maxBytes: 1000, timeoutMs: 5000 } as const;
const wire = (text: string): Buffer =>
  text.includes(':') ? Buffer.from(text.replaceAll(':', ''), 'hex') : Buffer.from(text.split('.').map(Number));

/** A client whose names are resolved by a server that answers each question from a list, the last answer for ever. */
async function resolvedBy(
  answers: readonly string[],
  work: (ask: () => Promise<string>, asked: () => number) => Promise<void>,
) {
  let asked = 0;
  await using server = await nameServer((_name, type) => {
    if (type !== TYPE.A) return { rcode: RCODE.noError };
    const answer = answers[Math.min(asked++, answers.length - 1)] ?? '';
    return { rcode: RCODE.noError, records: [[TYPE.A, wire(answer)]] };
  });
  const resolver = new Resolver();
  resolver.setServers([server.address]);
  const reached: string[] = [];
  const client = createHttpClient({
    allowLoopbackHttp: true,
    resolve: (name) => resolver.resolve4(name),
    connect(address, port) {
      reached.push(address);
      return connect(port, '127.0.0.1').destroy(new Error('far away'));
    },
  });
  const ask = () =>
    client.request('https://rebind.example:8443/', get).then(
      () => 'answered',
      (error: unknown) => `${error instanceof PortError ? error.code : error} ${reached.splice(0).join()}`.trim(),
    );
  await work(ask, () => asked);
}

test('a name that a resolver rebinds to an inner address is refused, and nothing is connected to', async () => {
  for (const inner of [
    '127.0.0.1',
    '169.254.169.254',
    '10.0.0.7',
    '172.16.0.1',
    '192.168.1.1',
    '100.64.0.1',
    '0.0.0.0',
    '100.100.100.200',
  ]) {
    await resolvedBy(['93.184.216.34', inner], async (ask, asked) => {
      assert.equal(await ask(), 'unavailable 93.184.216.34');
      assert.equal(asked(), 1, 'what was checked is what is connected to');
      assert.equal(await ask(), 'permission-denied', inner);
    });
  }
});

test('a redirect to a metadata server is an answer and no request', async () => {
  const asked: string[] = [];
  await using server = await rawServer((socket, head) => {
    asked.push(head.split('\r\n')[0] ?? '');
    socket.end('HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/latest/meta-data/\r\ncontent-length: 0\r\n\r\n');
  });
  const client = createHttpClient({ allowLoopbackHttp: true });
  const answer = await client.request(`${server.origin}/`, get);
  assert.equal(answer.status, 302);
  assert.deepEqual(asked, ['GET / HTTP/1.1']);
});

test('every spelling of an inner address in a URL is refused before anything is resolved or connected to', async () => {
  const spellings = [
    '2130706433',
    '0x7f000001',
    '017700000001',
    '127.1',
    '0177.0.0.1',
    '0x7f.1',
    '2852039166',
    '0xa9fea9fe',
    '0251.0376.0251.0376',
    '169.254.169.254',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:a9fe:a9fe]',
    '[64:ff9b::7f00:1]',
    '[2002:7f00:1::]',
    '[fe80::1]',
    '[fd00:ec2::254]',
    '[::]',
    '[::127.0.0.1]',
    'metadata.google.internal',
    'METADATA.google.internal.',
    '127。0。0。1',
    '①②⑦.⓪.⓪.①',
  ];
  const reached: string[] = [];
  const client = createHttpClient({
    allowLoopbackHttp: false,
    resolve: async (name) => {
      reached.push(name);
      return [];
    },
    connect(address) {
      reached.push(address);
      return connect(1, '127.0.0.1').destroy();
    },
  });
  for (const host of spellings) {
    const error = await client.request(`https://${host}/`, get).catch((reason: unknown) => reason);
    assert.ok(error instanceof PortError && ['permission-denied', 'invalid'].includes(error.code), `${host}: ${error}`);
  }
  assert.deepEqual(reached, []);
});
