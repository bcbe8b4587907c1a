import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isAffected } from '../../domain/advisories/evaluate.ts';
import { isObject, type OsvRecord, type PackageVersion } from '../../domain/advisories/record.ts';
import { SAMPLE_ADVISORIES } from './osv-fixtures.ts';

/** What the server does wrong from now on. */
export type OsvFault =
  | { readonly kind: 'status'; readonly status: number; readonly retryAfterSeconds?: number; readonly path?: string }
  /** Cuts the body in the middle, with a length that agrees. */
  | { readonly kind: 'truncated' }
  /** Leaves the last answer of a batch away. */
  | { readonly kind: 'fewer-results' }
  /** Gives the same page token again and again. */
  | { readonly kind: 'endless-pages' }
  /** Lists an advisory whose details are gone. */
  | { readonly kind: 'lost-details' }
  /** Ends every connection without an answer. */
  | { readonly kind: 'unreachable' };

export interface OsvServerOptions {
  readonly records?: readonly OsvRecord[];
  /** Advisories on one page of one question. */
  readonly pageSize?: number;
  /** Listens on this port; 0 or left out: on any free one. */
  readonly port?: number;
}

export interface OsvServer extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`, both the API and the list of changes. */
  readonly origin: string;
  /** `METHOD PATH` of each request since the start, oldest first. */
  readonly requests: readonly string[];
  setRecords(records: readonly OsvRecord[]): void;
  /** Undefined heals it. */
  setFault(fault: OsvFault | undefined): void;
  close(): Promise<void>;
}

const MAX_BODY_BYTES = 16 * 1024 * 1024;
const MAX_QUERIES = 1000;

/** An OSV-compatible server on loopback: querybatch with pages, details by id, the list of changes of an ecosystem. */
export async function startOsvServer(options: OsvServerOptions = {}): Promise<OsvServer> {
  let records = options.records ?? SAMPLE_ADVISORIES;
  let fault: OsvFault | undefined;
  const requests: string[] = [];
  const server = createServer(async (request, response) => {
    const path = request.url ?? '/';
    requests.push(`${request.method} ${path}`);
    if (fault?.kind === 'unreachable') {
      request.socket.destroy();
      return;
    }
    if (fault?.kind === 'status' && path.startsWith(fault.path ?? '/')) {
      const headers = fault.retryAfterSeconds === undefined ? {} : { 'retry-after': String(fault.retryAfterSeconds) };
      response.writeHead(fault.status, headers).end();
      return;
    }
    await answer({ records, pageSize: options.pageSize ?? MAX_QUERIES, fault }, request, response);
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const close = async () => {
    if (!server.listening) return;
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    setRecords(next) {
      records = next;
    },
    setFault(next) {
      fault = next;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

interface World {
  readonly records: readonly OsvRecord[];
  readonly pageSize: number;
  readonly fault: OsvFault | undefined;
}

async function answer(world: World, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = request.url ?? '/';
  const changes = /^\/([^/]+)\/modified_id\.csv$/.exec(path);
  const details = /^\/v1\/vulns\/([^/]+)$/.exec(path);
  if (request.method === 'POST' && path === '/v1/querybatch') return batch(world, request, response);
  if (request.method === 'GET' && details !== null)
    return sendRecord(world, decodeURIComponent(details[1] as string), response);
  if (request.method === 'GET' && changes !== null)
    return sendChanges(world, decodeURIComponent(changes[1] as string), response);
  send(world, response, 404, { code: 5, message: 'not found' });
}

async function batch(world: World, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await jsonOf(request);
  const queries = isObject(body) && Array.isArray(body.queries) ? (body.queries as readonly unknown[]) : undefined;
  const parsed = queries?.map(toQuestion);
  if (parsed === undefined || parsed.length > MAX_QUERIES || parsed.includes(undefined)) {
    send(world, response, 400, { code: 3, message: 'invalid query' });
    return;
  }
  const results = (parsed as readonly Question[]).map((question) => pageOf(world, question));
  send(world, response, 200, { results: world.fault?.kind === 'fewer-results' ? results.slice(0, -1) : results });
}

interface Question {
  readonly installed: PackageVersion;
  /** The position where the page begins. */
  readonly start: number;
}

function toQuestion(query: unknown): Question | undefined {
  const named = isObject(query) ? query.package : undefined;
  if (!isObject(query) || !isObject(named)) return undefined;
  const { ecosystem, name } = named;
  const { version, page_token: token } = query;
  if (typeof ecosystem !== 'string' || typeof name !== 'string' || typeof version !== 'string') return undefined;
  const start = typeof token === 'string' ? Number(token.replace(/^page-/, '')) : 0;
  return Number.isSafeInteger(start) ? { installed: { ecosystem, name, version }, start } : undefined;
}

function pageOf({ records, pageSize, fault }: World, { installed, start }: Question): unknown {
  const affecting = records.filter((record) => isAffected(record, installed));
  const vulns = affecting.slice(start, start + pageSize).map(({ id, modified }) => ({ id, modified }));
  const end = start + pageSize;
  const isMore = affecting.length > end;
  if (fault?.kind === 'endless-pages' && affecting.length > 0) return { vulns, next_page_token: 'page-0' };
  return { ...(vulns.length === 0 ? {} : { vulns }), ...(isMore ? { next_page_token: `page-${end}` } : {}) };
}

function sendRecord(world: World, id: string, response: ServerResponse): void {
  const record = world.fault?.kind === 'lost-details' ? undefined : world.records.find((entry) => entry.id === id);
  if (record === undefined) send(world, response, 404, { code: 5, message: 'Bug not found.' });
  else send(world, response, 200, record);
}

/** Newest first: `TIME,ID`. */
function sendChanges({ records }: World, ecosystem: string, response: ServerResponse): void {
  const lines = records
    .filter(({ affected = [] }) => affected.some((entry) => entry.package?.ecosystem.split(':', 1)[0] === ecosystem))
    .sort((a, b) => Date.parse(b.modified) - Date.parse(a.modified))
    .map(({ id, modified }) => `${modified},${id}\n`);
  if (lines.length === 0) response.writeHead(404).end();
  else response.writeHead(200, { 'content-type': 'text/csv' }).end(lines.join(''));
}

function send({ fault }: World, response: ServerResponse, status: number, value: unknown): void {
  const text = JSON.stringify(value);
  const body = fault?.kind === 'truncated' ? text.slice(0, Math.floor(text.length / 2)) : text;
  response.writeHead(status, { 'content-type': 'application/json' }).end(body);
}

async function jsonOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    return undefined;
  }
}
