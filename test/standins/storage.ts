import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { crc32c, crc32cText } from '../../shared/adapters/gcp/crc32c.ts';
import { Faults } from './faults.ts';
import {
  bytesOf,
  expect,
  multipart,
  Refusal,
  type Resource,
  refuseUnmet,
  resourceOf,
  type Stored,
  send,
  unheld,
} from './storage-objects.ts';

interface Session {
  readonly bucket: string;
  readonly key: string;
  readonly resource: Resource;
  readonly match: string | null;
  received: Buffer;
}
export interface StorageStandIn {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  /** By method of the API: `get`, `read`, `insert`, `list`, `delete`, `patch`, `rewrite`. Codes are HTTP statuses. */
  readonly faults: Faults;
  readonly objects: Map<string, Stored>;
  /** Bytes that arrive are changed by this before they are stored, past every check sum that was sent after them. */
  damage: ((bytes: Buffer) => Buffer) | undefined;
  close(): Promise<void>;
}

/** The JSON API of Cloud Storage: generations, preconditions, holds, resumable sessions, ranges and check sums. */
export async function startStorage(options: { readonly nowMs: () => number }): Promise<StorageStandIn> {
  const objects = new Map<string, Stored>();
  const sessions = new Map<string, Session>();
  const faults = new Faults();
  let sequence = 1_700_000_000_000_000;
  const standIn: Omit<StorageStandIn, 'origin' | 'close'> = { faults, objects, damage: undefined };

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      const { status, reason } = error instanceof Refusal ? error : { status: 500, reason: 'backendError' };
      const message = error instanceof Error ? error.message : String(error);
      if (response.headersSent) response.destroy();
      else send(response, status, { error: { code: status, message, errors: [{ reason, message }] } });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(standIn, {
    origin,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', origin);
    // The client leaves out the prefix when it is pointed at an emulator.
    const path = url.pathname.replace(/^\/storage\/v1/, '').replace(/^\/upload\/storage\/v1/, '/upload');
    const upload = /^\/upload\/b\/([^/]+)\/o$/.exec(path);
    if (upload !== null) return serveUpload(request, response, url, decodeURIComponent(upload[1] ?? ''));
    const rewrite = /^\/b\/([^/]+)\/o\/([^/]+)\/rewriteTo\/b\/([^/]+)\/o\/([^/]+)$/.exec(path);
    if (rewrite !== null) {
      const [bucket = '', key = '', , target = ''] = rewrite.slice(1).map(decodeURIComponent);
      const body = JSON.parse((await bytesOf(request)).toString() || '{}') as Resource;
      return withFault('rewrite', response, () => {
        const source = exact(bucket, key, url.searchParams.get('sourceGeneration'));
        const made = place(bucket, target, source.bytes, body, url.searchParams.get('ifGenerationMatch'));
        return { kind: 'storage#rewriteResponse', done: true, resource: resourceOf(bucket, target, made) };
      });
    }
    const one = /^\/b\/([^/]+)\/o\/([^/]+)$/.exec(path);
    if (one !== null) {
      const [bucket = '', key = ''] = one.slice(1).map(decodeURIComponent);
      return serveObject(request, response, url, bucket, key);
    }
    const list = /^\/b\/([^/]+)\/o$/.exec(path);
    if (list !== null)
      return withFault('list', response, () => listOf(decodeURIComponent(list[1] ?? ''), url.searchParams));
    throw new Refusal(404, 'notFound', `no such method: ${request.method} ${url.pathname}`);
  }

  async function withFault(method: string, response: ServerResponse, work: () => unknown, status = 200): Promise<void> {
    const fault = faults.take(method);
    if (fault?.kind === 'before') throw new Refusal(fault.code, 'told', fault.text ?? 'told to fail');
    if (fault?.kind === 'stall') await fault.until;
    const body = work();
    if (fault?.kind === 'after') throw new Refusal(fault.code, 'told', fault.text ?? 'told to fail after it was done');
    send(response, body === undefined ? 204 : status, body);
  }

  async function serveObject(
    request: IncomingMessage,
    response: ServerResponse,
    url: URL,
    bucket: string,
    key: string,
  ): Promise<void> {
    const query = url.searchParams;
    switch (request.method) {
      case 'GET':
        if (query.get('alt') === 'media') return readOf(request, response, exact(bucket, key, query.get('generation')));
        return withFault('get', response, () => resourceOf(bucket, key, exact(bucket, key, query.get('generation'))));
      case 'DELETE':
        return withFault('delete', response, () => {
          const found = exact(bucket, key, null);
          expect(found, query.get('ifGenerationMatch'));
          unheld(found);
          objects.delete(`${bucket}/${key}`);
          return undefined;
        });
      case 'PATCH': {
        const body = JSON.parse((await bytesOf(request)).toString()) as Resource;
        return withFault('patch', response, () => {
          const found = exact(bucket, key, null);
          expect(found, query.get('ifGenerationMatch'));
          if (body.storageClass !== undefined) throw new Refusal(400, 'invalid', 'the storage class cannot be patched');
          if (body.temporaryHold !== undefined) found.temporaryHold = body.temporaryHold;
          if (body.metadata !== undefined) found.metadata = body.metadata;
          found.metageneration += 1;
          return resourceOf(bucket, key, found);
        });
      }
      default:
        throw new Refusal(405, 'methodNotAllowed', String(request.method));
    }
  }

  async function readOf(request: IncomingMessage, response: ServerResponse, found: Stored): Promise<void> {
    const fault = faults.take('read');
    if (fault?.kind === 'before') throw new Refusal(fault.code, 'told', fault.text ?? 'told to fail');
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
    const start = Number(range?.[1] ?? 0);
    const end = Math.min(range?.[2] ? Number(range[2]) + 1 : found.bytes.length, found.bytes.length);
    if (range !== null && start >= found.bytes.length)
      throw new Refusal(416, 'requestedRangeNotSatisfiable', 'no such range');
    response.writeHead(range === null ? 200 : 206, {
      'content-type': found.contentType,
      'content-length': end - start,
      'x-goog-hash': `crc32c=${crc32cText(crc32c(found.bytes))}`,
      'x-goog-stored-content-encoding': 'identity',
    });
    const bytes = standIn.damage?.(found.bytes.subarray(start, end)) ?? found.bytes.subarray(start, end);
    if (fault?.kind === 'after') {
      // Half of it, and then the line breaks.
      response.write(bytes.subarray(0, bytes.length >> 1), () => response.destroy());
      return;
    }
    if (fault?.kind === 'stall') {
      response.write(bytes.subarray(0, bytes.length >> 1));
      await fault.until;
      response.end(bytes.subarray(bytes.length >> 1));
      return;
    }
    response.end(bytes);
  }

  async function serveUpload(
    request: IncomingMessage,
    response: ServerResponse,
    url: URL,
    bucket: string,
  ): Promise<void> {
    const query = url.searchParams;
    const kind = query.get('uploadType');
    const match = query.get('ifGenerationMatch');
    if (kind === 'multipart') {
      const { resource, bytes } = multipart(await bytesOf(request), request.headers['content-type'] ?? '');
      const key = query.get('name') ?? resource.name ?? '';
      return withFault('insert', response, () => resourceOf(bucket, key, place(bucket, key, bytes, resource, match)));
    }
    if (kind !== 'resumable') throw new Refusal(400, 'invalid', `uploadType ${kind}`);
    const id = query.get('upload_id');
    if (id === null) {
      const resource = JSON.parse((await bytesOf(request)).toString() || '{}') as Resource;
      const key = query.get('name') ?? resource.name ?? '';
      // A condition that already fails is told before a long body comes.
      refuseUnmet(objects.get(`${bucket}/${key}`), match);
      const session = `s${sessions.size}`;
      sessions.set(session, { bucket, key, resource, match, received: Buffer.alloc(0) });
      response.writeHead(200, {
        location: `${origin}/upload/storage/v1/b/${bucket}/o?uploadType=resumable&upload_id=${session}`,
      });
      response.end();
      return;
    }
    const session = sessions.get(id);
    if (session === undefined) throw new Refusal(410, 'gone', 'no such session');
    // A body that breaks off throws here, and nothing is made of it.
    session.received = Buffer.concat([session.received, await bytesOf(request)]);
    const { key, resource, received } = session;
    return withFault('insert', response, () => {
      sessions.delete(id);
      return resourceOf(bucket, key, place(bucket, key, received, resource, session.match));
    });
  }

  function place(bucket: string, key: string, sent: Buffer, resource: Resource, match: string | null): Stored {
    const bytes = standIn.damage?.(sent) ?? sent;
    if (resource.crc32c !== undefined && resource.crc32c !== crc32cText(crc32c(bytes)))
      throw new Refusal(400, 'invalid', 'the check sum is not that of the bytes');
    const before = objects.get(`${bucket}/${key}`);
    refuseUnmet(before, match);
    if (before !== undefined) unheld(before);
    sequence += 1;
    const made: Stored = {
      bytes,
      generation: sequence,
      metageneration: 1,
      timeCreated: new Date(options.nowMs()).toISOString(),
      contentType: resource.contentType ?? 'application/octet-stream',
      storageClass: resource.storageClass ?? 'STANDARD',
      metadata: resource.metadata ?? {},
      temporaryHold: false,
    };
    objects.set(`${bucket}/${key}`, made);
    return made;
  }

  function listOf(bucket: string, query: URLSearchParams): unknown {
    const prefix = query.get('prefix') ?? '';
    const most = Math.min(Number(query.get('maxResults') ?? 1000), 3);
    const keys = [...objects.keys()]
      .filter((name) => name.startsWith(`${bucket}/${prefix}`))
      .map((name) => name.slice(bucket.length + 1))
      .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    const from = Number(query.get('pageToken') ?? 0);
    const items = keys.slice(from, from + most).map((key) => resourceOf(bucket, key, exact(bucket, key, null)));
    const next = from + most < keys.length ? { nextPageToken: String(from + most) } : {};
    return { kind: 'storage#objects', ...(items.length > 0 ? { items } : {}), ...next };
  }

  function exact(bucket: string, key: string, generation: string | null): Stored {
    const found = objects.get(`${bucket}/${key}`);
    if (found === undefined || (generation !== null && String(found.generation) !== generation))
      throw new Refusal(404, 'notFound', `No such object: ${bucket}/${key}`);
    return found;
  }
}
