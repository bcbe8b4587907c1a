import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { Socket, connect as tcpConnect } from 'node:net';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { createHttpClient, type HttpClientOptions } from '../../../shared/adapters/http/client.ts';
import { PortError, type PortErrorCode } from '../../../shared/domain/errors.ts';
import type { HttpRequest } from '../../../shared/ports/http.ts';
import { rawServer, timerByHand } from './servers.ts';

const get: HttpRequest = { method: 'GET', maxBytes: 1000, timeoutMs: 5000 };
const local = (options: Partial<HttpClientOptions> = {}) => createHttpClient({ allowLoopbackHttp: true, ...options });

async function failure(request: Promise<unknown>, code: PortErrorCode): Promise<PortError> {
  const error = await request.then(
    () => assert.fail('it was answered'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof PortError, String(error));
  assert.equal(error.code, code, error.message);
  return error;
}

const ok = (body: string, headers = '') =>
  `HTTP/1.1 200 OK\r\n${headers}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

test('an answer comes with status, headers, whole body, digest, address and duration', async () => {
  await using server = await rawServer((socket) =>
    socket.end(ok('{"status":"healthy"}', 'X-Revision: r-7\r\nset-cookie: a\r\nset-cookie: b\r\n')),
  );
  let clock = 100;
  const answer = await local({ now: () => (clock += 7) }).request(`${server.origin}/health`, get);
  assert.equal(answer.status, 200);
  assert.equal(answer.headers['x-revision'], 'r-7');
  assert.equal(answer.headers['set-cookie'], 'a, b');
  assert.equal(Buffer.from(answer.body).toString(), '{"status":"healthy"}');
  assert.equal(answer.digest, `sha256:${createHash('sha256').update('{"status":"healthy"}').digest('hex')}`);
  assert.equal(answer.remoteAddress, '127.0.0.1');
  assert.equal(answer.durationMs, 7);
  assert.equal(answer.truncated, false);
});

test('the request line, the host, the cookie and the body arrive as asked for, without a wish for compression', async () => {
  const heads: string[] = [];
  await using server = await rawServer((socket, head) => {
    heads.push(head);
    socket.end(ok(''));
  });
  await local().request(`${server.origin}/a?b=c#d`, {
    ...get,
    method: 'POST',
    headers: { Authorization: 'Bearer abc', 'content-type': 'application/json' },
    cookie: 'ageVerified=true',
    body: '{"ü":1}',
  });
  const head = heads[0] ?? '';
  assert.match(head, /^POST \/a\?b=c HTTP\/1\.1\r\n/);
  for (const line of [
    `host: 127.0.0.1:${server.port}`,
    'authorization: Bearer abc',
    'cookie: ageVerified=true',
    'accept-encoding: identity',
    'connection: close',
    'content-length: 8',
  ]) {
    assert.ok(head.includes(`${line}\r\n`), `${line} in ${head}`);
  }
});

test('any status is an answer, a redirect too, and nobody goes where it points', async () => {
  await using elsewhere = await rawServer((socket) => socket.end(ok('secret')));
  await using server = await rawServer((socket) =>
    socket.end(`HTTP/1.1 302 Found\r\nlocation: ${elsewhere.origin}/\r\ncontent-length: 0\r\n\r\n`),
  );
  const answer = await local().request(`${server.origin}/`, get);
  assert.equal(answer.status, 302);
  assert.equal(answer.headers.location, `${elsewhere.origin}/`);
  assert.equal(elsewhere.connections(), 0);
});

test('a body of exactly the limit is whole, one byte more is an error, with its length told before or not', async () => {
  for (const framing of [
    'content-length: 11\r\n\r\n12345678901',
    'transfer-encoding: chunked\r\n\r\n5\r\n12345\r\n6\r\n678901\r\n0\r\n\r\n',
    '\r\n12345678901',
  ]) {
    await using server = await rawServer((socket) => socket.end(`HTTP/1.1 200 OK\r\n${framing}`));
    const answer = await local().request(`${server.origin}/`, { ...get, maxBytes: 11 });
    assert.equal(answer.body.byteLength, 11);
    await failure(local().request(`${server.origin}/`, { ...get, maxBytes: 10 }), 'too-large');
  }
});

test('a body without an end is given up at the limit, and the connection closed', async () => {
  const closed = Promise.withResolvers<void>();
  await using server = await rawServer((socket) => {
    socket.on('close', () => closed.resolve());
    const block = Buffer.alloc(16_384, 'x');
    const more = () => {
      while (socket.writable && socket.write(block));
    };
    socket.on('drain', more);
    socket.write('HTTP/1.1 200 OK\r\n\r\n');
    more();
  });
  await failure(local().request(`${server.origin}/`, { ...get, maxBytes: 100_000 }), 'too-large');
  await closed.promise;
});

