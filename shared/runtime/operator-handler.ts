import type { HttpFunction, Request, Response } from '@google-cloud/functions-framework';
import type { PhaseName } from '../domain/catalog.ts';
import type { Phase } from '../engine/engine.ts';
import type { OperatorContext } from '../operator/context.ts';
import { handle } from '../operator/handle.ts';
import type { OperatorRequest, Reply } from '../operator/http.ts';
import { proxyIdentity } from './proxy-identity.ts';
import type { Runtime } from './runtime.ts';
import { theRuntime } from './the-runtime.ts';

/** The HTTP handler of the operator, over the process's one runtime. */
export function operatorHandler(loadPhase: OperatorContext['loadPhase']): HttpFunction {
  return async (request: Request, response: Response) => {
    const runtime = await theRuntime();
    await runtime.refreshClock();
    await send(await handle(contextOf(runtime, loadPhase), requestOf(request)), request, response);
  };
}

function contextOf(runtime: Runtime, loadPhase: (name: PhaseName) => Promise<Phase>): OperatorContext {
  return {
    engine: runtime.engine,
    verifier: runtime.identity ?? proxyIdentity(runtime),
    loadPhase: async (name) => runtime.engine.phases[name] ?? loadPhase(name),
    dryRunsHere: runtime.dryRunsHere === true,
    resourceName: (name) => runtime.resourceName(name),
  };
}

export function requestOf(request: Request): OperatorRequest {
  const url = new URL(request.originalUrl, 'http://operator.invalid');
  const headers: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(request.headers))
    headers[name] = Array.isArray(value) ? value.join(', ') : value;
  return {
    method: request.method,
    path: url.pathname,
    query: url.searchParams,
    headers,
    body: request.rawBody?.toString('utf8') ?? '',
    localAddress: request.socket.localAddress,
    remoteAddress: request.socket.remoteAddress,
  };
}

async function send(reply: Reply, request: Request, response: Response): Promise<void> {
  for (const [name, value] of Object.entries(reply.headers))
    response.setHeader(name, name === 'set-cookie' ? value.split('\n') : value);
  response.removeHeader('x-powered-by');
  if (reply.kind === 'content') {
    response.statusCode = reply.status;
    response.end(request.method === 'HEAD' ? undefined : reply.body);
    return;
  }
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  response.statusCode = 200;
  response.flushHeaders();
  await reply.run((text) => response.write(text), gone.signal);
  response.end();
}
