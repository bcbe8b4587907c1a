import { once } from 'node:events';
import { isIP, type Socket, connect as tcpConnect } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import { translate } from './failure.ts';
import type { Target } from './target.ts';

/** Opens a TCP connection to an address (never to a name). */
export type Connect = (address: string, port: number) => Socket;

export const systemConnect: Connect = (address, port) => tcpConnect({ host: address, port });

export interface Connection {
  readonly socket: Socket;
  readonly address: string;
}

/** More addresses than this are not tried: the time limit is better spent on telling. */
const MOST_ATTEMPTS = 4;

/**
 * A connection to the first of the checked addresses that takes one, with TLS where the URL asks for it. Nothing has
 * been sent over it yet, so trying the next address is safe. A connection serves one request and is never kept: a
 * pool would be keyed by host name, and so outlive the check of the address.
 */
export async function openConnection(
  target: Target,
  addresses: readonly string[],
  connect: Connect,
  signal: AbortSignal,
): Promise<Connection> {
  let failure: unknown;
  for (const address of addresses.slice(0, MOST_ATTEMPTS)) {
    if (signal.aborted) break;
    const socket = connect(address, target.port);
    try {
      await established(socket, 'connect', signal);
    } catch (error) {
      failure = error;
      continue;
    }
    return { socket: target.secure ? await encrypted(socket, target, signal) : socket, address };
  }
  throw translate(failure, target.origin, 'connect');
}

async function encrypted(socket: Socket, target: Target, signal: AbortSignal): Promise<Socket> {
  const name =
    isIP(target.hostname) === 0 ? { servername: target.hostname.replace(/\.$/, '') } : { host: target.hostname };
  const secured = tlsConnect({
    socket,
    ...name,
    ALPNProtocols: ['http/1.1'],
    minVersion: 'TLSv1.2',
    // Said outright, so that NODE_TLS_REJECT_UNAUTHORIZED in the environment cannot turn it off.
    rejectUnauthorized: true,
  });
  try {
    await established(secured, 'secureConnect', signal);
  } catch (error) {
    socket.destroy();
    throw translate(error, target.origin, 'handshake');
  }
  return secured;
}

async function established(socket: Socket, event: 'connect' | 'secureConnect', signal: AbortSignal): Promise<void> {
  // A socket without a listener brings the process down by an error that comes between two of our awaits.
  socket.on('error', () => {});
  try {
    await once(socket, event, { signal });
  } catch (error) {
    socket.destroy();
    throw error;
  }
}
