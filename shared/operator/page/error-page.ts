import type { ApiError } from '../api/errors.ts';
import { COMMON_HEADERS, type Reply } from '../http.ts';
import { html } from './html.ts';

/** Says what was refused, and that nothing was changed; without scripts and without style to load. */
export function errorPage(error: ApiError): Reply {
  const body = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${error.status} · High Noon</title></head><body><main><h1>${error.status}: ${error.message}</h1><p>${error.code === 'unavailable' || error.code === 'internal' ? 'Look at the page before you try again.' : 'Nothing was changed.'}</p><p><a href="/">Back to the page</a></p></main></body></html>`;
  return {
    kind: 'content',
    status: error.status,
    headers: {
      ...COMMON_HEADERS,
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    },
    body: body.text,
  };
}
