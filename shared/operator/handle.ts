import { actNamed, dryRunBody } from './api/acts.ts';
import { dryRun } from './api/dry-run.ts';
import { ApiError, errorReply } from './api/errors.ts';
import { lookAtLedger, lookAtReport, lookAtRun, lookAtStatus } from './api/looks.ts';
import { openApi } from './api/openapi.ts';
import { asApiError, parseBody, perform } from './api/perform.ts';
import type { OperatorContext } from './context.ts';
import { events } from './events/events.ts';
import { jsonReply, type OperatorRequest, type Reply } from './http.ts';
import { admitCaller } from './identity/admit-caller.ts';
import type { Caller } from './identity/roles.ts';
import { ACT_HEADER, foreignOrigin } from './identity/same-origin.ts';
import { errorPage } from './page/error-page.ts';
import { actByForm } from './page/forms.ts';
import { page } from './page/page.ts';

const MAX_BODY_BYTES = 16_384;

/** Answers one request. Nobody who has not been verified reaches anything behind the first line. */
export async function handle(context: OperatorContext, request: OperatorRequest): Promise<Reply> {
  const isApi = request.path.startsWith('/api/');
  try {
    const caller = await admitCaller(context, request);
    return await (isApi ? api(context, caller, request) : site(context, caller, request));
  } catch (error) {
    const known = asApiError(context, error);
    return isApi ? errorReply(known) : errorPage(known);
  }
}

async function site(context: OperatorContext, caller: Caller, request: OperatorRequest): Promise<Reply> {
  const act = /^\/acts\/([a-z-]{1,30})$/.exec(request.path)?.[1];
  if (act !== undefined) {
    only(request, 'POST');
    limit(request);
    return actByForm(context, caller, act, request);
  }
  only(request, 'GET', 'HEAD');
  if (request.path === '/') return page(context, caller, request);
  if (request.path === '/events') return events(context, request);
  throw new ApiError('not-found', 'there is no such page');
}

async function api(context: OperatorContext, caller: Caller, request: OperatorRequest): Promise<Reply> {
  const { engine } = context;
  const [, , name = '', ...rest] = request.path.split('/');
  if (name === 'acts') return act(context, caller, rest.join('/'), request);
  only(request, 'GET', 'HEAD');
  if (name === 'runs' && rest.length === 1) return lookAtRun(engine, decoded(rest[0] ?? ''));
  if (rest.length > 0) throw new ApiError('not-found', `there is no ${request.path.slice(0, 80)}`);
  switch (name) {
    case 'status':
      return lookAtStatus(engine, request);
    case 'report':
      return lookAtReport(engine, request);
    case 'ledger':
      return lookAtLedger(engine, request);
    case 'openapi.json':
      return jsonReply(200, openApi());
    default:
      throw new ApiError('not-found', `there is no ${request.path.slice(0, 80)}`);
  }
}

async function act(context: OperatorContext, caller: Caller, name: string, request: OperatorRequest): Promise<Reply> {
  const spec = actNamed(name);
  if (spec === undefined && name !== 'dry-run')
    throw new ApiError('not-found', `there is no act '${name.slice(0, 80)}'`);
  only(request, 'POST');
  const foreign = foreignOrigin(request);
  if (foreign !== undefined) throw new ApiError('not-same-origin', foreign);
  if (request.headers[ACT_HEADER] === undefined)
    throw new ApiError(
      'not-same-origin',
      `the header ${ACT_HEADER} is needed, so that no page of another site can act`,
    );
  if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? ''))
    throw new ApiError('unsupported-media-type', 'application/json is allowed');
  limit(request);
  const value = json(request.body);
  if (spec !== undefined) return jsonReply(200, await perform(context, caller, spec, value));
  const answer = await dryRun(context, await parseBody(context, dryRunBody, value));
  return answer.kind === 'looked' ? jsonReply(200, answer.run) : jsonReply(202, answer.asked);
}

function only({ method, path }: OperatorRequest, ...allowed: readonly string[]): void {
  if (!allowed.includes(method))
    throw new ApiError(
      'method-not-allowed',
      `${method.slice(0, 20)} ${path.slice(0, 80)}: ${allowed.join(', ')} is allowed`,
    );
}

function limit({ body }: OperatorRequest): void {
  if (Buffer.byteLength(body) > MAX_BODY_BYTES)
    throw new ApiError('too-large', `the body has more than ${MAX_BODY_BYTES} bytes`);
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiError('invalid', 'the body is not JSON');
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new ApiError('invalid', 'the path is not well encoded');
  }
}
