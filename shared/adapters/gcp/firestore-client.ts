import type { FirestoreClient } from '@google-cloud/firestore-api/client_v1';
import { once } from './call.ts';
import { splitEndpoint } from './endpoints.ts';

/** A call without an answer in this time is one whose outcome is unknown; a lease is worth several of them. */
const CALL_TIMEOUT_MS = 15_000;

/** The generated client and how its calls are made: once, with a time limit, because the engine is the layer that tries again. */
export interface FirestoreCalls {
  readonly client: FirestoreClient;
  readonly options: ReturnType<typeof once> & {
    readonly otherArgs: { readonly headers: Readonly<Record<string, string>> };
  };
}

/**
 * Loads and connects the client. The SDK beside it would load four times as much, and decide about retries and
 * concurrency by itself. `emulatorHost` is `host:port`; undefined in the cloud.
 */
export async function connectFirestore(emulatorHost: string | undefined): Promise<FirestoreCalls> {
  const { FirestoreClient } = await import('@google-cloud/firestore-api/client_v1');
  const options = once(CALL_TIMEOUT_MS);
  if (emulatorHost === undefined) {
    return { client: new FirestoreClient(), options: { ...options, otherArgs: { headers: {} } } };
  }
  const [{ credentials }, { GoogleAuth }] = await Promise.all([import('@grpc/grpc-js'), import('google-auth-library')]);
  const { host, port } = splitEndpoint(emulatorHost, 'FIRESTORE_EMULATOR_HOST');
  const client = new FirestoreClient({
    servicePath: host,
    port,
    sslCreds: credentials.createInsecure(),
    // Told the domain, it does not look for a metadata server, which takes seconds where there is none.
    auth: new GoogleAuth({ clientOptions: { universeDomain: 'googleapis.com' } }) as never,
  });
  // The emulator's owner passes the rules that refuse everybody else.
  return { client, options: { ...options, otherArgs: { headers: { authorization: 'Bearer owner' } } } };
}
