import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Instant } from '../../../domain/time.ts';
import type { SampleAnswer, SampleRequest, SampleWorld } from './answer.ts';
import type { ServiceFault } from './service-faults.ts';

/** On every page, character by character: the text that the compliance guardrails hold the site to. */
export const LOCKED_FOOTER = '21+ • No medical claims • Natural cannabinoids; NIST-validated methods.';

/** A title and what stands under it, for each page on which something is shown or sold. */
const PAGES: Readonly<Record<string, readonly [string, string]>> = {
  '/': ['High Noon Hemp', '<p>Texas hemp, tested batch by batch.</p>'],
  '/products': [
    'Products',
    '<ul><li>Gummies, 10 pieces</li><li>Tincture, 30 ml</li><li>Topical, 50 ml</li></ul><p><a href="/coa/HN-GUM-10-B-2609.pdf">Certificate of analysis</a></p>',
  ],
  '/checkout': ['Checkout', '<p>Your order is shown here after your age has been verified.</p>'],
};

/** The smallest file that a reader of PDF opens: what matters is that anybody can have it without a login. */
const PDF = [
  '%PDF-1.4',
  '1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj',
  '2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj',
  '3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj',
  'trailer<</Root 1 0 R>>',
  '%%EOF\n',
].join('\n');

/** The shop's pages and certificates; undefined where there is nothing. */
export function shopAnswer(request: SampleRequest, fault: ServiceFault, world: SampleWorld): SampleAnswer | undefined {
  if (/^\/coa\/[A-Za-z0-9-]+\.pdf$/.test(request.path)) {
    return { status: fault.coaStatus ?? 200, body: PDF, headers: { 'content-type': 'application/pdf' } };
  }
  const page = PAGES[request.path];
  if (page === undefined) return undefined;
  const cookies = parseCookies(request.cookie);
  const isForged = cookies.has('ageVerified');
  const isVerified = holdsSession(cookies.get('session'), world) || (isForged && fault.acceptsForgedCookie === true);
  if (isForged && !isVerified)
    return html(403, 'Not verified', '<p>Age is verified by us and not by a cookie.</p>', 'active', fault);
  const isUngated = fault.ungatedPages?.includes(request.path) === true;
  return html(200, ...page, isVerified ? 'passed' : isUngated ? 'off' : 'active', fault);
}

/**
 * The cookie of a person whose age was verified: it ends, and cannot be written by whoever lacks the shop's key.
 * `expiresAt` is an instant.
 */
export function shopSession(token: string, expiresAt: Instant): string {
  return `session=${expiresAt}.${signature(token, expiresAt)}`;
}

function holdsSession(session: string | undefined, world: SampleWorld): boolean {
  const dot = session?.lastIndexOf('.') ?? -1;
  if (session === undefined || dot < 0) return false;
  const expiresAt = session.slice(0, dot);
  const given = Buffer.from(session.slice(dot + 1));
  const wanted = Buffer.from(signature(world.token, expiresAt));
  return given.length === wanted.length && timingSafeEqual(given, wanted) && expiresAt > world.now;
}

function signature(token: string, expiresAt: Instant): string {
  return createHmac('sha256', token).update(`shop-session ${expiresAt}`).digest('hex');
}

function parseCookies(header: string | undefined): ReadonlyMap<string, string> {
  const pairs = (header ?? '').split(';').map((pair) => pair.trim().split(/=(.*)/s));
  return new Map(pairs.map(([name = '', value = '']) => [name, value]));
}

function html(
  status: number,
  title: string,
  content: string,
  gate: 'active' | 'passed' | 'off',
  fault: ServiceFault,
): SampleAnswer {
  const lines = [
    '<!doctype html>',
    `<html lang="en"><head><meta charset="utf-8"><title>${title}</title></head>`,
    gate === 'off' ? '<body>' : `<body data-age-gate="${gate}">`,
    gate === 'active' ? '<dialog open><p>Are you 21 or over? Please show a government ID.</p></dialog>' : '',
    `<main><h1>${title}</h1>${content}${fault.pageText ?? ''}</main>`,
    fault.withoutFooter ? '' : `<footer>${LOCKED_FOOTER}</footer>`,
    '</body></html>',
  ];
  const body = `${lines.filter((line) => line !== '').join('\n')}\n`;
  return { status, body, headers: { 'content-type': 'text/html; charset=utf-8' } };
}
