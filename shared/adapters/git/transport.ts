import { PortError, type PortErrorCode } from '../../domain/errors.ts';
import type { HttpRequest, HttpResponse } from '../../ports/http.ts';
import type { CallOptions, Repository } from '../../ports/repositories.ts';
import { gitError, quote } from './failure.ts';

/** The part of the HTTP port that git needs, so that the port itself or something smaller can be given. */
export interface GitHttp {
  request(url: string, request: HttpRequest): Promise<Pick<HttpResponse, 'status' | 'headers' | 'body'>>;
}

export interface Transport {
  readonly http: GitHttp;
  readonly monotonicMs: () => number;
}

export type Service = 'git-upload-pack' | 'git-receive-pack';

/** One deadline and one signal for all requests that a call makes. */
export interface Call {
  readonly signal?: AbortSignal;
  /** On the transport's monotonic clock, in milliseconds. */
  readonly endsAtMs: number;
}

const DEFAULT_DEADLINE_MS = 30_000;

export function beginCall(transport: Transport, options: CallOptions = {}): Call {
  const endsAtMs = transport.monotonicMs() + (options.deadlineMs ?? DEFAULT_DEADLINE_MS);
  return options.signal === undefined ? { endsAtMs } : { endsAtMs, signal: options.signal };
}

export interface GitRequest {
  readonly service: Service;
  /** Absent: the advertisement of the service is asked for. */
  readonly body?: Buffer;
  /** Only the reading side speaks version 2; the writing side of every server speaks version 0. */
  readonly version?: 2;
  readonly maxBytes: number;
}

export interface GitAnswer {
  readonly body: Buffer;
  /** What must be struck out of anything the server said before it is quoted. */
  readonly secrets: readonly string[];
}

export async function send(
  transport: Transport,
  repository: Repository,
  call: Call,
  request: GitRequest,
): Promise<GitAnswer> {
  const url = addressOf(repository);
  const token = await repository.token?.();
  // Hosts of git take a token as the password of any user; the name is GitHub's own for installation tokens.
  const basic = token === undefined ? undefined : Buffer.from(`x-access-token:${token}`).toString('base64');
  const secrets = token === undefined || basic === undefined ? [] : [token, basic];
  const timeoutMs = Math.floor(call.endsAtMs - transport.monotonicMs());
  if (timeoutMs <= 0 || call.signal?.aborted)
    throw gitError(repository, 'deadline-exceeded', 'no time was left for the request');
  const { service, body } = request;
  const kind = body === undefined ? 'advertisement' : 'result';
  const http: HttpRequest = {
    method: body === undefined ? 'GET' : 'POST',
    maxBytes: request.maxBytes,
    timeoutMs,
    headers: {
      accept: `application/x-${service}-${kind}`,
      'user-agent': 'git/high-noon',
      ...(body === undefined ? {} : { 'content-type': `application/x-${service}-request` }),
      ...(request.version === undefined ? {} : { 'git-protocol': `version=${request.version}` }),
      ...(basic === undefined ? {} : { authorization: `Basic ${basic}` }),
    },
    ...(body === undefined ? {} : { body }),
    ...(call.signal === undefined ? {} : { signal: call.signal }),
  };
  const path = body === undefined ? `/info/refs?service=${service}` : `/${service}`;
  const answer = await transport.http.request(`${url}${path}`, http).catch((error: unknown) => {
    throw fromHttp(repository, error, secrets);
  });
  assertAnswered(repository, answer, token !== undefined);
  const type = answer.headers['content-type']?.split(';')[0]?.trim();
  if (type !== `application/x-${service}-${kind}`) {
    throw gitError(
      repository,
      'invalid',
      `the address does not answer as git does (content type ${quote(type ?? 'none', secrets)})`,
    );
  }
  const { buffer, byteOffset, byteLength } = answer.body;
  return { body: Buffer.from(buffer, byteOffset, byteLength), secrets };
}

function addressOf(repository: Repository): string {
  const url = URL.parse(repository.url);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw gitError(repository, 'invalid', 'the URL of a repository is https://HOST/PATH (http only to loopback)');
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw gitError(repository, 'invalid', 'the URL of a repository holds no credentials, query or fragment');
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

function fromHttp(repository: Repository, error: unknown, secrets: readonly string[]): PortError {
  const message = error instanceof Error ? quote(error.message, secrets) : 'no answer';
  // A name that does not resolve says nothing about the repository: DNS trouble must not read as "it is gone".
  const code = !(error instanceof PortError) ? 'unavailable' : error.code === 'not-found' ? 'unavailable' : error.code;
  return gitError(repository, code, message, new Error(message));
}

function assertAnswered(
  repository: Repository,
  answer: Pick<HttpResponse, 'status' | 'headers'>,
  withToken: boolean,
): void {
  const { status, headers } = answer;
  if (status === 200) return;
  const fail = (code: PortErrorCode, what: string): never => {
    throw gitError(repository, code, `${what} (HTTP ${status})`);
  };
  const limited = headers['retry-after'] !== undefined || headers['x-ratelimit-remaining'] === '0';
  if (status === 401)
    fail('unauthenticated', withToken ? 'the token was not accepted' : 'a token is needed and none is configured');
  if (status === 429 || (status === 403 && limited))
    fail('resource-exhausted', 'the host asks to be called less often');
  if (status === 403)
    fail('permission-denied', withToken ? 'the token may not do this' : 'this is not allowed without a token');
  if (status === 404 || status === 410) {
    fail(
      'not-found',
      withToken ? 'no such repository, or the token may not see it' : 'no such repository, or it needs a token',
    );
  }
  if (status === 413) fail('too-large', 'the host refused the size of the request');
  if (status >= 300 && status < 400)
    fail('invalid', 'the address redirects, which is not followed; configure where it leads');
  if (status >= 500 || status === 408) fail('unavailable', 'the host could not answer');
  fail('invalid', 'the host refused the request');
}
