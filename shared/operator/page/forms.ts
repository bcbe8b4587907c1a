import { actNamed, dryRunBody } from '../api/acts.ts';
import { dryRun } from '../api/dry-run.ts';
import { ApiError } from '../api/errors.ts';
import { parseBody, perform } from '../api/perform.ts';
import type { OperatorContext } from '../context.ts';
import { COMMON_HEADERS, type OperatorRequest, type Reply } from '../http.ts';
import type { Caller } from '../identity/roles.ts';
import { cookieOf, formFault } from '../identity/same-origin.ts';
import { dryRunPage } from './dry-run.ts';

/** What the last act came to, told once by the next page. It only ever says words, and they are escaped. */
export const SAID_COOKIE = 'highnoon-said';
const SAID_CHARACTERS = 300;

/** An act of the page's own forms. A refusal is told on the page, as an answer and not as an error. */
export async function actByForm(
  context: OperatorContext,
  caller: Caller,
  name: string,
  request: OperatorRequest,
): Promise<Reply> {
  const act = actNamed(name);
  if (act === undefined && name !== 'dry-run') throw new ApiError('not-found', `there is no act '${name}'`);
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(request.headers['content-type'] ?? ''))
    throw new ApiError('unsupported-media-type', 'a form of the page is allowed');
  const fields = new URLSearchParams(request.body);
  const fault = formFault(request, fields.get('csrf') ?? '', caller.name, caller.kind !== 'local');
  if (fault !== undefined) throw new ApiError('not-same-origin', fault);
  try {
    if (act === undefined)
      return dryRunPage(await dryRun(context, await parseBody(context, dryRunBody, bodyOf(fields))));
    const done = await perform(context, caller, act, bodyOf(fields));
    return backToPage({ ok: true, text: done.message }, caller);
  } catch (error) {
    if (!(error instanceof ApiError) || (error.code !== 'refused' && error.code !== 'invalid')) throw error;
    return backToPage({ ok: false, text: error.message }, caller);
  }
}

/** Forms know text alone: numbers and lists are made of it here, and the schema judges them. */
function bodyOf(fields: URLSearchParams): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  for (const [name, text] of fields) {
    if (name === 'csrf' || name === 'confirm' || text === '') continue;
    value[name] =
      name === 'epoch' ? Number(text) : name === 'records' ? text.split(',').filter((one) => one !== '') : text;
  }
  return value;
}

function backToPage(said: { readonly ok: boolean; readonly text: string }, caller: Caller): Reply {
  const short = { ...said, text: said.text.slice(0, SAID_CHARACTERS) };
  const cookie = Buffer.from(JSON.stringify(short)).toString('base64url');
  const secure = caller.kind === 'local' ? '' : '; Secure';
  return {
    kind: 'content',
    status: 303,
    headers: {
      ...COMMON_HEADERS,
      location: '/',
      'set-cookie': `${SAID_COOKIE}=${cookie}; Path=/; Max-Age=60; HttpOnly; SameSite=Strict${secure}`,
    },
    body: '',
  };
}

export function readSaid(request: OperatorRequest): { readonly ok: boolean; readonly text: string } | undefined {
  const cookie = cookieOf(request, SAID_COOKIE);
  if (cookie === undefined || cookie === '') return undefined;
  try {
    const value = JSON.parse(Buffer.from(cookie, 'base64url').toString('utf8')) as { ok?: unknown; text?: unknown };
    return typeof value.text === 'string'
      ? { ok: value.ok === true, text: value.text.slice(0, SAID_CHARACTERS) }
      : undefined;
  } catch {
    return undefined;
  }
}
