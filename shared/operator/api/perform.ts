import type { z } from 'zod';
import { PortError } from '../../domain/errors.ts';
import type { OperatorContext } from '../context.ts';
import { type Caller, mayAs } from '../identity/roles.ts';
import { tellForgery } from '../identity/tell-forgery.ts';
import type { ActSpec } from './acts.ts';
import { ApiError } from './errors.ts';

/** Keys by which somebody would claim to be somebody: who acts is proven, never said. */
const CLAIMS = ['actor', 'by', 'email', 'identity', 'principal', 'role', 'user', 'who'];

/** Checks a body against its schema; every mistake with its path. A body that claims an identity is told to security. */
export async function parseBody<Body>(
  context: OperatorContext,
  schema: z.ZodType<Body>,
  value: unknown,
): Promise<Body> {
  const claimed = claimedIn(value);
  if (claimed !== undefined) {
    await tellForgery(context.engine, `the body of a request claims '${claimed}'`);
    throw new ApiError('invalid', `'${claimed}' is not taken from a request: who acts is proven by the sign-in alone`);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const mistakes = parsed.error.issues.slice(0, 20).map(({ path, message }) => ({ path: path.join('.'), message }));
  const first = mistakes[0];
  throw new ApiError('invalid', `${first?.path === '' ? 'the body' : first?.path}: ${first?.message}`, { mistakes });
}

function claimedIn(value: unknown): string | undefined {
  if (value === null || typeof value !== 'object') return undefined;
  return CLAIMS.find((key) => Object.hasOwn(value, key));
}

/** Does what a person asked for, in the name that was proven. */
export async function perform(context: OperatorContext, caller: Caller, act: ActSpec<unknown>, value: unknown) {
  if (!mayAs(caller.role, act.role))
    throw new ApiError('forbidden', `${act.name} needs the role ${act.role}; ${caller.name} has ${caller.role}`);
  const body = await parseBody(context, act.body, value);
  const answer = await act.perform(context.engine, { name: caller.name }, body);
  if (!answer.ok) throw new ApiError('refused', answer.why);
  return { schema: 'highnoon.act/1' as const, act: act.name, actor: caller.name, ...answer };
}

/** What went wrong, as it is told to the asker; the details stand in the log. */
export function asApiError(context: OperatorContext, error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  context.engine.log.write('ERROR', 'the operator could not answer', { error });
  if (error instanceof PortError && (error.retryable || error.ambiguous))
    return new ApiError(
      'unavailable',
      'the store or a service is out of reach; look whether it took effect, then try again',
      {
        cause: error,
      },
    );
  return new ApiError('internal', 'something went wrong here; the log of the operator function says what', {
    cause: error,
  });
}
