import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Http2Server, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, it } from 'node:test';
import { createGrpcChannel, type GrpcChannel, GrpcStatus } from '../../../shared/adapters/gcp/grpc-channel.ts';
import { encodeMessage, type Schema } from '../../../shared/adapters/gcp/wire-codec.ts';
import { ErrorInfo, RpcStatus } from '../../../shared/adapters/gcp/wire-messages.ts';

const Text: Schema = { text: { id: 1, kind: 'string' } };
const METHOD = { path: '/test.Service/Say', request: Text, response: Text, routedBy: 'database=a%2Fb' };

type Answer = (stream: ServerHttp2Stream, headers: Record<string, unknown>, body: Buffer) => void;

const framed = (text: string): Buffer => {
  const message = encodeMessage(Text, { text });
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
};

const ok =
  (...texts: string[]): Answer =>
  (stream) => {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.once('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.end(Buffer.concat(texts.map(framed)));
  };

const status =
  (headers: Record<string, string>): Answer =>
  (stream) =>
    stream.respond({ ':status': 200, 'content-type': 'application/grpc', ...headers }, { endStream: true });

describe('a gRPC channel', () => {
  let server: Http2Server;
  let channel: GrpcChannel;
  const sessions = new Set<ServerHttp2Session>();
  let connections = 0;

  async function serve(answer: Answer, timeoutMs = 5000): Promise<void> {
    connections = 0;
    server = createServer();
    server.on('session', (session) => {
      connections += 1;
      sessions.add(session);
      session.on('error', () => {});
    });
    server.on('stream', (stream, headers) => {
      const parts: Buffer[] = [];
      stream.on('error', () => {});
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => answer(stream, headers, Buffer.concat(parts)));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const authorization = async () => ({ authorization: 'Bearer t' });
    channel = createGrpcChannel({ origin: `http://127.0.0.1:${port}`, authorization, timeoutMs });
  }

  afterEach(async () => {
    channel.close();
    for (const session of sessions) session.destroy();
    sessions.clear();
    server.close();
  });

  const refused = (code: number, details: RegExp) => (error: unknown) =>
    error instanceof GrpcStatus && error.code === code && details.test(error.details);

  it('sends one framed message with who calls, what routes it and how long it waits, and gives every answer', async () => {
    let asked: Record<string, unknown> = {};
    let sent: Buffer = Buffer.alloc(0);
    await serve((stream, headers, body) => {
      asked = headers;
      sent = body;
      ok('one', 'two')(stream, headers, body);
    });
    assert.deepEqual(await channel.call(METHOD, { text: 'hello' }), [{ text: 'one' }, { text: 'two' }]);
    assert.deepEqual(sent, framed('hello'));
    assert.equal(asked.authorization, 'Bearer t');
    assert.equal(asked['x-goog-request-params'], METHOD.routedBy);
    assert.equal(asked['grpc-timeout'], '5000m');
    assert.equal(asked.te, 'trailers');
  });

  it('tells a status with its text and the permission that was missing', async () => {
    const value = encodeMessage(ErrorInfo, { reason: 'IAM', metadata: { permission: 'datastore.entities.get' } });
    const details = [{ typeUrl: 'type.googleapis.com/google.rpc.ErrorInfo', value }];
    await serve(
      status({
        'grpc-status': '7',
        'grpc-message': 'not%20allowed: 50% %C3%A4',
        'grpc-status-details-bin': encodeMessage(RpcStatus, { code: 7, details }).toString('base64'),
      }),
    );
    await assert.rejects(channel.call(METHOD, {}), (error) => {
      assert.ok(error instanceof GrpcStatus);
      assert.equal(error.code, 7);
      assert.equal(error.reason, 'IAM');
      assert.equal(error.errorInfoMetadata?.permission, 'datastore.entities.get');
      return true;
    });
  });

  it('ends a call without an answer at its deadline', async () => {
    await serve(() => {}, 30);
    await assert.rejects(channel.call(METHOD, {}), refused(4, /no answer in 30 ms/));
  });

  it('takes a status of HTTP where no other came', async () => {
    await serve((stream) => stream.respond({ ':status': 503 }, { endStream: true }));
    await assert.rejects(channel.call(METHOD, {}), refused(14, /HTTP 503/));
  });

  it('takes an answer that broke off for no answer, and connects anew for the next call', async () => {
    let isFirst = true;
    await serve((stream, headers, body) => {
      if (!isFirst) return ok('again')(stream, headers, body);
      isFirst = false;
      stream.respond({ ':status': 200 });
      stream.write(framed('half').subarray(0, 6));
      stream.session?.destroy();
    });
    await assert.rejects(channel.call(METHOD, {}), refused(14, /./));
    assert.deepEqual(await channel.call(METHOD, {}), [{ text: 'again' }]);
    assert.equal(connections, 2);
  });

  it('makes many calls over one connection', async () => {
    await serve(ok('x'));
    const answers = await Promise.all(Array.from({ length: 20 }, () => channel.call(METHOD, { text: 'y' })));
    assert.equal(answers.length, 20);
    assert.equal(connections, 1);
  });
});
