import { PortError } from '../../domain/errors.ts';
import type { Credentials } from '../../ports/credentials.ts';

/** Secrets of one machine come from its environment; there is nobody here to sign an id token. */
export function createLocalCredentials(environment: Readonly<Record<string, string | undefined>>): Credentials {
  return {
    async secret(reference) {
      const name = /^env:([A-Za-z_][A-Za-z0-9_]*)$/.exec(reference)?.[1];
      if (name === undefined)
        throw new PortError(
          'credentials',
          'unsupported',
          `'${reference}' cannot be read on this machine; env:NAME can`,
        );
      const value = environment[name];
      if (value === undefined || value === '')
        throw new PortError('credentials', 'unauthenticated', `the environment has no ${name}`);
      return value;
    },
    async idToken(audience) {
      throw new PortError(
        'credentials',
        'unauthenticated',
        `no identity on this machine can sign a token for ${audience}`,
      );
    },
  };
}
