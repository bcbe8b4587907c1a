import { type AccessToken, ownAccessToken } from './access-token.ts';
import { splitEndpoint } from './endpoints.ts';
import { type JsonAnswer, JsonServer } from './json-request.ts';

/** A call without an answer in this time is one whose outcome is unknown; a lease is worth several of them. */
const CALL_TIMEOUT_MS = 15_000;
const PAGE = 300;
const UNAVAILABLE = 14;
const UNAUTHENTICATED = 16;

/**
 * The calls of Firestore that the engine's documents need, over its REST interface: the same service and the same
 * semantics as by gRPC, without the client whose loading was the longest part of a cold start. Each call is made once,
 * because the engine is the layer that tries again. Errors carry gRPC's numeric code.
 */
export class FirestoreRest {
  readonly #server: JsonServer;
  readonly #token: AccessToken;

  /** `emulatorHost` is `host:port`; undefined in the cloud. */
  constructor(emulatorHost: string | undefined, token?: AccessToken) {
    if (emulatorHost !== undefined) splitEndpoint(emulatorHost, 'FIRESTORE_EMULATOR_HOST');
    this.#server = new JsonServer(
      emulatorHost === undefined ? 'https://firestore.googleapis.com' : `http://${emulatorHost}`,
    );
    // The emulator's owner passes the rules that refuse everybody else.
    this.#token = token ?? (emulatorHost === undefined ? ownAccessToken : async () => 'owner');
  }

  /** One answer. `method` is `commit` or `rollback`. */
  call(database: string, method: string, body: object): Promise<unknown> {
    return this.#post(`${database}/documents`, method, body);
  }

  /** All parts of an answer that comes in parts, or an error: never some of them. */
  async list<T>(parent: string, method: string, body: object): Promise<readonly T[]> {
    const parts = await this.#post(parent, method, body);
    if (!Array.isArray(parts)) throw codedError(UNAVAILABLE, `${method} answers no list`);
    const broken = parts.find((part) => errorOf(part) !== undefined);
    if (broken !== undefined) throw faultOf({ status: 500, body: broken });
    return parts as T[];
  }

  /** Every document of one collection, by name. Only a collection that one worker writes is one moment's when it has pages. */
  async documents<T>(collection: string): Promise<readonly T[]> {
    const found: T[] = [];
    let pageToken = '';
    do {
      const query = `?pageSize=${PAGE}${pageToken === '' ? '' : `&pageToken=${encodeURIComponent(pageToken)}`}`;
      const page = (await this.#asked('GET', `${pathOf(collection)}${query}`)) as Page<T>;
      found.push(...(page.documents ?? []));
      pageToken = page.nextPageToken ?? '';
    } while (pageToken !== '');
    return found;
  }

  close(): void {
    this.#server.close();
  }

  #post(resource: string, method: string, body: object): Promise<unknown> {
    return this.#asked('POST', `${pathOf(resource)}:${method}`, body);
  }

  async #asked(method: 'GET' | 'POST', path: string, body?: object): Promise<unknown> {
    const ask = async (token: string) =>
      this.#server.ask({
        method,
        path,
        headers: { authorization: `Bearer ${token}` },
        ...(body === undefined ? {} : { body }),
        timeoutMs: CALL_TIMEOUT_MS,
      });
    const first = await ask(await this.#token());
    // A token that was taken back between two calls: the refusal tells that nothing took effect.
    const { status, body: told } = first.status === 401 ? await ask(await this.#token({ renew: true })) : first;
    if (status !== 200 || told === undefined) throw faultOf({ status, body: told });
    return told;
  }
}

interface Page<T> {
  readonly documents?: readonly T[];
  readonly nextPageToken?: string;
}

const pathOf = (resource: string): string => `/v1/${resource.split('/').map(encodeURIComponent).join('/')}`;

/** google.rpc.Code by name, as Google's errors carry it beside an HTTP status that says less. */
const CODES: Readonly<Record<string, number>> = {
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  OUT_OF_RANGE: 11,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE,
  DATA_LOSS: 15,
  UNAUTHENTICATED,
};

interface RestError {
  readonly status?: unknown;
  readonly message?: unknown;
  readonly details?: readonly { readonly reason?: unknown; readonly metadata?: unknown }[];
}

function errorOf(part: unknown): RestError | undefined {
  const error = (part as { error?: unknown } | null | undefined)?.error;
  return typeof error === 'object' && error !== null ? error : undefined;
}

/** An answer that names no reason came from something before Firestore, which says nothing of what took effect. */
function faultOf({ status, body }: Pick<JsonAnswer, 'status' | 'body'>): Error {
  const error = errorOf(Array.isArray(body) ? body[0] : body);
  const code = CODES[String(error?.status)] ?? UNAVAILABLE;
  const info = error?.details?.find(({ reason }) => reason !== undefined);
  const more = info === undefined ? {} : { reason: info.reason, errorInfoMetadata: info.metadata };
  return Object.assign(codedError(code, String(error?.message ?? `HTTP ${status} without a reason`)), more);
}

const codedError = (code: number, message: string): Error => Object.assign(new Error(message), { code });
