import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { addressKind, mayConnect } from './address.ts';
import { httpError, translate } from './failure.ts';
import type { Target } from './target.ts';

/** All addresses of a name, in the order in which they should be tried. */
export type Resolve = (hostname: string) => Promise<readonly string[]>;

/** The system's resolver: private zones and search paths included, which is why its answer is checked like any other. */
export const systemResolve: Resolve = async (hostname) => {
  const answers = await lookup(hostname, { all: true, order: 'ipv4first' });
  return answers.map((answer) => answer.address);
};

/**
 * The addresses that the connection is pinned to. The name is asked once: what was checked here is what is connected
 * to, so that a name which answers otherwise a moment later gains nothing. One forbidden address among several
 * refuses all, since whoever put it there chooses which one is tried.
 */
export async function pinnedAddresses(target: Target, resolve: Resolve): Promise<readonly string[]> {
  const addresses = await candidates(target, resolve);
  if (addresses.length === 0) throw httpError('not-found', target.origin, 'no address stands behind this name');
  for (const address of addresses) {
    const kind = addressKind(address);
    // Plain http was allowed because the host is loopback by name: then it must be loopback by address too.
    const allowed = mayConnect(address, { allowLoopback: target.isLoopback }) && (target.secure || kind === 'loopback');
    if (!allowed) {
      throw httpError(
        'permission-denied',
        target.origin,
        `the address ${JSON.stringify(address)} (${kind}) may not be reached`,
      );
    }
  }
  return addresses;
}

async function candidates(target: Target, resolve: Resolve): Promise<readonly string[]> {
  if (isIP(target.hostname) !== 0) return [target.hostname];
  try {
    return await resolve(target.hostname);
  } catch (error) {
    throw translate(error, target.origin, 'resolve');
  }
}
