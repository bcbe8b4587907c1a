import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { endpointsFrom } from '../../../shared/adapters/gcp/endpoints.ts';
import { grpcFault, httpFault } from '../../../shared/adapters/gcp/errors.ts';
import { PortError, UsageError } from '../../../shared/domain/errors.ts';

const asked = { port: 'services', what: 'the service shop', needs: 'run.services.get' };

describe("what Google's errors mean", () => {
  it('gives every gRPC code one meaning, and says whether it may have taken effect', () => {
    const meanings = Array.from({ length: 16 }, (_, index) => {
      const { code, retryable, ambiguous } = grpcFault({ code: index + 1 }, asked);
      return [index + 1, code, retryable, ambiguous];
    });
    assert.deepEqual(meanings, [
      [1, 'deadline-exceeded', true, true],
      [2, 'internal', false, true],
      [3, 'invalid', false, false],
      [4, 'deadline-exceeded', true, true],
      [5, 'not-found', false, false],
      [6, 'already-exists', false, false],
      [7, 'permission-denied', false, false],
      [8, 'resource-exhausted', true, false],
      [9, 'precondition-failed', false, false],
      [10, 'aborted', true, false],
      [11, 'invalid', false, false],
      [12, 'unsupported', false, false],
      [13, 'internal', false, true],
      [14, 'unavailable', true, true],
      [15, 'internal', false, true],
      [16, 'unauthenticated', false, false],
    ]);
  });

  it('gives every status of a REST answer one meaning, and lets the reason say more', () => {
    const meanings = [400, 401, 403, 404, 408, 409, 410, 412, 413, 416, 418, 429, 500, 501, 502, 503, 504, 599].map(
      (code) => [code, httpFault({ code }, asked).code],
    );
    assert.deepEqual(meanings, [
      [400, 'invalid'],
      [401, 'unauthenticated'],
      [403, 'permission-denied'],
      [404, 'not-found'],
      [408, 'deadline-exceeded'],
      [409, 'aborted'],
      [410, 'not-found'],
      [412, 'precondition-failed'],
      [413, 'too-large'],
      [416, 'invalid'],
      [418, 'invalid'],
      [429, 'resource-exhausted'],
      [500, 'unavailable'],
      [501, 'unsupported'],
      [502, 'unavailable'],
      [503, 'unavailable'],
      [504, 'deadline-exceeded'],
      [599, 'unavailable'],
    ]);
    assert.equal(httpFault({ code: 403, errors: [{ reason: 'rateLimitExceeded' }] }, asked).code, 'resource-exhausted');
    assert.equal(httpFault({ code: 409, errors: [{ reason: 'duplicate' }] }, asked).code, 'already-exists');
    assert.equal(httpFault({ code: 403, errors: [{ reason: 'constructor' }] }, asked).code, 'permission-denied');
  });

  it('takes a broken line as no answer, also below other errors, and what it does not know as a fault of its own', () => {
    for (const fault of [grpcFault, httpFault]) {
      assert.equal(fault(Object.assign(new Error('x'), { code: 'ECONNRESET' }), asked).code, 'unavailable');
      const inner = new Error('fetch failed', { cause: Object.assign(new Error('x'), { code: 'ECONNREFUSED' }) });
      assert.equal(fault(inner, asked).code, 'unavailable');
      assert.equal(fault(new DOMException('x', 'AbortError'), asked).code, 'deadline-exceeded');
      for (const odd of [new Error('?'), 'text', null, undefined, { code: 99 }])
        assert.equal(fault(odd, asked).code, 'internal');
      const known = new PortError('objects', 'too-large', 'x');
      assert.equal(fault(known, asked), known);
    }
  });

  it('names the permission that the service says is missing, else the one that the call needs', () => {
    assert.match(grpcFault({ code: 7 }, asked).message, /^the service shop: this identity lacks run\.services\.get/);
    const told = { permission: 'run.services.update', resource: 'projects/p1/services/shop' };
    const named = grpcFault({ code: 7, reason: 'IAM_PERMISSION_DENIED', errorInfoMetadata: told }, asked);
    assert.match(named.message, /lacks run\.services\.update on projects\/p1\/services\/shop/);
    const off = { code: 7, reason: 'SERVICE_DISABLED', errorInfoMetadata: { service: 'run.googleapis.com' } };
    assert.match(grpcFault(off, asked).message, /run\.googleapis\.com is not enabled/);
  });

  it('hands on what the service says in one bounded line', () => {
    const { message } = grpcFault({ code: 9, details: `a\nb\u001b[31m${'x'.repeat(5000)}` }, asked);
    assert.doesNotMatch(message, /\p{Cc}/u);
    assert.ok(message.length < 400);
  });
});

describe('endpoints of a test environment', () => {
  it('are host and port, and nothing else', () => {
    assert.deepEqual(endpointsFrom({ HIGHNOON_ENDPOINT_RUN: '127.0.0.1:80', HIGHNOON_ENDPOINT_IAM: '', PATH: 'x' }), {
      RUN: '127.0.0.1:80',
    });
    for (const bad of ['127.0.0.1', 'http://127.0.0.1:80', 'a:0', 'a:70000', 'user@host:80', 'a:80/x'])
      assert.throws(() => endpointsFrom({ HIGHNOON_ENDPOINT_RUN: bad }), UsageError, bad);
  });
});
