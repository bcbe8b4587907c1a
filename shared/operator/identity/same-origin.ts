import { createHmac, timingSafeEqual } from 'node:crypto';
import type { OperatorRequest } from '../http.ts';

/** The header that a script of another site cannot send without being asked first, and is never allowed. */
export const ACT_HEADER = 'x-highnoon-act';

/** Over https the name itself keeps other hosts of the same domain from setting the cookie. */
export const csrfCookieName = (isSecure: boolean): string => (isSecure ? '__Host-highnoon-csrf' : 'highnoon-csrf');

/** Why the request may have been sent by a page of another site; undefined when it was not. */
export function foreignOrigin({ headers }: OperatorRequest): string | undefined {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return `the request came from a ${site} page`;
  const { origin } = headers;
  if (origin === undefined) return undefined;
  // A browser that says same-origin compared with the address that the person sees; a proxy may have changed the host.
  if (site === 'same-origin') return undefined;
  return originHost(origin) === headers.host ? undefined : 'the request came from a page of another origin';
}

function originHost(origin: string): string | undefined {
  try {
    return new URL(origin).host;
  } catch {
    return undefined;
  }
}

/** The token of a page's forms: it follows from the cookie of this browser and from who looks at the page. */
export const csrfToken = (nonce: string, actor: string): string =>
  createHmac('sha256', nonce).update(`high-noon-act\n${actor}`).digest('base64url');

export const isNonce = (text: string | undefined): text is string => /^[A-Za-z0-9]{20,64}$/.test(text ?? '');

export function cookieOf({ headers }: OperatorRequest, name: string): string | undefined {
  for (const part of (headers.cookie ?? '').split(';')) {
    const cut = part.indexOf('=');
    if (cut > 0 && part.slice(0, cut).trim() === name) return part.slice(cut + 1).trim();
  }
  return undefined;
}

/** Why a form's token does not hold; undefined when it does. */
export function formFault(
  request: OperatorRequest,
  token: string,
  actor: string,
  isSecure: boolean,
): string | undefined {
  const foreign = foreignOrigin(request);
  if (foreign !== undefined) return foreign;
  if (request.headers.origin === undefined && request.headers['sec-fetch-site'] === undefined)
    return 'the browser did not say which page the form stood on';
  const nonce = cookieOf(request, csrfCookieName(isSecure));
  if (!isNonce(nonce)) return 'the cookie of the page is missing; open the page again';
  const expected = Buffer.from(csrfToken(nonce, actor));
  const given = Buffer.from(token);
  return given.length === expected.length && timingSafeEqual(given, expected)
    ? undefined
    : 'the form is not of a page that this person opened in this browser; open the page again';
}
