import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { StartTimer } from '../../../shared/adapters/http/timer.ts';

export interface RawServer extends AsyncDisposable {
  readonly port: number;
  readonly origin: string;
  /** How many connections it has taken. */
  readonly connections: () => number;
}

/** A server that says exactly what a test wants said, HTTP or not. `talk` gets the text of the request's head. */
export async function rawServer(talk: (socket: Socket, head: string) => void): Promise<RawServer> {
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    socket.on('error', () => {});
    let head = '';
    socket.on('data', (bytes) => {
      const before = head.includes('\r\n\r\n');
      head += bytes.toString('latin1');
      if (!before && head.includes('\r\n\r\n')) talk(socket, head);
    });
  });
  return listening(server, () => connections);
}

export async function listening(server: Server, connections = () => 0): Promise<RawServer> {
  const open = new Set<Socket>();
  server.on('connection', (socket) => open.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    connections,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A timer that goes off when the test says so, and only while it is running. */
export function timerByHand(): { startTimer: StartTimer; goOff: () => void; running: () => number; asked: number[] } {
  const waiting = new Set<() => void>();
  const asked: number[] = [];
  return {
    startTimer(ms, run) {
      asked.push(ms);
      waiting.add(run);
      return () => waiting.delete(run);
    },
    goOff() {
      for (const run of waiting) run();
    },
    running: () => waiting.size,
    asked,
  };
}
