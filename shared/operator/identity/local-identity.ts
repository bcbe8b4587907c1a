import type { OperatorRequest } from '../http.ts';
import type { IdentityAnswer, IdentityVerifier } from './identity.ts';

const LOOPBACK_ADDRESS = /^(?:127(?:\.\d{1,3}){3}|::1|::ffff:127(?:\.\d{1,3}){3})$/;
/** A page of another site may resolve its own name to this machine: only these names are this machine's. */
const LOOPBACK_HOST = /^(?:127(?:\.\d{1,3}){3}|localhost|\[::1\])(?::\d{1,5})?$/;
/** Whoever sends one of these is a proxy, and behind a proxy anybody may stand. */
const FORWARDING = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'via', 'x-goog-iap-jwt-assertion'];

/**
 * The identity of local development: the person of the operating system, believed only on a loopback connection to a
 * store that is this machine's own. Everything else is nobody.
 */
export function localIdentity(options: { readonly store: string; readonly user: string }): IdentityVerifier {
  const name = `local:${options.user}`;
  return {
    async verify(request) {
      const fault = faultOf(request, options.store);
      return fault === undefined ? { ok: true, identity: { name, kind: 'local' } } : absent(fault);
    },
  };
}

const absent = (why: string): IdentityAnswer => ({ ok: false, reason: 'absent', why });

function faultOf({ localAddress, remoteAddress, headers }: OperatorRequest, store: string): string | undefined {
  if (store !== 'local') return 'a local identity holds with the local store alone';
  if (!LOOPBACK_ADDRESS.test(localAddress ?? '') || !LOOPBACK_ADDRESS.test(remoteAddress ?? ''))
    return 'a local identity holds on a loopback connection alone';
  if (!LOOPBACK_HOST.test(headers.host ?? '')) return 'a local identity holds under a loopback name alone';
  const proxy = FORWARDING.find((header) => headers[header] !== undefined);
  return proxy === undefined ? undefined : `a local identity does not hold behind a proxy (${proxy} is set)`;
}
