import { PortError, type PortErrorCode } from '../../domain/errors.ts';

export interface OsvTarget {
  readonly fetch: typeof fetch;
  /** For one request, in milliseconds, from the call to the last byte. */
  readonly timeoutMs: number;
  /** The largest body accepted, in bytes. */
  readonly maxBytes: number;
}

export interface OsvRequest {
  readonly url: string;
  /** Sent as JSON by POST; GET when left out. */
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

export function osvError(code: PortErrorCode, message: string, cause?: unknown): PortError {
  return new PortError('advisories', code, message, cause === undefined ? undefined : { cause });
}

/** What the source asked for with `retry-after`, in seconds; undefined when it named nothing. */
export function retryAfterSecondsOf(error: unknown): number | undefined {
  const cause = error instanceof PortError ? error.cause : undefined;
  return cause instanceof RetryAfter ? cause.seconds : undefined;
}

class RetryAfter extends Error {
  override readonly name = 'RetryAfter';
  readonly seconds: number;

  constructor(seconds: number) {
    super(`retry after ${seconds} s`);
    this.seconds = seconds;
  }
}

/** Sends one request and reads its JSON; the body is whole or this throws. */
export async function exchangeJson(target: OsvTarget, request: OsvRequest): Promise<unknown> {
  const text = await exchange(target, request, (response) => readWhole(response, target.maxBytes));
  try {
    return JSON.parse(text);
  } catch {
    // Proxies and overloaded servers cut bodies without a wrong length: the same as a connection that broke off.
    throw osvError('unavailable', `${whereOf(request)} answered with a JSON document that is not whole`);
  }
}

/** Only the first line of a text, however long the rest is; the rest is not transferred. */
export function exchangeFirstLine(target: OsvTarget, request: OsvRequest): Promise<string> {
  return exchange(target, request, readFirstLine);
}

async function exchange(
  target: OsvTarget,
  request: OsvRequest,
  read: (response: Response) => Promise<string>,
): Promise<string> {
  const timeout = AbortSignal.timeout(target.timeoutMs);
  const signal = request.signal === undefined ? timeout : AbortSignal.any([timeout, request.signal]);
  try {
    const response = await target.fetch(request.url, {
      redirect: 'manual',
      signal,
      headers: {
        accept: 'application/json, text/csv',
        ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(request.body === undefined ? {} : { method: 'POST', body: JSON.stringify(request.body) }),
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw statusError(request, response);
    }
    return await read(response);
  } catch (error) {
    if (error instanceof PortError) throw error;
    if (signal.aborted) {
      throw osvError(
        'deadline-exceeded',
        `${whereOf(request)} did not answer within ${target.timeoutMs} ms or was called off`,
        error,
      );
    }
    throw osvError('unavailable', `${whereOf(request)} could not be reached, or the connection broke off`, error);
  }
}

function statusError(request: OsvRequest, response: Response): PortError {
  const seconds = /^\d{1,6}$/.exec(response.headers.get('retry-after') ?? '')?.[0];
  const cause = seconds === undefined ? undefined : new RetryAfter(Number(seconds));
  const wait = seconds === undefined ? '' : `, asking to wait ${seconds} s`;
  return osvError(codeOf(response.status), `${whereOf(request)} answered ${response.status}${wait}`, cause);
}

function codeOf(status: number): PortErrorCode {
  if (status === 429) return 'resource-exhausted';
  if (status === 408 || status === 504) return 'deadline-exceeded';
  if (status >= 500) return 'unavailable';
  if (status === 401) return 'unauthenticated';
  if (status === 403) return 'permission-denied';
  if (status === 404 || status === 410) return 'not-found';
  if (status === 413) return 'too-large';
  if (status >= 400) return 'invalid';
  return status >= 300 || status === 0 ? 'unsupported' : 'internal';
}

async function readWhole(response: Response, maxBytes: number): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: false });
  let text = '';
  let bytes = 0;
  for await (const chunk of bodyOf(response)) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw osvError('too-large', `the advisory source answered with more than ${maxBytes} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** A line of the list of changes has about 60 bytes. */
const MAX_LINE_BYTES = 4096;

async function readFirstLine(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of bodyOf(response)) {
    text += decoder.decode(chunk.subarray(0, MAX_LINE_BYTES), { stream: true });
    const end = text.indexOf('\n');
    // Leaving the loop cancels the stream.
    if (end >= 0) return text.slice(0, end);
    if (text.length > MAX_LINE_BYTES) throw osvError('internal', 'the list of changes has no first line');
  }
  return text;
}

function bodyOf(response: Response): AsyncIterable<Uint8Array> {
  return (response.body ??
    new ReadableStream({ start: (controller) => controller.close() })) as unknown as AsyncIterable<Uint8Array>;
}

/** The origin and what was asked for, without ids or names that came from elsewhere. */
function whereOf({ url }: OsvRequest): string {
  const { origin, pathname } = new URL(url);
  return `${origin} (${pathname.endsWith('.csv') ? 'list of changes' : pathname.includes('/vulns/') ? 'details' : 'querybatch'})`;
}
