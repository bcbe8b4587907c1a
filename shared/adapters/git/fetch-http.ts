import { PortError } from '../../domain/errors.ts';
import type { GitHttp } from './transport.ts';

/**
 * Git's HTTP over Node's own `fetch`, for hosts that the runtime trusts by configuration (the sample world's servers on
 * loopback). It does not check addresses: the deployed functions are given the guarded client of the HTTP port.
 */
export function fetchHttp(fetchLike: typeof fetch = fetch): GitHttp {
  return {
    async request(url, request) {
      const origin = new URL(url).origin;
      const fail = (code: 'too-large' | 'deadline-exceeded' | 'unavailable', what: string, cause?: unknown) =>
        new PortError('http', code, `${origin}: ${what}`, cause === undefined ? {} : { cause });
      const timeout = AbortSignal.timeout(request.timeoutMs);
      const signal = request.signal === undefined ? timeout : AbortSignal.any([timeout, request.signal]);
      try {
        const response = await fetchLike(url, {
          method: request.method,
          headers: { ...request.headers, 'accept-encoding': 'identity' },
          // Never followed: a redirect would carry the credential to whoever it names. `manual` lets the status be told.
          redirect: 'manual',
          signal,
          ...(request.body === undefined ? {} : { body: request.body as BodyInit }),
        });
        const parts: Uint8Array[] = [];
        let bytes = 0;
        for await (const part of response.body ?? []) {
          bytes += part.length;
          if (bytes > request.maxBytes) throw fail('too-large', `the answer is larger than ${request.maxBytes} bytes`);
          parts.push(part);
        }
        return { status: response.status, headers: Object.fromEntries(response.headers), body: Buffer.concat(parts) };
      } catch (error) {
        if (error instanceof PortError) throw error;
        if (signal.aborted)
          throw fail('deadline-exceeded', `no whole answer within ${request.timeoutMs} ms, or the wait was ended`);
        const code = ((error as Error).cause as { code?: unknown } | undefined)?.code;
        throw fail('unavailable', `the connection failed${typeof code === 'string' ? ` (${code})` : ''}`, error);
      }
    },
  };
}
