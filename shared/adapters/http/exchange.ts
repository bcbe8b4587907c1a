import { type IncomingMessage, request as sendRequest } from 'node:http';
import type { Socket } from 'node:net';
import type { HttpRequest } from '../../ports/http.ts';
import { httpError, translate } from './failure.ts';
import { LARGEST_HEADERS, requestHeaders, responseHeaders } from './headers.ts';
import type { Target } from './target.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** One request and its answer over a connection that is open already; redirects are answers like any other. */
export async function exchange(socket: Socket, target: Target, request: HttpRequest): Promise<Answer> {
  try {
    const response = await responseHead(socket, target, request);
    const body = request.method === 'HEAD' ? new Uint8Array() : await boundedBody(response, target, request.maxBytes);
    return { status: response.statusCode ?? 0, headers: responseHeaders(response.headers), body };
  } catch (error) {
    throw translate(error, target.origin, 'exchange');
  }
}

function responseHead(socket: Socket, target: Target, request: HttpRequest): Promise<IncomingMessage> {
  const body = typeof request.body === 'string' ? Buffer.from(request.body) : (request.body ?? new Uint8Array());
  const headers = requestHeaders(target, request, body.byteLength);
  return new Promise((resolve, reject) => {
    const sent = sendRequest({
      createConnection: () => socket,
      method: request.method,
      path: target.path,
      headers,
      setHost: false,
      maxHeaderSize: LARGEST_HEADERS,
      // Said outright: a lenient parser reads one answer as two, or two as one.
      insecureHTTPParser: false,
    });
    sent.once('response', resolve);
    sent.on('error', reject);
    sent.once('upgrade', (_response, upgraded) => {
      upgraded.destroy();
      reject(httpError('internal', target.origin, 'the server changed the protocol without being asked'));
    });
    sent.end(body);
  });
}

async function boundedBody(response: IncomingMessage, target: Target, maxBytes: number): Promise<Uint8Array> {
  refuseEncoded(response, target);
  const tooLarge = () => httpError('too-large', target.origin, `the body is larger than ${maxBytes} bytes`);
  if (Number(response.headers['content-length'] ?? 0) > maxBytes) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** A few kilobytes can unpack to gigabytes, and a digest of packed bytes says nothing: nothing is ever unpacked here. */
function refuseEncoded(response: IncomingMessage, target: Target): void {
  const content = response.headers['content-encoding']?.trim().toLowerCase() ?? '';
  const transfer = response.headers['transfer-encoding']?.trim().toLowerCase() ?? '';
  if (['', 'identity'].includes(content) && ['', 'identity', 'chunked'].includes(transfer)) return;
  throw httpError('unsupported', target.origin, 'the body came compressed or encoded although none was asked for');
}
