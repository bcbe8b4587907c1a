import type { FirestoreClient } from '@google-cloud/firestore-api/client_v1';
import { once } from './call.ts';
import { splitEndpoint } from './endpoints.ts';
import { offlineAuth } from './offline-auth.ts';

/** A call without an answer in this time is one whose outcome is unknown; a lease is worth several of them. */
const CALL_TIMEOUT_MS = 15_000;

/** The generated client and how its calls are made: once, with a time limit, because the engine is the layer that tries again. */
export interface FirestoreCalls {
  readonly client: FirestoreClient;
  readonly options: ReturnType<typeof once> & {
    readonly retryRequestOptions: typeof NO_STREAM_RETRIES;
    readonly otherArgs: { readonly headers: Readonly<Record<string, string>> };
  };
}

/** Streams have a retry of their own beside the one that `retry` switches off. */
const NO_STREAM_RETRIES = { retries: 0, noResponseRetries: 0 };

/**
 * Loads and connects the client. The SDK beside it would load four times as much, and decide about retries and
 * concurrency by itself. `emulatorHost` is `host:port`; undefined in the cloud.
 */
export async function connectFirestore(emulatorHost: string | undefined): Promise<FirestoreCalls> {
  const { FirestoreClient } = await import('@google-cloud/firestore-api/client_v1');
  const options = { ...once(CALL_TIMEOUT_MS), retryRequestOptions: NO_STREAM_RETRIES };
  if (emulatorHost === undefined) {
    return { client: new FirestoreClient(), options: { ...options, otherArgs: { headers: {} } } };
  }
  const { credentials } = await import('@grpc/grpc-js');
  const { host, port } = splitEndpoint(emulatorHost, 'FIRESTORE_EMULATOR_HOST');
  const client = new FirestoreClient({
    servicePath: host,
    port,
    sslCreds: credentials.createInsecure(),
    auth: await offlineAuth(),
  });
  // The emulator's owner passes the rules that refuse everybody else.
  return { client, options: { ...options, otherArgs: { headers: { authorization: 'Bearer owner' } } } };
}
