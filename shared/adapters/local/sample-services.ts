import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Instant } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { SampleAnswer } from './sample/answer.ts';
import { sampleAnswer } from './sample/service-answers.ts';
import {
  createServiceFaults,
  SAMPLE_SERVICES,
  type SampleService,
  type ServiceFault,
  type ServiceFaults,
} from './sample/service-faults.ts';
import { shopSession } from './sample/shop.ts';

export interface SampleServicesOptions {
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
  /** The bearer token that the reasoning gateway asks for. */
  readonly token: string;
  /** What is wrong with which server; nothing is, when left out. */
  readonly state?: ServiceFaults;
  /** The revision that serves now, told in the header `x-revision`, so that a release can be seen from outside. */
  readonly servingRevision?: (service: SampleService) => string | undefined | Promise<string | undefined>;
}

export interface SampleServices extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  origin(service: SampleService): string;
  /** The URL that `sample://NAME/PATH` stands for; undefined when NAME is not a server of this world. */
  resolve(uri: string): string | undefined;
  /** Replaces what is wrong with a server; an empty object heals it. */
  set(service: SampleService, fault: ServiceFault): void;
  /** The cookie of a person whose age the shop has verified. */
  session(expiresAt: Instant): string;
  close(): Promise<void>;
}

/** Starts every server of the sample world, each on a free loopback port of its own, as if it ran by itself. */
export async function startSampleServices(options: SampleServicesOptions): Promise<SampleServices> {
  const state = options.state ?? createServiceFaults();
  const servers = new Map<SampleService, Server>();
  const close = async () => {
    await Promise.all([...servers.values()].map(stop));
    servers.clear();
  };
  try {
    for (const service of SAMPLE_SERVICES)
      servers.set(service, await listen((req, res) => serve(service, { ...options, state }, req, res)));
  } catch (error) {
    await close();
    throw error;
  }
  const origins = new Map([...servers].map(([name, server]) => [name as string, originOf(server)]));
  return {
    origin: (service) => origins.get(service) ?? '',
    resolve(uri) {
      const match = /^sample:\/\/([a-z-]+)(\/.*)?$/.exec(uri);
      const origin = origins.get(match?.[1] ?? '');
      return origin && `${origin}${match?.[2] ?? '/'}`;
    },
    set: (service, fault) => state.set(service, fault),
    session: (expiresAt) => shopSession(options.token, expiresAt),
    close,
    [Symbol.asyncDispose]: close,
  };
}

type Context = SampleServicesOptions & { readonly state: ServiceFaults };

async function serve(
  service: SampleService,
  context: Context,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // Node would stamp the machine's time on an answer of a world whose clock is an argument.
  response.sendDate = false;
  response.setHeader('date', new Date(context.clock.now()).toUTCString());
  try {
    const revision = await context.servingRevision?.(service);
    if (revision !== undefined) response.setHeader('x-revision', revision);
    const written = await context.state.of(service);
    const fault = written.onlyRevision === undefined || written.onlyRevision === revision ? written : {};
    await waitIfSlow(fault, context, response);
    if (fault.down) response.destroy();
    else send(response, answerTo(service, request, fault, context));
  } catch (error) {
    // A mistake in services.json must be seen by the person who made it, and a world that cannot say is not healthy.
    send(response, { status: 500, body: `${error instanceof Error ? error.message : String(error)}\n` });
  }
}

function answerTo(
  service: SampleService,
  request: IncomingMessage,
  fault: ServiceFault,
  context: Context,
): SampleAnswer {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return { status: 405, body: '', headers: { allow: 'GET, HEAD' } };
  const path = (request.url ?? '/').replace(/[?#].*$/s, '');
  const { authorization, cookie } = request.headers;
  return sampleAnswer(service, { path, authorization, cookie }, fault, {
    now: context.clock.now(),
    token: context.token,
  });
}

async function waitIfSlow(fault: ServiceFault, context: Context, response: ServerResponse): Promise<void> {
  if (fault.slowMs === undefined) return;
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  await context.clock.sleep(fault.slowMs, gone.signal);
}

function send(response: ServerResponse, answer: SampleAnswer): void {
  const body = Buffer.from(answer.body);
  response.writeHead(answer.status, {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': body.byteLength,
    ...answer.headers,
  });
  response.end(body);
}

async function listen(handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>): Promise<Server> {
  const server = createServer((request, response) => void handle(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

async function stop(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

function originOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
