import { PortError, type PortErrorCode } from '../../domain/errors.ts';
import type { Gap } from '../../domain/guardrails/index.ts';

/** An error of the world as the reason why evidence proves nothing. Errors that are not the world's are thrown on. */
export function gapOf(error: unknown, name: string): Gap {
  if (!(error instanceof PortError)) throw error;
  const { code, what, remedy } = WORDS[error.code];
  return { code, message: `the evidence ${name} ${what}: ${error.message}`, remedy };
}

const missing = {
  code: 'missing-evidence',
  what: 'is missing',
  remedy: 'find out why it was not written, or correct its `source_uri`',
};
const refused = {
  code: 'refused-evidence',
  what: 'may not be read',
  remedy: 'grant the credential of this phase the right to read it',
};
const unreachable = {
  code: 'unreachable-evidence',
  what: 'cannot be reached',
  remedy: 'find out why its system does not answer, then rerun',
};
const unreadable = {
  code: 'unreadable-evidence',
  what: 'cannot be read',
  remedy: 'mend what the message names, or what wrote it',
};

const WORDS: Readonly<Record<PortErrorCode, { code: string; what: string; remedy: string }>> = {
  'not-found': missing,
  'permission-denied': refused,
  unauthenticated: refused,
  unavailable: unreachable,
  'deadline-exceeded': unreachable,
  aborted: unreachable,
  'resource-exhausted': unreachable,
  internal: unreachable,
  invalid: unreadable,
  'too-large': unreadable,
  unsupported: unreadable,
  'already-exists': unreadable,
  'precondition-failed': { ...unreadable, code: 'moving-evidence', what: 'changed while it was read' },
};

export const emptyGap = (
  name: string,
  nothing = `the evidence ${name} has no records, and nothing proves nothing`,
): Gap => ({
  code: 'no-records',
  message: nothing,
  remedy: 'find out why there are none; `allow_empty: true` says that there may be none',
});
