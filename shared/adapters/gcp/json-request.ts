import {
  type Agent,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingHttpHeaders,
  type RequestOptions,
} from 'node:http';

/** A connection that nobody used for so long may be dead without either side knowing; a process may stand still between two requests. */
const MAX_IDLE_MS = 20_000;

export interface JsonRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
  /** Milliseconds for the whole exchange. What has no answer then may still take effect. */
  readonly timeoutMs: number;
}

export interface JsonAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  /** Undefined when the answer is no JSON. */
  readonly body: unknown;
}

/**
 * Asks one server for JSON over connections that are kept. Node's own client and nothing else: a cold process has it
 * loaded already, and a library for this takes longer to load than what it is asked for. Throws what Node throws.
 */
export class JsonServer {
  readonly #origin: URL;
  #agent: Agent | undefined;
  #usedMs = 0;

  /** `https://firestore.googleapis.com`, or `http://127.0.0.1:8080` of an emulator. */
  constructor(origin: string) {
    this.#origin = new URL(origin);
  }

  async ask({ method, path, headers = {}, body, timeoutMs }: JsonRequest): Promise<JsonAnswer> {
    // Only what runs in the cloud needs TLS.
    const secure = this.#origin.protocol === 'https:' ? await import('node:https') : undefined;
    const send = secure?.request ?? httpRequest;
    const bytes = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const options: RequestOptions = {
      agent: this.#connections(secure?.Agent ?? HttpAgent),
      method,
      path,
      headers: {
        ...headers,
        ...(bytes === undefined ? {} : { 'content-type': 'application/json', 'content-length': bytes.length }),
      },
      signal: AbortSignal.timeout(timeoutMs),
    };
    return new Promise((resolve, reject) => {
      const outgoing = send(this.#origin, options, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.once('error', reject);
        response.once('end', () =>
          resolve(new Answer(response.statusCode ?? 0, response.headers, Buffer.concat(parts))),
        );
      });
      outgoing.once('error', reject);
      outgoing.end(bytes);
    });
  }

  close(): void {
    this.#agent?.destroy();
    this.#agent = undefined;
  }

  #connections(Kind: new (options: { keepAlive: true; scheduling: 'lifo' }) => Agent): Agent {
    const nowMs = performance.now();
    if (nowMs - this.#usedMs > MAX_IDLE_MS) this.#forgetIdle();
    this.#usedMs = nowMs;
    this.#agent ??= new Kind({ keepAlive: true, scheduling: 'lifo' });
    return this.#agent;
  }

  /** A call that is still under way keeps its connection. */
  #forgetIdle(): void {
    for (const sockets of Object.values(this.#agent?.freeSockets ?? {}))
      for (const socket of sockets ?? []) socket.destroy();
  }
}

class Answer implements JsonAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;

  constructor(status: number, headers: IncomingHttpHeaders, bytes: Buffer) {
    this.status = status;
    this.headers = headers;
    this.bytes = bytes;
  }

  get body(): unknown {
    return parsed(this.bytes);
  }
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
