import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTarget } from '../../../shared/adapters/http/target.ts';
import { PortError } from '../../../shared/domain/errors.ts';

const refusal = (url: string, allowLoopbackHttp = false): PortError => {
  try {
    parseTarget(url, { allowLoopbackHttp });
  } catch (error) {
    assert.ok(error instanceof PortError, url);
    return error;
  }
  throw new assert.AssertionError({ message: `accepted ${JSON.stringify(url)}` });
};

test('an https URL is taken apart into what the connection and the request line need', () => {
  assert.deepEqual(parseTarget('https://Shop.Example:8443/a/b?c=d#e', { allowLoopbackHttp: false }), {
    secure: true,
    hostname: 'shop.example',
    port: 8443,
    path: '/a/b?c=d',
    hostHeader: 'shop.example:8443',
    origin: 'https://shop.example:8443',
    isLoopback: false,
  });
  assert.equal(parseTarget('https://[2606:4700::1111]/', { allowLoopbackHttp: false }).hostname, '2606:4700::1111');
  assert.equal(parseTarget('https://shop.example', { allowLoopbackHttp: false }).port, 443);
});

test('http is refused everywhere unless loopback was asked for, and then to everything that is not loopback by name', () => {
  for (const url of ['http://shop.example/', 'http://127.0.0.1:8080/', 'http://localhost:8080/']) {
    assert.equal(refusal(url).code, 'invalid', url);
  }
  for (const url of [
    'http://127.0.0.1:8080/',
    'http://localhost:8080/',
    'http://git.localhost:8080/',
    'http://[::1]:8080/',
  ]) {
    assert.equal(parseTarget(url, { allowLoopbackHttp: true }).isLoopback, true, url);
  }
  for (const url of [
    'http://shop.example/',
    'http://10.0.0.1/',
    'http://localhost.example/',
    'http://notlocalhost/',
    'http://[::ffff:127.0.0.1]/',
    'http://0.0.0.0/',
  ]) {
    assert.equal(refusal(url, true).code, 'invalid', url);
  }
});

test('every other scheme is refused', () => {
  for (const url of [
    'ftp://shop.example/',
    'file:///etc/passwd',
    'gopher://shop.example/',
    'data:text/plain,x',
    'javascript:1',
    'ws://shop.example/',
    'unix:/run/x.sock',
  ]) {
    assert.equal(refusal(url, true).code, 'invalid', url);
  }
});

test('what is no absolute URL, or too long a one, is refused', () => {
  for (const url of [
    '',
    '/health',
    'shop.example/health',
    '//shop.example/',
    'https://',
    `https://shop.example/${'a'.repeat(2048)}`,
  ]) {
    assert.equal(refusal(url).code, 'invalid', url.slice(0, 40));
  }
});

test('a name or a password in the URL is refused, and neither is repeated', () => {
  for (const url of [
    'https://ann:hunter2@shop.example/',
    'https://hunter2@shop.example/',
    'https://:hunter2@shop.example/',
  ]) {
    const error = refusal(url);
    assert.equal(error.code, 'invalid');
    assert.doesNotMatch(error.message, /hunter2|ann/);
  }
});

test('control characters, white space and backslashes are refused instead of being dropped by the parser', () => {
  for (const bad of ['\t', '\n', '\r', '\0', ' ', '\u007f', '\u0085', '\u00a0', '\u2028', '\\']) {
    assert.equal(refusal(`https://shop.example/${bad}x`).code, 'invalid', JSON.stringify(bad));
    assert.equal(refusal(`${bad}https://shop.example/`).code, 'invalid', JSON.stringify(bad));
  }
});

test('ports of other protocols are refused', () => {
  for (const port of [0, 1, 22, 25, 80, 110, 445, 993, 1023, 2049, 5060, 6000, 6379, 6667, 11211]) {
    assert.equal(refusal(`https://shop.example:${port}/`).code, 'invalid', String(port));
  }
  assert.equal(refusal('http://127.0.0.1:443/', true).code, 'invalid');
  for (const port of [443, 1024, 8080, 8443, 65535]) {
    assert.equal(parseTarget(`https://shop.example:${port}/`, { allowLoopbackHttp: false }).port, port);
  }
});

test('the names of metadata servers are refused before anybody is asked for their address', () => {
  for (const host of ['metadata.google.internal', 'metadata', 'METADATA.google.internal.', 'metadata.goog']) {
    assert.equal(refusal(`https://${host}/computeMetadata/v1/`).code, 'permission-denied', host);
  }
});

test('a refusal names scheme, host and port and never path, query or fragment', () => {
  const error = refusal('http://shop.example:8080/hooks/T0PSECRET?token=T0PSECRET#T0PSECRET');
  assert.match(error.message, /http:\/\/shop\.example:8080/);
  assert.doesNotMatch(error.message, /T0PSECRET/);
  assert.doesNotMatch(refusal('ftp://u:T0PSECRET@h/T0PSECRET').message, /T0PSECRET/);
  assert.doesNotMatch(refusal('T0PSECRET').message, /T0PSECRET/);
});
