/**
 * Requests to URLs that a configuration or a data set names. Such a URL is hostile input: it may point into the
 * private network, at a metadata server, at a redirect, or at a body without an end. An adapter of this port reaches
 * public addresses only, follows nothing, and holds every answer to the caller's limits.
 *
 * An answer with any status is an answer. Only what gave no whole answer throws, always a `PortError`:
 * - `invalid`: the URL or the request may not be sent at all (scheme, port, credentials, control characters)
 * - `permission-denied`: the host resolves to an address that may not be reached, wholly or in part
 * - `not-found`: the host's name does not exist
 * - `unavailable`: resolution, connection or answer broke off
 * - `precondition-failed`: the server did not prove by its certificate that it is the host
 * - `deadline-exceeded`: the time limit passed, or the caller's signal ended the wait
 * - `too-large`: the headers or the body went beyond the limit
 * - `unsupported`: the body came encoded although none was asked for
 * - `internal`: the answer is not HTTP
 *
 * A message names scheme, host and port, never a path, a query, a header or a body: those carry tokens.
 */

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST';
  /** Names and values are checked; those that steer the connection (host, cookie, accept-encoding, ...) are refused. */
  readonly headers?: Readonly<Record<string, string>>;
  /** With POST only. */
  readonly body?: string | Uint8Array;
  /** The largest body accepted, in bytes; one byte more fails the request. */
  readonly maxBytes: number;
  /** For everything together, in milliseconds: name resolution, connection, headers and the last byte of the body. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** The value of the `cookie` header, for example `ageVerified=true`. */
  readonly cookie?: string;
}

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case; several values of one name joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** A body is whole or the request failed: evidence is never computed from a part. */
  readonly truncated: false;
  /** From the call to the last byte, in milliseconds, name resolution and handshake included. */
  readonly durationMs: number;
  /** The address that was checked and then connected to. */
  readonly remoteAddress: string;
  /** `sha256:` and the hexadecimal digest of the body. */
  readonly digest: string;
}

export interface HttpPort {
  request(url: string, request: HttpRequest): Promise<HttpResponse>;
}
