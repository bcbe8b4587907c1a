import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Faults } from './faults.ts';

/** What Google's REST APIs answer with when they refuse. */
export class HttpFault extends Error {
  readonly status: number;
  readonly reason: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, reason: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.reason = reason;
    this.headers = headers;
  }
}

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  // biome-ignore lint/suspicious/noExplicitAny: each handler knows what it is sent
  readonly body: any;
}

export interface HttpStandIn {
  /** `127.0.0.1:PORT` */
  readonly endpoint: string;
  /** By the name that `route` gives; codes are HTTP statuses. */
  readonly faults: Faults;
  close(): Promise<void>;
}

/** A JSON server: `route` names the method that is asked for and does it. */
export async function startHttp(
  route: (asked: Asked) => { readonly name: string; readonly run: () => unknown } | undefined,
): Promise<HttpStandIn> {
  const faults = new Faults();
  const server = createServer((request, response) => {
    const send = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) => {
      response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8', ...headers });
      response.end(JSON.stringify(body));
    };
    const serve = async () => {
      const url = new URL(request.url ?? '/', 'http://stand-in');
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const text = Buffer.concat(chunks).toString();
      const found = route({
        method: request.method ?? '',
        path: decodeURIComponent(url.pathname),
        query: url.searchParams,
        headers: request.headers,
        body: text === '' ? undefined : JSON.parse(text),
      });
      if (found === undefined) throw new HttpFault(404, 'notFound', `no method ${request.method} ${url.pathname}`);
      const fault = faults.take(found.name);
      if (fault?.kind === 'before') throw new HttpFault(fault.code, 'told', fault.text ?? 'told to fail');
      if (fault?.kind === 'stall') await fault.until;
      const body = found.run();
      if (fault?.kind === 'after') throw new HttpFault(fault.code, 'told', fault.text ?? 'told to fail afterwards');
      send(200, body);
    };
    serve().catch((error: unknown) => {
      const fault = error instanceof HttpFault ? error : new HttpFault(500, 'internalError', String(error));
      const { status, reason, message } = fault;
      send(status, { message, error: { code: status, message, errors: [{ reason, message }] } }, fault.headers);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    faults,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
