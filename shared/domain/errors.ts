/**
 * One family of errors: a code, whether trying again can help, and the cause. Nothing in the program matches on the
 * text of a message.
 */
export type PortErrorCode =
  | 'unavailable' // nothing is known about whether it took effect
  | 'deadline-exceeded' // likewise
  | 'aborted' // contention; it did not take effect
  | 'resource-exhausted'
  | 'permission-denied'
  | 'unauthenticated'
  | 'not-found'
  | 'already-exists'
  | 'precondition-failed'
  | 'invalid'
  | 'too-large'
  | 'unsupported'
  | 'internal';

const RETRYABLE: ReadonlySet<PortErrorCode> = new Set([
  'unavailable',
  'deadline-exceeded',
  'aborted',
  'resource-exhausted',
]);
/** The caller cannot know whether the call took effect: it must look before it calls again. */
const AMBIGUOUS: ReadonlySet<PortErrorCode> = new Set(['unavailable', 'deadline-exceeded', 'internal']);

export class PortError extends Error {
  override readonly name = 'PortError';
  readonly code: PortErrorCode;
  readonly port: string;

  constructor(port: string, code: PortErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.port = port;
  }

  get retryable(): boolean {
    return RETRYABLE.has(this.code);
  }

  get ambiguous(): boolean {
    return AMBIGUOUS.has(this.code);
  }
}

/** A mistake of the person or program that called: exit code 2, told before anything ran. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** A rule of this program was broken by the program itself: never caught into a verdict, always loud. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
}

export function unreachable(value: never, what: string): never {
  throw new InvariantError(`${what}: no case for ${JSON.stringify(value)}`);
}
