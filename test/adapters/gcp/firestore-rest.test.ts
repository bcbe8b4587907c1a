import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, beforeEach, describe, it } from 'node:test';
import { accessTokenFrom } from '../../../shared/adapters/gcp/access-token.ts';
import { grpcFault } from '../../../shared/adapters/gcp/errors.ts';
import { FirestoreRest } from '../../../shared/adapters/gcp/firestore-rest.ts';
import { JsonServer } from '../../../shared/adapters/gcp/json-request.ts';

const DATABASE = 'projects/p/databases/d';
interface Seen {
  readonly url: string;
  readonly authorization: string | undefined;
  readonly port: number | undefined;
  readonly body: string;
}
type Answer = (seen: Seen, response: ServerResponse) => void;

describe('calls of Firestore by REST', () => {
  const seen: Seen[] = [];
  let answers: Answer[] = [];
  let host: string;
  const server = createServer(async (request: IncomingMessage, response) => {
    const one: Seen = {
      url: request.url ?? '',
      authorization: request.headers.authorization ?? String(request.headers['metadata-flavor']),
      port: request.socket.remotePort,
      body: await text(request),
    };
    seen.push(one);
    (answers.shift() ?? json(200, {}))(one, response);
  });
  const json =
    (status: number, body: unknown): Answer =>
    (_, response) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
  const refused = (status: number, name: string, more: object = {}): Answer =>
    json(status, { error: { code: status, status: name, message: `said ${name}`, ...more } });
  before(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening');
    host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    seen.length = 0;
    answers = [];
  });

  const codeOf = async (work: Promise<unknown>): Promise<string> => {
    const error = await work.then(
      () => assert.fail('it was answered'),
      (caught: unknown) => caught,
    );
    return grpcFault(error, { port: 'documents', what: 'a call', needs: 'x' }).code;
  };

  it('names a document below a slot so that no character of it means something to an address', async () => {
    const rest = new FirestoreRest(host);
    answers = [json(200, [])];
    await rest.list(`${DATABASE}/documents/slots/t-90-prep@2026-11-24T10:30Z#1`, 'runQuery', {});
    assert.equal(
      seen[0]?.url,
      '/v1/projects/p/databases/d/documents/slots/t-90-prep%402026-11-24T10%3A30Z%231:runQuery',
    );
    rest.close();
  });

  it('lists a collection page by page, and gives all of it or an error', async () => {
    const rest = new FirestoreRest(host);
    const page = (name: string, nextPageToken?: string) => json(200, { documents: [{ name }], nextPageToken });
    answers = [page('a', 'to b+'), page('b'), page('a', 'b'), refused(503, 'UNAVAILABLE'), json(200, {})];
    const collection = `${DATABASE}/documents/slots/t@10:30Z/attempts`;
    assert.deepEqual(await rest.documents(collection), [{ name: 'a' }, { name: 'b' }]);
    assert.equal(seen[0]?.url, '/v1/projects/p/databases/d/documents/slots/t%4010%3A30Z/attempts?pageSize=300');
    assert.match(seen[1]?.url ?? '', /&pageToken=to%20b%2B$/);
    assert.equal(await codeOf(rest.documents(collection)), 'unavailable');
    assert.deepEqual(await rest.documents(collection), []);
    rest.close();
  });

  it('keeps its connection from call to call', async () => {
    const rest = new FirestoreRest(host);
    await rest.call(DATABASE, 'commit', { writes: [] });
    await rest.call(DATABASE, 'commit', { writes: [] });
    assert.equal(seen[0]?.port, seen[1]?.port);
    rest.close();
  });

  it('tells what Firestore says by its own name, and not by an HTTP status that several share', async () => {
    const rest = new FirestoreRest(host);
    for (const [status, name, code] of [
      [409, 'ALREADY_EXISTS', 'already-exists'],
      [409, 'ABORTED', 'aborted'],
      [429, 'RESOURCE_EXHAUSTED', 'resource-exhausted'],
      [400, 'INVALID_ARGUMENT', 'invalid'],
      [400, 'FAILED_PRECONDITION', 'precondition-failed'],
      [404, 'NOT_FOUND', 'not-found'],
      [403, 'PERMISSION_DENIED', 'permission-denied'],
      [504, 'DEADLINE_EXCEEDED', 'deadline-exceeded'],
      [503, 'UNAVAILABLE', 'unavailable'],
    ] as const) {
      answers = [refused(status, name)];
      assert.equal(await codeOf(rest.call(DATABASE, 'commit', {})), code);
      // Calls that answer in parts carry the error in a list of one.
      answers = [json(status, [{ error: { code: status, status: name } }])];
      assert.equal(await codeOf(rest.list(DATABASE, 'runQuery', {})), code);
    }
    rest.close();
  });

  it('knows nothing of the outcome when something before Firestore answers, or nobody, or half', async () => {
    const rest = new FirestoreRest(host);
    const html: Answer = (_, response) => response.writeHead(502).end('<html>Bad gateway</html>');
    const gone: Answer = (_, response) => response.destroy();
    const half: Answer = (_, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('[{"document":');
      setImmediate(() => response.destroy());
    };
    const cut: Answer = (_, response) => response.writeHead(200).end('[{"document":');
    for (const answer of [html, gone, half, cut]) {
      answers = [answer];
      assert.equal(await codeOf(rest.list(DATABASE, 'runQuery', {})), 'unavailable');
    }
    rest.close();
  });

  it('gives no part of an answer that broke in the middle', async () => {
    const rest = new FirestoreRest(host);
    answers = [json(200, [{ document: { name: 'a' } }, { error: { code: 503, status: 'UNAVAILABLE' } }])];
    assert.equal(await codeOf(rest.list(DATABASE, 'runQuery', {})), 'unavailable');
    rest.close();
  });

  it('names the permission that the service named', async () => {
    const rest = new FirestoreRest(host);
    const details = [{ reason: 'IAM_PERMISSION_DENIED', metadata: { permission: 'datastore.entities.create' } }];
    answers = [refused(403, 'PERMISSION_DENIED', { details })];
    const error = await rest.call(DATABASE, 'commit', {}).catch((caught: unknown) => caught);
    const fault = grpcFault(error, { port: 'documents', what: 'a commit', needs: 'x' });
    assert.match(fault.message, /lacks datastore\.entities\.create/);
    rest.close();
  });

  it('asks once more with a new token when the old one is refused, and for nothing else', async () => {
    const asked: boolean[] = [];
    const rest = new FirestoreRest(host, async ({ renew = false } = {}) => {
      asked.push(renew);
      return renew ? 'new' : 'old';
    });
    answers = [refused(401, 'UNAUTHENTICATED'), json(200, { ok: true })];
    assert.deepEqual(await rest.call(DATABASE, 'commit', {}), { ok: true });
    assert.deepEqual(
      seen.map(({ authorization }) => authorization),
      ['Bearer old', 'Bearer new'],
    );
    answers = [refused(401, 'UNAUTHENTICATED'), refused(401, 'UNAUTHENTICATED')];
    assert.equal(await codeOf(rest.call(DATABASE, 'commit', {})), 'unauthenticated');
    answers = [refused(503, 'UNAVAILABLE')];
    assert.equal(await codeOf(rest.call(DATABASE, 'commit', {})), 'unavailable');
    assert.deepEqual(asked, [false, true, false, true, false]);
    rest.close();
  });

  it('a service asks the metadata server for its token once, and again when it is old or refused', async () => {
    const token = accessTokenFrom({ K_SERVICE: 't-90-prep', GCE_METADATA_HOST: host });
    answers = [json(200, { access_token: 'a', expires_in: 3599, token_type: 'Bearer' })];
    assert.equal(await token(), 'a');
    assert.equal(await token(), 'a');
    assert.equal(seen[0]?.url, '/computeMetadata/v1/instance/service-accounts/default/token');
    assert.equal(seen[0]?.authorization, 'Google');
    // Four minutes before its end it counts as ended.
    answers = [json(200, { access_token: 'b', expires_in: 240 }), json(200, { access_token: 'c', expires_in: 3599 })];
    assert.equal(await token({ renew: true }), 'b');
    assert.equal(await token(), 'c');
    assert.equal(seen.length, 3);
  });

  it('a metadata server without a token is told as out of reach, and asked again by the next call', async () => {
    const token = accessTokenFrom({ K_SERVICE: 't-90-prep', GCE_METADATA_HOST: host });
    answers = [json(404, 'no service account'), json(200, { access_token: 'a', expires_in: 3599 })];
    assert.equal(await codeOf(token()), 'unavailable');
    assert.equal(await token(), 'a');
  });

  it('gives up an answer that does not come in time: whether it took effect is unknown', async () => {
    answers = [() => {}];
    const silent = new JsonServer(`http://${host}`);
    assert.equal(await codeOf(silent.ask({ method: 'POST', path: '/', body: {}, timeoutMs: 30 })), 'deadline-exceeded');
    silent.close();
  });
});
