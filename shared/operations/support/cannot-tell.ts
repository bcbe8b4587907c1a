import { PortError } from '../../domain/errors.ts';
import { type Observation, unknown } from '../../domain/finding.ts';

/**
 * An error of the world as a finding that names it: nothing is known of the subject. A missing permission or a wrong
 * credential is named as such and never reads as "down". Errors that are not the world's are thrown on.
 */
export function cannotTell(error: unknown, subject: string, what: string, words: { soft?: boolean } = {}): Observation {
  if (!(error instanceof PortError)) throw error;
  const { code, remedy } = explain(error);
  return unknown({ code, subject, message: `${what}: ${error.message}`, remedy, ...words });
}

function explain(error: PortError): { code: string; remedy: string } {
  switch (error.code) {
    case 'permission-denied':
      return {
        code: 'permission-denied',
        remedy: 'grant the credential that the configuration names for it the right to read this',
      };
    case 'unauthenticated':
      return {
        code: 'credential-refused',
        remedy: 'renew or correct the credential that the configuration names for it',
      };
    case 'not-found':
      return { code: 'not-found', remedy: 'check the name in the configuration, and that it exists' };
    case 'deadline-exceeded':
      return { code: 'timed-out', remedy: 'find out why it answers slowly, then rerun' };
    case 'unavailable':
    case 'aborted':
    case 'resource-exhausted':
    case 'internal':
      return { code: 'unreachable', remedy: 'find out why it cannot be reached, then rerun' };
    case 'already-exists':
    case 'precondition-failed':
      return { code: 'moved', remedy: 'something else changed it meanwhile; rerun' };
    case 'invalid':
    case 'too-large':
    case 'unsupported':
      return { code: error.code, remedy: 'mend what the message names' };
  }
}
