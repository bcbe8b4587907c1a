import { googleAuthorization } from './access-token.ts';
import { splitEndpoint } from './endpoints.ts';
import type { WireFields } from './firestore-values.ts';
import { createGrpcChannel, type Method } from './grpc-channel.ts';
import type { Schema } from './wire-codec.ts';
import * as messages from './wire-messages.ts';

/** A call without an answer in this time is one whose outcome is unknown; a lease is worth several of them. */
const CALL_TIMEOUT_MS = 15_000;

export interface WireDocument {
  readonly name: string;
  readonly fields?: WireFields;
}

interface ReadAnswer {
  readonly found?: WireDocument;
  readonly transaction?: Uint8Array;
  readonly readTime?: { readonly seconds?: string; readonly nanos?: number };
}

type Request = Readonly<Record<string, unknown>>;

/** Firestore's calls, each made once, because the engine is the layer that tries again. They reject with GrpcStatus. */
export interface FirestoreWire {
  batchGet(request: Request & { readonly database: string }): Promise<readonly ReadAnswer[]>;
  commit(request: Request & { readonly database: string }): Promise<void>;
  rollback(request: Request & { readonly database: string }): Promise<void>;
  runQuery(request: Request & { readonly parent: string }): Promise<readonly { readonly document?: WireDocument }[]>;
  close(): void;
}

/** Connects when it is first called. `emulatorHost` is `host:port`; undefined in the cloud. */
export function connectFirestore(emulatorHost: string | undefined): FirestoreWire {
  const channel = createGrpcChannel({ ...placeOf(emulatorHost), timeoutMs: CALL_TIMEOUT_MS });
  const call = (name: string, schemas: readonly [Schema, Schema], request: Request, routedBy: string) => {
    const method: Method = {
      path: `/google.firestore.v1.Firestore/${name}`,
      request: schemas[0],
      response: schemas[1],
      routedBy,
    };
    return channel.call(method, request);
  };
  return {
    batchGet: (request) =>
      call(
        'BatchGetDocuments',
        [messages.BatchGetDocumentsRequest, messages.BatchGetDocumentsResponse],
        request,
        routed('database', request.database),
      ) as Promise<readonly ReadAnswer[]>,
    commit: async (request) => {
      await call('Commit', [messages.CommitRequest, messages.NOTHING], request, routed('database', request.database));
    },
    rollback: async (request) => {
      const { database } = request;
      await call('Rollback', [messages.RollbackRequest, messages.NOTHING], request, routed('database', database));
    },
    runQuery: (request) =>
      call(
        'RunQuery',
        [messages.RunQueryRequest, messages.RunQueryResponse],
        request,
        routed('parent', request.parent),
      ),
    close: () => channel.close(),
  };
}

const routed = (name: string, value: string): string => `${name}=${encodeURIComponent(value)}`;

function placeOf(emulatorHost: string | undefined) {
  if (emulatorHost === undefined)
    return { origin: 'https://firestore.googleapis.com', authorization: googleAuthorization() };
  const { host, port } = splitEndpoint(emulatorHost, 'FIRESTORE_EMULATOR_HOST');
  // The emulator's owner passes the rules that refuse everybody else.
  return { origin: `http://${host}:${port}`, authorization: async () => ({ authorization: 'Bearer owner' }) };
}
