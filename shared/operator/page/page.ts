import { dateParameter } from '../api/looks.ts';
import type { OperatorContext } from '../context.ts';
import { digestOfView } from '../events/digest.ts';
import { COMMON_HEADERS, type OperatorRequest, type Reply } from '../http.ts';
import type { Caller } from '../identity/roles.ts';
import { cookieOf, csrfCookieName, csrfToken, isNonce } from '../identity/same-origin.ts';
import { acts } from './acts-section.ts';
import { CONTENT_SECURITY } from './content-security.ts';
import { banner, countdown, nextSection, timeline } from './day-sections.ts';
import { type Detail, findings } from './findings-section.ts';
import { readSaid, SAID_COOKIE } from './forms.ts';
import { dayGrid, durations, guardrailGrid, snapshotStrip } from './history-sections.ts';
import { Html, html } from './html.ts';
import { ledgerTail } from './ledger-section.ts';
import { SCRIPT } from './script.ts';
import { STYLE } from './style.ts';
import { type PageView, readPage } from './view.ts';

/** The one screen. It costs three reads, works without scripts, and loads nothing else. */
export async function page(context: OperatorContext, caller: Caller, request: OperatorRequest): Promise<Reply> {
  const { engine } = context;
  const isSecure = caller.kind !== 'local';
  const cookie = csrfCookieName(isSecure);
  const known = cookieOf(request, cookie);
  const nonce = isNonce(known) ? known : `${engine.ids.unique()}${engine.ids.unique()}`;
  const view = await readPage(engine, request.query.has('date') ? dateParameter(engine, request) : undefined);
  const said = readSaid(request);
  const secure = isSecure ? '; Secure' : '';
  const cookies = [
    ...(known === nonce ? [] : [`${cookie}=${nonce}; Path=/; HttpOnly; SameSite=Strict${secure}`]),
    ...(said === undefined ? [] : [`${SAID_COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict${secure}`]),
  ];
  const body = renderPage(context, { caller, csrf: csrfToken(nonce, caller.name) }, view, said);
  return {
    kind: 'content',
    status: 200,
    headers: {
      ...COMMON_HEADERS,
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': CONTENT_SECURITY,
      ...(cookies.length === 0 ? {} : { 'set-cookie': cookies.join('\n') }),
    },
    body: body.text,
  };
}

/** A phone on a bad line loads this at 11:32: more than this is left to the links. */
export const MOST_BYTES = 59_000;

/** As much detail as fits. */
export function renderPage(
  ...given: Parameters<typeof renderDetail> extends [...infer Rest, Detail] ? Rest : never
): Html {
  for (const detail of ['full', 'brief'] as const) {
    const whole = renderDetail(...given, detail);
    if (Buffer.byteLength(whole.text) <= MOST_BYTES) return whole;
  }
  return renderDetail(...given, 'least');
}

function renderDetail(
  context: OperatorContext,
  form: { readonly caller: Caller; readonly csrf: string },
  view: PageView,
  said: { readonly ok: boolean; readonly text: string } | undefined,
  detail: Detail,
): Html {
  const { engine } = context;
  const { people, guardrails } = engine.configuration;
  const titles = new Map(guardrails.map(({ id, title }) => [id, title]));
  const style = { isLocal: form.caller.kind === 'local', resourceName: context.resourceName };
  const sections = [
    said === undefined
      ? ''
      : html`<section id="said" class="wide said" role="status"><p>${said.ok ? 'Done: ' : 'Refused: '}${said.text}</p></section>`,
    view.isToday ? banner(view, form) : notToday(view),
    view.isToday ? nextSection(view, style, form) : '',
    view.isToday ? countdown(view) : '',
    timeline(view),
    findings(view, form, detail),
    view.isToday ? acts(view, form) : '',
    dayGrid(view),
    durations(view),
    snapshotStrip(view),
    guardrailGrid(view, titles),
    ledgerTail(view),
  ];
  const who =
    form.caller.kind === 'local'
      ? html`${form.caller.name}: local development identity, no sign-in`
      : html`${form.caller.name}, ${form.caller.role}`;
  const single = people.single_operator
    ? html` This business has one operator: acts that need two people need one.`
    : '';
  return html`<!doctype html>
<html lang="en" data-now="${view.now}" data-live="${view.isToday ? 'yes' : 'no'}" data-seen="${digestOfView(view)}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${titleOf(view)}</title><style>${new Html(STYLE)}</style></head><body><header><h1>High Noon <span class="soft">${engine.environmentName}</span></h1><p class="soft">${who}.${single}</p></header><main>${sections}</main><footer class="soft"><p><a href="/">Today</a> · <a href="/api/status?date=${view.date}">Status</a> · <a href="/api/report?date=${view.date}&amp;format=markdown">Report</a> · <a href="/api/openapi.json">API</a></p></footer><script>${new Html(SCRIPT)}</script></body></html>`;
}

function titleOf({ lockdown, day, date }: PageView): string {
  const state = lockdown.active ? 'LOCKDOWN' : day.hold?.status === 'active' ? 'HOLD' : date;
  return `${state} · High Noon`;
}

const notToday = ({ date }: PageView): Html =>
  html`<section id="banner" class="wide"><p>This is ${date}. <a href="/">Go to today</a> to act.</p></section>`;
