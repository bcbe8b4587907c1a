import { ApiError } from '../api/errors.ts';
import type { OperatorContext } from '../context.ts';
import type { OperatorRequest } from '../http.ts';
import type { IdentityAnswer } from './identity.ts';
import { type Caller, roleOf } from './roles.ts';
import { tellForgery } from './tell-forgery.ts';

/** Headers by which the proxy tells an identity for display. Anybody can send them, so they are compared and never believed. */
const CLAIM_HEADERS = ['x-goog-authenticated-user-email', 'x-goog-authenticated-user-id'];

/** Who asks and what they may do. Throws ApiError for nobody; nothing has been read or written then. */
export async function admitCaller(context: OperatorContext, request: OperatorRequest): Promise<Caller> {
  const answer = await context.verifier.verify(request);
  if (!answer.ok) {
    const claimed = CLAIM_HEADERS.find((name) => request.headers[name] !== undefined);
    if (answer.reason === 'forged') await tellForgery(context.engine, answer.why);
    else if (answer.reason === 'absent' && claimed !== undefined)
      await tellForgery(context.engine, `the header ${claimed} claims an identity that nothing proves`);
    throw refusal(answer);
  }
  const { identity } = answer;
  const claimed = request.headers[CLAIM_HEADERS[0] ?? ''];
  if (claimed !== undefined && claimed.split(':').at(-1)?.toLowerCase() !== identity.name) {
    await tellForgery(context.engine, `the header ${CLAIM_HEADERS[0]} names another person than the sign-in`);
    throw new ApiError('unauthenticated', 'the headers of the request contradict the sign-in');
  }
  const role = roleOf(identity, context.engine.configuration.people);
  if (role === undefined)
    throw new ApiError('forbidden', `${identity.name} stands in no list of the configuration (people)`);
  return { ...identity, role };
}

function refusal({ reason, why }: Extract<IdentityAnswer, { ok: false }>): ApiError {
  switch (reason) {
    case 'unavailable':
      return new ApiError('unavailable', why);
    case 'absent':
    case 'expired':
    case 'forged':
      return new ApiError('unauthenticated', why);
  }
}
