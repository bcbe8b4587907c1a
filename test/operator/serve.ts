import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { OperatorContext } from '../../shared/operator/context.ts';
import { handle } from '../../shared/operator/handle.ts';

/** Serves a context over HTTP on a free loopback port, as functions-framework would hand requests over. */
export async function serve(context: () => OperatorContext): Promise<{ address: string; close(): Promise<void> }> {
  const server: Server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const url = new URL(request.url ?? '/', 'http://operator.invalid');
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
    );
    const reply = await handle(context(), {
      method: request.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      headers,
      body: Buffer.concat(chunks).toString('utf8'),
      localAddress: request.socket.localAddress,
      remoteAddress: request.socket.remoteAddress,
    });
    for (const [name, value] of Object.entries(reply.headers))
      response.setHeader(name, name === 'set-cookie' ? value.split('\n') : value);
    if (reply.kind === 'content') {
      response.statusCode = reply.status;
      response.end(reply.body);
      return;
    }
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    response.flushHeaders();
    await reply.run((text) => response.write(text), gone.signal);
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
