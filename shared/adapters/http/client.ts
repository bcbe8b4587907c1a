import { createHash } from 'node:crypto';
import type { HttpPort, HttpRequest, HttpResponse } from '../../ports/http.ts';
import { type Connect, openConnection, systemConnect } from './connection.ts';
import { exchange } from './exchange.ts';
import { httpError } from './failure.ts';
import { requestHeaders } from './headers.ts';
import { pinnedAddresses, type Resolve, systemResolve } from './resolve.ts';
import { parseTarget, type Target } from './target.ts';
import { type StartTimer, systemTimer } from './timer.ts';

export interface HttpClientOptions {
  /** True in the local runtime, or with an emulator host set: plain http to loopback hosts, and those alone. */
  readonly allowLoopbackHttp: boolean;
  readonly resolve?: Resolve;
  readonly connect?: Connect;
  /** A monotonic clock in milliseconds, for `durationMs`. */
  readonly now?: () => number;
  readonly startTimer?: StartTimer;
}

/** Bodies are held in memory, and several requests run at a time in an instance of 512 MiB. */
const LARGEST_BODY = 64 * 1024 * 1024;
/** A phase's engine budget is 480 s: one URL may not eat more than a quarter of it. */
const LONGEST_TIMEOUT_MS = 120_000;

/** The one way to a URL that a configuration, a data set or an evidence record names. */
export function createHttpClient(options: HttpClientOptions): HttpPort {
  const { allowLoopbackHttp, resolve = systemResolve, connect = systemConnect } = options;
  const { now = () => performance.now(), startTimer = systemTimer } = options;

  async function answered(target: Target, request: HttpRequest, signal: AbortSignal) {
    signal.throwIfAborted();
    const addresses = await orAborted(pinnedAddresses(target, resolve), signal);
    const { socket, address } = await openConnection(target, addresses, connect, signal);
    const giveUp = () => socket.destroy();
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      signal.throwIfAborted();
      return { ...(await exchange(socket, target, request)), remoteAddress: address };
    } finally {
      signal.removeEventListener('abort', giveUp);
      socket.destroy();
    }
  }

  return {
    async request(url, request): Promise<HttpResponse> {
      const startedAt = now();
      const target = parseTarget(url, { allowLoopbackHttp });
      checkRequest(target, request);
      const ended = new AbortController();
      const end = (what: string) => ended.abort(httpError('deadline-exceeded', target.origin, what));
      const byCaller = () => end('the caller stopped waiting');
      const stopTimer = startTimer(request.timeoutMs, () => end(`no whole answer within ${request.timeoutMs} ms`));
      request.signal?.addEventListener('abort', byCaller, { once: true });
      if (request.signal?.aborted) byCaller();
      try {
        const answer = await answered(target, request, ended.signal);
        const digest = `sha256:${createHash('sha256').update(answer.body).digest('hex')}`;
        return { ...answer, truncated: false, durationMs: now() - startedAt, digest };
      } catch (error) {
        // Whatever broke after the end was called broke because of it.
        throw ended.signal.aborted ? ended.signal.reason : error;
      } finally {
        stopTimer();
        request.signal?.removeEventListener('abort', byCaller);
      }
    },
  };
}

/** Told before a name is resolved: nothing of a request that may not be sent leaves this machine. */
function checkRequest(target: Target, request: HttpRequest): void {
  checkLimit(target, 'maxBytes', request.maxBytes, LARGEST_BODY);
  checkLimit(target, 'timeoutMs', request.timeoutMs, LONGEST_TIMEOUT_MS);
  if (request.body !== undefined && request.method !== 'POST') {
    throw httpError('invalid', target.origin, `${request.method} carries no body; POST does`);
  }
  requestHeaders(target, request, 0);
}

function checkLimit(target: Target, name: string, value: number, most: number): void {
  if (Number.isInteger(value) && value > 0 && value <= most) return;
  throw httpError('invalid', target.origin, `${name} is ${value}; a whole number from 1 to ${most} is allowed`);
}

/** A lookup cannot be called off; it is left to end by itself. */
async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = () => reject(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
