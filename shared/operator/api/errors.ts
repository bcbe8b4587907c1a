import { jsonReply, type Reply } from '../http.ts';

const STATUS = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-same-origin': 403,
  'not-found': 404,
  'method-not-allowed': 405,
  refused: 409,
  'too-large': 413,
  'unsupported-media-type': 415,
  internal: 500,
  unavailable: 503,
} as const;
export type ApiErrorCode = keyof typeof STATUS;
export const API_ERROR_CODES = Object.keys(STATUS) as [ApiErrorCode, ...ApiErrorCode[]];

/** Why the operator does not do what it was asked: told to the asker, and nothing was changed. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ApiErrorCode;
  readonly mistakes: readonly { readonly path: string; readonly message: string }[];

  constructor(
    code: ApiErrorCode,
    message: string,
    options: { readonly mistakes?: ApiError['mistakes']; readonly cause?: unknown } = {},
  ) {
    super(message, options);
    this.code = code;
    this.mistakes = options.mistakes ?? [];
  }

  get status(): number {
    return STATUS[this.code];
  }
}

export function errorReply({ code, message, mistakes, status }: ApiError): Reply {
  const document = { schema: 'highnoon.error/1', error: code, message, ...(mistakes.length > 0 ? { mistakes } : {}) };
  return jsonReply(status, document);
}
