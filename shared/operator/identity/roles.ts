import type { Configuration } from '../../domain/configuration/index.ts';
import type { Identity } from './identity.ts';

/** What a person may do; each role may what the one before it may. */
export const ROLES = ['viewer', 'operator', 'security'] as const;
export type Role = (typeof ROLES)[number];

/** Who asks, and what that person may do. */
export interface Caller extends Identity {
  readonly role: Role;
}

export const mayAs = (role: Role, needed: Role): boolean => ROLES.indexOf(role) >= ROLES.indexOf(needed);

/** The role that the configuration gives; undefined when it gives none. A service account looks, whatever list it stands in. */
export function roleOf(identity: Identity, people: Configuration['people']): Role | undefined {
  if (identity.kind === 'local') return 'security';
  const stands = (list: readonly string[]) => list.some((one) => one.toLowerCase() === identity.name);
  const given: Role | undefined = stands(people.security)
    ? 'security'
    : stands(people.operators)
      ? 'operator'
      : stands(people.viewers)
        ? 'viewer'
        : undefined;
  return given !== undefined && identity.kind === 'service-account' ? 'viewer' : given;
}
