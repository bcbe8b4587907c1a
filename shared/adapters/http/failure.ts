import { PortError, type PortErrorCode } from '../../domain/errors.ts';

/** How far a request had come when it failed. */
export type Stage = 'resolve' | 'connect' | 'handshake' | 'exchange';

export function httpError(code: PortErrorCode, where: string, what: string, cause?: unknown): PortError {
  const known = systemCode(cause);
  // Node's own errors carry the raw packet, the certificate and the whole request: only their code is kept.
  return new PortError('http', code, `${where}: ${what}`, known === undefined ? undefined : { cause: { code: known } });
}

/** What Node threw, in the words of this program. An error that is one of ours already stays as it is. */
export function translate(error: unknown, where: string, stage: Stage): PortError {
  if (error instanceof PortError) return error;
  const code = systemCode(error);
  switch (stage) {
    case 'resolve':
      return code === 'ENOTFOUND' || code === 'ENODATA'
        ? httpError('not-found', where, 'no address stands behind this name', error)
        : httpError('unavailable', where, 'the name could not be resolved', error);
    case 'connect':
      return httpError('unavailable', where, 'no connection', error);
    case 'handshake':
      return isBrokenConnection(code)
        ? httpError('unavailable', where, 'the connection broke off during the TLS handshake', error)
        : httpError(
            'precondition-failed',
            where,
            'the server did not prove by its certificate that it is this host',
            error,
          );
    case 'exchange':
      if (code === 'HPE_HEADER_OVERFLOW')
        return httpError('too-large', where, 'the headers of the answer are too large', error);
      if (code?.startsWith('HPE_')) return httpError('internal', where, 'the answer is not HTTP', error);
      return httpError('unavailable', where, 'the connection broke off before the answer was whole', error);
  }
}

/** Everything else that ends a handshake (`CERT_*`, `ERR_TLS_*`, `EPROTO`, self-signed, ...) is the server's lack of proof. */
function isBrokenConnection(code: string | undefined): boolean {
  return code === undefined || ['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ECONNABORTED', 'ENETDOWN'].includes(code);
}

function systemCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
