import type { IncomingHttpHeaders } from 'node:http';
import type { HttpRequest } from '../../ports/http.ts';
import { httpError } from './failure.ts';
import type { Target } from './target.ts';

/** Of a request and of an answer alike, in bytes. Cloud Run itself allows 32 KiB; no probe comes near. */
export const LARGEST_HEADERS = 16 * 1024;

const NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
const VALUE = /^[\t\x20-\x7e]*$/;
/** These decide how the connection is used, which is this client's to say; a cookie has a field of its own. */
const STEERING: ReadonlySet<string> = new Set([
  'accept-encoding',
  'connection',
  'content-length',
  'cookie',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Throws `PortError` code `invalid`; the message names the header, never its value. */
export function requestHeaders(target: Target, request: HttpRequest, bodyBytes: number): Record<string, string> {
  const headers: Record<string, string> = {
    host: target.hostHeader,
    'accept-encoding': 'identity',
    connection: 'close',
  };
  if (request.method === 'POST') headers['content-length'] = String(bodyBytes);
  const given = Object.entries(request.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value] as const);
  for (const [name, value] of given) {
    if (!NAME.test(name)) throw httpError('invalid', target.origin, 'a header has a name that HTTP does not allow');
    if (STEERING.has(name)) throw httpError('invalid', target.origin, `the header ${name} cannot be set by a caller`);
    headers[name] = checkedValue(target, name, value);
  }
  if (request.cookie !== undefined) headers.cookie = checkedValue(target, 'cookie', request.cookie);
  const bytes = Object.entries(headers).reduce((sum, [name, value]) => sum + name.length + value.length + 4, 0);
  if (bytes > LARGEST_HEADERS) {
    throw httpError('invalid', target.origin, `${bytes} bytes of headers; at most ${LARGEST_HEADERS} are allowed`);
  }
  return headers;
}

function checkedValue(target: Target, name: string, value: string): string {
  if (!VALUE.test(value))
    throw httpError('invalid', target.origin, `the header ${name} holds characters other than printable ASCII`);
  return value;
}

/** `fromEntries` defines own properties, so that a header called `__proto__` is a header like any other. */
export function responseHeaders(headers: IncomingHttpHeaders): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
    ),
  );
}
