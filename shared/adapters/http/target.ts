import { isIP } from 'node:net';
import { addressKind, isMetadataName } from './address.ts';
import { httpError } from './failure.ts';

/** A URL that may be asked, taken apart; its host is not resolved yet. */
export interface Target {
  readonly secure: boolean;
  /** A name or an address, without the brackets of an IPv6 literal. */
  readonly hostname: string;
  readonly port: number;
  /** Path and query, as the request line carries them. */
  readonly path: string;
  readonly hostHeader: string;
  /** Scheme, host and port: all that a message may say of the URL. */
  readonly origin: string;
  /** Whether the host is loopback by its own name: only then may it resolve to a loopback address. */
  readonly isLoopback: boolean;
}

/** Browsers and servers agree on about this much; a longer one is a mistake or an attack. */
const LONGEST_URL = 2048;
/** The parser of URLs silently drops tabs and line ends and turns `\` into `/`: what is written must be what is meant. */
const UNSAFE_CHARACTERS = /[\u0000-\u0020\u007f-\u00a0\u2028\u2029\ufeff\\]/;
/** Above 1023 and yet spoken by something that is not HTTP and that acts on lines it is sent (the fetch standard's list). */
const OTHER_PROTOCOLS: ReadonlySet<number> = new Set([
  1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6379, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697,
  10080, 11211,
]);

/** Throws `PortError` code `invalid`, or `permission-denied` for the name of a metadata server. */
export function parseTarget(text: string, options: { readonly allowLoopbackHttp: boolean }): Target {
  if (text.length > LONGEST_URL)
    throw httpError('invalid', 'URL', `${text.length} characters; at most ${LONGEST_URL} are allowed`);
  if (UNSAFE_CHARACTERS.test(text)) {
    throw httpError('invalid', 'URL', 'white space, control characters and backslashes are not allowed');
  }
  const url = URL.parse(text);
  if (url === null) throw httpError('invalid', 'URL', 'not an absolute URL such as https://host/path');
  const hostname = url.hostname.replace(/^\[|\]$/g, '');
  const origin = `${url.protocol}//${url.host}`;
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw httpError('invalid', url.protocol, 'this scheme is not allowed; https is');
  }
  if (url.username !== '' || url.password !== '') {
    throw httpError('invalid', origin, 'a name or password in the URL is not allowed; give a reference to a secret');
  }
  if (isMetadataName(hostname)) throw httpError('permission-denied', origin, 'this host is a metadata server');
  const isLoopback = options.allowLoopbackHttp && isLoopbackHost(hostname);
  if (url.protocol === 'http:' && !isLoopback) {
    const allowed = options.allowLoopbackHttp ? 'https, or http to a loopback host' : 'https only';
    throw httpError('invalid', origin, `http is not allowed here; ${allowed}`);
  }
  const secure = url.protocol === 'https:';
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port);
  if (!isSanePort(port, secure)) {
    throw httpError(
      'invalid',
      origin,
      `port ${port} is not allowed; ${secure ? 443 : 80} is, and those from 1024 that speak no other protocol`,
    );
  }
  return { secure, hostname, port, path: url.pathname + url.search, hostHeader: url.host, origin, isLoopback };
}

/** By RFC 6761 (6.3) `localhost` and what stands below it mean loopback and nothing else. */
function isLoopbackHost(hostname: string): boolean {
  if (isIP(hostname) !== 0) return addressKind(hostname) === 'loopback';
  return /(^|\.)localhost\.?$/.test(hostname);
}

function isSanePort(port: number, secure: boolean): boolean {
  return port === (secure ? 443 : 80) || (port >= 1024 && !OTHER_PROTOCOLS.has(port));
}
