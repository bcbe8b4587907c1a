import { PortError, type PortErrorCode } from '../../domain/errors.ts';

/** What was asked of Google Cloud: enough to say which port, which resource and which permission an error is about. */
export interface Asked {
  readonly port: string;
  /** `the service shop`, `gs://bucket/key`: named in every message. */
  readonly what: string;
  /** The permission the call needs, as IAM writes it: `run.services.get`. */
  readonly needs: string;
}

/** Every gRPC status has one meaning here (google.rpc.Code; HTTP below maps to the same). */
const GRPC_CODES: Readonly<Record<number, PortErrorCode>> = {
  1: 'deadline-exceeded', // CANCELLED: only this side cancels
  2: 'internal', // UNKNOWN
  3: 'invalid', // INVALID_ARGUMENT
  4: 'deadline-exceeded',
  5: 'not-found',
  6: 'already-exists',
  7: 'permission-denied',
  8: 'resource-exhausted',
  9: 'precondition-failed', // FAILED_PRECONDITION
  10: 'aborted',
  11: 'invalid', // OUT_OF_RANGE
  12: 'unsupported', // UNIMPLEMENTED
  13: 'internal',
  14: 'unavailable',
  15: 'internal', // DATA_LOSS
  16: 'unauthenticated',
};

const HTTP_CODES: Readonly<Record<number, PortErrorCode>> = {
  400: 'invalid',
  401: 'unauthenticated',
  403: 'permission-denied',
  404: 'not-found',
  408: 'deadline-exceeded',
  409: 'aborted',
  410: 'not-found',
  411: 'invalid',
  412: 'precondition-failed',
  413: 'too-large',
  416: 'invalid',
  429: 'resource-exhausted',
  499: 'deadline-exceeded',
  // A 500 says nothing of whether the call took effect, and Google asks that it be tried again.
  500: 'unavailable',
  501: 'unsupported',
  502: 'unavailable',
  503: 'unavailable',
  504: 'deadline-exceeded',
};

/** Reasons that Google's REST answers give beside a status that says less. */
const REASONS: Readonly<Record<string, PortErrorCode>> = {
  rateLimitExceeded: 'resource-exhausted',
  userRateLimitExceeded: 'resource-exhausted',
  quotaExceeded: 'resource-exhausted',
  duplicate: 'already-exists',
  backendError: 'unavailable',
  internalError: 'unavailable',
  jobInternalError: 'unavailable',
  stopped: 'aborted',
  invalid: 'invalid',
  invalidQuery: 'invalid',
  notFound: 'not-found',
  accessDenied: 'permission-denied',
  responseTooLarge: 'too-large',
};

/** The system's own codes: nothing was answered, so nothing is known. */
const SYSTEM_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'ERR_STREAM_PREMATURE_CLOSE',
  'UND_ERR_SOCKET',
]);

interface Shape {
  readonly code?: unknown;
  readonly status?: unknown;
  readonly response?: { readonly status?: unknown } | null;
  readonly errors?: readonly { readonly reason?: unknown }[];
  readonly details?: unknown;
  readonly reason?: unknown;
  readonly errorInfoMetadata?: Readonly<Record<string, unknown>>;
  readonly message?: unknown;
  readonly name?: unknown;
  readonly cause?: unknown;
}

/** What an error of Google's gRPC clients means. A PortError passes as it is. */
export function grpcFault(error: unknown, asked: Asked): PortError {
  if (error instanceof PortError) return error;
  const { code } = shapeOf(error);
  const known = typeof code === 'number' ? GRPC_CODES[code] : undefined;
  return fault(known ?? systemCode(error), error, asked);
}

/** What an error of Google's REST clients, or of a plain request, means. */
export function httpFault(error: unknown, asked: Asked): PortError {
  if (error instanceof PortError) return error;
  const shape = shapeOf(error);
  const reason = shape.errors?.[0]?.reason;
  const byReason = typeof reason === 'string' && Object.hasOwn(REASONS, reason) ? REASONS[reason] : undefined;
  const status = [shape.response?.status, shape.status, shape.code].map(Number).find((one) => one >= 100 && one < 600);
  const byStatus =
    status === undefined ? undefined : (HTTP_CODES[status] ?? (status >= 500 ? 'unavailable' : 'invalid'));
  return fault(byReason ?? byStatus ?? systemCode(error), error, asked);
}

/** For a plain answer that is not 2xx. */
export function httpStatusFault(status: number, body: unknown, asked: Asked): PortError {
  const inner = (body as { error?: { message?: unknown; errors?: unknown } } | null)?.error;
  return httpFault({ code: status, message: inner?.message, errors: inner?.errors }, asked);
}

const shapeOf = (error: unknown): Shape => (typeof error === 'object' && error !== null ? error : {});

function systemCode(error: unknown): PortErrorCode {
  const { code, name, cause } = shapeOf(error);
  if (name === 'AbortError' || name === 'TimeoutError' || code === 'ABORT_ERR') return 'deadline-exceeded';
  if (typeof code === 'string' && SYSTEM_CODES.has(code)) return 'unavailable';
  return cause === undefined || cause === null ? 'internal' : systemCode(cause);
}

function fault(code: PortErrorCode, error: unknown, asked: Asked): PortError {
  return new PortError(asked.port, code, `${asked.what}: ${explain(code, shapeOf(error), asked)}`, { cause: error });
}

/**
 * A refusal names what is missing, so that nobody looks for an outage: the permission that the service itself named,
 * else the one that the call needs.
 */
function explain(code: PortErrorCode, shape: Shape, { needs }: Asked): string {
  switch (code) {
    case 'permission-denied': {
      const told = shape.errorInfoMetadata?.permission;
      const resource = shape.errorInfoMetadata?.resource;
      const where = typeof resource === 'string' ? ` on ${resource}` : '';
      if (shape.reason === 'SERVICE_DISABLED')
        return `the API ${String(shape.errorInfoMetadata?.service ?? '')} is not enabled in the project`;
      return `this identity lacks ${typeof told === 'string' ? told : needs}${where}${said(shape)}`;
    }
    case 'unauthenticated':
      return `no valid credential (the call needs ${needs})${said(shape)}`;
    case 'not-found':
      return `is not there${said(shape)}`;
    case 'resource-exhausted':
      return `a quota or rate limit is used up${said(shape)}`;
    case 'unavailable':
      return `no answer, or one that says nothing${said(shape)}`;
    case 'deadline-exceeded':
      return 'no answer in time';
    default:
      return `${code}${said(shape)}`;
  }
}

const LONGEST_TEXT = 240;

function said({ details, message }: Shape): string {
  const text = typeof details === 'string' && details !== '' ? details : message;
  if (typeof text !== 'string' || text === '') return '';
  return `; the service says: ${text.replace(/\p{Cc}+/gu, ' ').slice(0, LONGEST_TEXT)}`;
}
