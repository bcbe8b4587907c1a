import { type ClientHttp2Session, connect, type IncomingHttpHeaders } from 'node:http2';
import { decodeMessage, encodeMessage, type Schema } from './wire-codec.ts';
import { ErrorInfo, RpcStatus } from './wire-messages.ts';

/** A method of a gRPC service: `/google.firestore.v1.Firestore/Commit`. */
export interface Method {
  readonly path: string;
  readonly request: Schema;
  readonly response: Schema;
  /** What routes the call, as `x-goog-request-params` wants it. */
  readonly routedBy: string;
}

export interface GrpcChannel {
  /** Every message of the answer, of which a unary method has one. Rejects with GrpcStatus. */
  call(method: Method, request: Readonly<Record<string, unknown>>): Promise<readonly Record<string, unknown>[]>;
  close(): void;
}

export interface ChannelOptions {
  /** `https://firestore.googleapis.com`, or an emulator's `http://host:port`. */
  readonly origin: string;
  /** Asked for each call: what is kept of a token is its own matter. */
  readonly authorization: () => Promise<Readonly<Record<string, string>>>;
  /** A call without an answer in this time is one whose outcome is unknown. */
  readonly timeoutMs: number;
}

/** As the generated clients' errors: a code of google.rpc.Code, and what the service told beside it. */
export class GrpcStatus extends Error {
  readonly code: number;
  readonly details: string;
  readonly reason: string | undefined;
  readonly errorInfoMetadata: Readonly<Record<string, unknown>> | undefined;

  constructor(code: number, details: string, info: Readonly<Record<string, unknown>> = {}, cause?: unknown) {
    super(`${code} ${details}`, cause === undefined ? {} : { cause });
    this.name = 'GrpcStatus';
    this.code = code;
    this.details = details;
    this.reason = info.reason as string | undefined;
    this.errorInfoMetadata = info.metadata as Readonly<Record<string, unknown>> | undefined;
  }
}

const UNKNOWN = 2;
const DEADLINE_EXCEEDED = 4;
const INTERNAL = 13;
const UNAVAILABLE = 14;

/** A status of HTTP where none of gRPC came (grpc.io/docs, "HTTP to gRPC status code mapping"). */
const OF_HTTP: Readonly<Record<number, number>> = {
  400: 13,
  401: 16,
  403: 7,
  404: 12,
  429: 14,
  502: 14,
  503: 14,
  504: 14,
};

/** An instance may be frozen for hours between two requests; what its connection leads to then, nobody knows. */
const STALE_AFTER_MS = 20_000;
const WINDOW_BYTES = 1 << 20;

/** gRPC over node:http2, one connection that is made when it is first needed and made again when it is lost or stale. */
export function createGrpcChannel({ origin, authorization, timeoutMs }: ChannelOptions): GrpcChannel {
  let session: ClientHttp2Session | undefined;
  let lastUsedMs = 0;
  const open = (): ClientHttp2Session => {
    const nowMs = performance.now();
    if (session !== undefined && nowMs - lastUsedMs > STALE_AFTER_MS) {
      session.close();
      session = undefined;
    }
    lastUsedMs = nowMs;
    if (session !== undefined && !session.closed && !session.destroyed) return session;
    const made = connect(origin, { settings: { initialWindowSize: WINDOW_BYTES, enablePush: false } });
    const forget = () => {
      if (session === made) session = undefined;
    };
    made.once('connect', () => made.setLocalWindowSize(WINDOW_BYTES));
    // The streams tell their callers; without a listener it would end the process.
    made.on('error', forget);
    made.once('goaway', forget);
    made.once('close', forget);
    // An idle connection keeps no process alive; a call does, by its timer.
    made.unref();
    session = made;
    return made;
  };
  return {
    async call(method, request) {
      const body = frame(encodeMessage(method.request, request));
      const headers = await authorization();
      return new Promise((resolve, reject) => {
        const stream = open().request({
          ':method': 'POST',
          ':path': method.path,
          'content-type': 'application/grpc',
          te: 'trailers',
          'grpc-timeout': `${timeoutMs}m`,
          'x-goog-request-params': method.routedBy,
          ...headers,
        });
        const parts: Buffer[] = [];
        let status: IncomingHttpHeaders | undefined;
        let httpStatus = 0;
        const timer = setTimeout(() => {
          reject(new GrpcStatus(DEADLINE_EXCEEDED, `no answer in ${timeoutMs} ms`));
          stream.destroy();
        }, timeoutMs);
        stream.once('response', (answered) => {
          httpStatus = Number(answered[':status']);
          // Without a body the status stands in the headers.
          if (answered['grpc-status'] !== undefined) status = answered;
        });
        stream.once('trailers', (trailers) => {
          status = trailers;
        });
        stream.on('data', (part: Buffer) => parts.push(part));
        stream.once('error', (error) => reject(new GrpcStatus(UNAVAILABLE, error.message, {}, error)));
        stream.once('close', () => {
          clearTimeout(timer);
          lastUsedMs = performance.now();
          try {
            resolve(answerOf(method, httpStatus, status, Buffer.concat(parts)));
          } catch (error) {
            reject(error);
          }
        });
        stream.end(body);
      });
    },
    close() {
      session?.close();
      session = undefined;
    },
  };
}

function answerOf(method: Method, httpStatus: number, status: IncomingHttpHeaders | undefined, body: Buffer) {
  const code = status?.['grpc-status'];
  if (code === undefined) {
    if (httpStatus === 0 || httpStatus === 200)
      throw new GrpcStatus(UNAVAILABLE, 'the connection ended before the answer did');
    throw new GrpcStatus(OF_HTTP[httpStatus] ?? UNKNOWN, `the service answered HTTP ${httpStatus}`);
  }
  if (code !== '0') throw statusOf(Number(code), status ?? {});
  return messagesOf(body).map((message) => decodeMessage(method.response, message));
}

function statusOf(code: number, headers: IncomingHttpHeaders): GrpcStatus {
  const told = String(headers['grpc-message'] ?? '');
  return new GrpcStatus(code, decodePercent(told), errorInfo(headers['grpc-status-details-bin']));
}

/** Percent-encoded UTF-8; what is not is kept as it came. */
function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function errorInfo(encoded: string | string[] | undefined): Readonly<Record<string, unknown>> {
  if (typeof encoded !== 'string') return {};
  try {
    const { details = [] } = decodeMessage(RpcStatus, Buffer.from(encoded, 'base64'));
    const found = (details as { typeUrl?: string; value?: Uint8Array }[]).find(({ typeUrl }) =>
      typeUrl?.endsWith('/google.rpc.ErrorInfo'),
    );
    return found?.value === undefined ? {} : decodeMessage(ErrorInfo, found.value);
  } catch {
    // The code and the message say enough without it.
    return {};
  }
}

/** A flag for compression, which is not asked for, and the length. */
function frame(message: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

function messagesOf(body: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at < body.length; ) {
    const end = at + 5 + (at + 5 <= body.length ? body.readUInt32BE(at + 1) : Number.POSITIVE_INFINITY);
    if (end > body.length || body[at] !== 0) throw new GrpcStatus(INTERNAL, 'the answer is no sequence of messages');
    found.push(body.subarray(at + 5, end));
    at = end;
  }
  return found;
}
