import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FunctionProcess } from './function-process.ts';

export interface Delivery {
  readonly topic: string;
  readonly id: string;
  readonly status: number;
}

/** What stands before a function in the cloud: it takes pushes, starts the function when none runs, and knows every answer. */
export interface Front extends AsyncDisposable {
  /** The push URL of a topic. */
  url(projectId: string, topic: string): string;
}

export async function openFront(target: FunctionProcess, tell: (delivery: Delivery) => void): Promise<Front> {
  // One at a time, as phase functions are deployed.
  let turn: Promise<unknown> = Promise.resolve();
  const server = createServer((incoming, outgoing) => {
    const handled = turn.then(async () => {
      const body = await bodyOf(incoming);
      const { host: _host, connection: _connection, ...headers } = incoming.headers;
      // Google's own front gives every request a trace.
      const trace = { traceparent: `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01` };
      const status = await target.push(incoming.url ?? '/', { ...headers, ...trace }, body);
      outgoing.writeHead(status === 0 ? 503 : status).end();
      tell({ ...messageOf(incoming.url ?? '', body), status });
    });
    turn = handled.catch((error: unknown) => {
      console.error(`front of ${target.target}:`, error);
      if (!outgoing.headersSent) outgoing.writeHead(503).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: (projectId, topic) => `http://127.0.0.1:${port}/projects/${projectId}/topics/${topic}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function bodyOf(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function messageOf(path: string, body: Buffer): { topic: string; id: string } {
  const { message } = JSON.parse(body.toString('utf8')) as { message?: { messageId?: string; message_id?: string } };
  return { topic: path.slice(path.lastIndexOf('/') + 1), id: message?.messageId ?? message?.message_id ?? '' };
}