test('a body that a header announces as too large is refused before it is sent, and the connection closed', async () => {
  const closed = Promise.withResolvers<void>();
  await using server = await rawServer((socket) => {
    socket.on('close', () => closed.resolve());
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n');
  });
  await failure(local({ startTimer: timerByHand().startTimer }).request(`${server.origin}/`, get), 'too-large');
  await closed.promise;
});

test('HEAD has no body, whatever length its headers tell', async () => {
  await using server = await rawServer((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n'));
  const answer = await local().request(`${server.origin}/`, { ...get, method: 'HEAD' });
  assert.equal(answer.status, 200);
  assert.equal(answer.body.byteLength, 0);
});

test('a compressed body is refused unopened, however small it is', async () => {
  const bomb = gzipSync(Buffer.alloc(1_000_000));
  for (const encoding of [
    'content-encoding: gzip',
    'Content-Encoding: BR',
    'content-encoding: identity, gzip',
    'transfer-encoding: gzip, chunked',
  ]) {
    await using server = await rawServer((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\n${encoding}\r\n\r\n`);
      socket.end(bomb);
    });
    await failure(local().request(`${server.origin}/`, { ...get, maxBytes: 10_000_000 }), 'unsupported');
  }
});

test('headers without an end are given up at their limit', async () => {
  await using server = await rawServer((socket) => {
    socket.write('HTTP/1.1 200 OK\r\n');
    for (let line = 0; line < 40; line += 1) socket.write(`x-${line}: ${'y'.repeat(1000)}\r\n`);
  });
  await failure(local({ startTimer: timerByHand().startTimer }).request(`${server.origin}/`, get), 'too-large');
});

for (const [what, said] of [
  ['nothing at all', ''],
  ['half a header', 'HTTP/1.1 200 OK\r\nx-a: '],
  ['half a body', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n12345'],
] as const) {
  test(`a server that says ${what} and then no more is given up when the time is over, and its connection closed`, async () => {
    const timer = timerByHand();
    const closed = Promise.withResolvers<void>();
    await using server = await rawServer((socket) => {
      socket.on('close', () => closed.resolve());
      socket.write(said, () => timer.goOff());
    });
    const error = await failure(
      local({ startTimer: timer.startTimer }).request(`${server.origin}/`, get),
      'deadline-exceeded',
    );
    assert.match(error.message, /5000 ms/);
    assert.deepEqual(timer.asked, [5000]);
    await closed.promise;
  });
}

test('the time limit holds for a name that never resolves and a connection that never opens', async () => {
  const never = new Promise<never>(() => {});
  const timer = timerByHand();
  const resolving = local({ startTimer: timer.startTimer, resolve: () => never }).request('https://shop.example/', get);
  timer.goOff();
  await failure(resolving, 'deadline-exceeded');

  const socket = new Socket();
  const opening = local({
    startTimer: timer.startTimer,
    connect: () => {
      queueMicrotask(timer.goOff);
      return socket;
    },
  });
  await failure(opening.request('https://8.8.8.8/', get), 'deadline-exceeded');
  assert.equal(socket.destroyed, true);
});

test('a caller who stops waiting gets the error of a deadline, before and during the request', async () => {
  const stopped = { ...get, signal: AbortSignal.abort() };
  const resolved: string[] = [];
  const unasked = local({
    resolve: async (name) => {
      resolved.push(name);
      return [];
    },
  });
  assert.match(
    (await failure(unasked.request('https://shop.example/', stopped), 'deadline-exceeded')).message,
    /caller/,
  );
  assert.deepEqual(resolved, []);
  const controller = new AbortController();
  await using server = await rawServer(() => controller.abort());
  const during = local().request(`${server.origin}/`, { ...get, signal: controller.signal });
  assert.match((await failure(during, 'deadline-exceeded')).message, /caller/);
});

test('a time limit that passes in the very moment of connecting is not overlooked', async () => {
  const timer = timerByHand();
  await using server = await rawServer(() => {});
  const client = local({
    startTimer: timer.startTimer,
    connect(address, port) {
      const socket = tcpConnect(port, address);
      // Registered after the client's own listener, so that it has heard of the connection when the time is over.
      queueMicrotask(() => socket.once('connect', timer.goOff));
      return socket;
    },
  });
  await failure(client.request(`${server.origin}/`, get), 'deadline-exceeded');
});

test('no timer is left running after an answer, an error or a refusal', async () => {
  await using server = await rawServer((socket, head) =>
    head.startsWith('GET /ok') ? socket.end(ok('')) : socket.destroy(),
  );
  const timer = timerByHand();
  const client = local({ startTimer: timer.startTimer });
  await client.request(`${server.origin}/ok`, get);
  await failure(client.request(`${server.origin}/broken`, get), 'unavailable');
  await failure(client.request('https://10.0.0.1/', get), 'permission-denied');
  assert.equal(timer.running(), 0);
});

test('a connection that breaks off, at any point, is unavailable and says so', async () => {
  for (const said of [
    '',
    'HTTP/1.1 200 OK\r\nx-a: b',
    'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n12345',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n12345\r\n',
  ]) {
    await using server = await rawServer((socket) => socket.end(said));
    await failure(local().request(`${server.origin}/`, get), 'unavailable');
  }
});

test('an answer that is not HTTP, or that is two answers in one, is told as such', async () => {
  for (const said of [
    'SSH-2.0-OpenSSH_9.6\r\n\r\n',
    'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n12',
    'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n1\r\n1\r\n0\r\n\r\n',
    'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n',
  ]) {
    await using server = await rawServer((socket) => socket.end(said));
    await failure(local().request(`${server.origin}/`, get), 'internal');
  }
});

test('a refused connection is unavailable, and the next address of the name is tried first', async () => {
  await using server = await rawServer((socket) => socket.end(ok('here')));
  let gone: string;
  {
    await using closing = await rawServer(() => {});
    gone = closing.origin;
  }
  await failure(local().request(gone, get), 'unavailable');
  const answer = await local({ resolve: async () => ['::1', '127.0.0.1'] }).request(
    `http://localhost:${server.port}/`,
    get,
  );
  assert.equal(answer.remoteAddress, '127.0.0.1');
});

test('of a name with many dead addresses the first four are tried', async () => {
  const tried: string[] = [];
  const client = local({
    resolve: async () => [1, 2, 3, 4, 5, 6].map((last) => `93.184.216.${last}`),
    connect(address) {
      tried.push(address);
      return new Socket().destroy(new Error('dead'));
    },
  });
  await failure(client.request('https://shop.example/', get), 'unavailable');
  assert.deepEqual(tried, ['93.184.216.1', '93.184.216.2', '93.184.216.3', '93.184.216.4']);
});

test('headers that steer the connection, and values that could start a line of their own, are refused before anything is sent', async () => {
  const resolved: string[] = [];
  const client = local({
    resolve: async (name) => {
      resolved.push(name);
      return [];
    },
  });
  const bad: readonly Partial<HttpRequest>[] = [
    ...[
      'Host',
      'cookie',
      'Accept-Encoding',
      'content-length',
      'Transfer-Encoding',
      'connection',
      'upgrade',
      'expect',
      'te',
      'Proxy-Authorization',
    ].map((name) => ({ headers: { [name]: 'x' } })),
    { headers: { 'x-a': 'b\r\nx-c: T0PSECRET' } },
    { headers: { 'x-a': 'b\0' } },
    { headers: { 'x-a': 'ü' } },
    { headers: { 'x a': 'b' } },
    { headers: { 'x-a\r\nx-b': 'T0PSECRET' } },
    { headers: { 'x-a': 'y'.repeat(17_000) } },
    { cookie: 'a=b\r\nx-c: T0PSECRET' },
    { body: 'x' },
    { maxBytes: 0 },
    { maxBytes: Number.POSITIVE_INFINITY },
    { maxBytes: 1e9 },
    { timeoutMs: 0 },
    { timeoutMs: Number.NaN },
    { timeoutMs: 2 ** 31 },
  ];
  for (const change of bad) {
    const error = await failure(client.request('http://localhost:8080/', { ...get, ...change }), 'invalid');
    assert.doesNotMatch(error.message, /T0PSECRET/);
  }
  assert.deepEqual(resolved, []);
});

test('no error repeats the path, the query, a header, or what the server said, not even in its cause', async () => {
  const secret = 'T0PSECRET';
  const said = [
    `${secret}\r\n\r\n`,
    `HTTP/1.1 200 OK\r\nset-cookie: ${secret}\r\nbad header\r\n\r\n`,
    'HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nx',
    '',
  ];
  for (const words of said) {
    await using server = await rawServer((socket) => socket.end(words));
    const request = { ...get, headers: { authorization: `Bearer ${secret}` }, cookie: `id=${secret}` };
    const error = await local()
      .request(`${server.origin}/${secret}?token=${secret}`, request)
      .then(
        () => assert.fail('it was answered'),
        (reason: PortError) => reason,
      );
    assert.match(error.message, new RegExp(server.origin));
    const all = `${error.stack} ${JSON.stringify(error)} ${JSON.stringify(error.cause)} ${Object.values(error.cause ?? {})}`;
    assert.doesNotMatch(all, new RegExp(secret));
  }
});
