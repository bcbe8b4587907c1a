import type { Client, ClientReadableStream, MethodDefinition } from '@grpc/grpc-js';
import type { FirestoreCalls } from './firestore-client.ts';

type RunQuery = Client & { readonly runQuery: Pick<MethodDefinition<object, object>, 'path' | 'requestSerialize'> };
const asItIs = (bytes: Buffer): Buffer => bytes;

/**
 * The answers of a query as they come over the wire: over the channel and with the credentials of the generated client, but
 * without its decoding, which makes objects of objects of everything and costs more than the rest of a capture.
 */
export async function openQuery(
  { client, options }: FirestoreCalls,
  request: { readonly parent: string },
): Promise<ClientReadableStream<Buffer>> {
  const [{ Metadata }, stub] = await Promise.all([import('@grpc/grpc-js'), client.initialize()]);
  const metadata = new Metadata();
  metadata.set('x-goog-request-params', `parent=${encodeURIComponent(request.parent)}`);
  for (const [name, value] of Object.entries(options.otherArgs.headers)) metadata.set(name, value);
  const { runQuery } = stub as unknown as RunQuery;
  const stream = (stub as unknown as Client).makeServerStreamRequest(
    runQuery.path,
    runQuery.requestSerialize,
    asItIs,
    request,
    metadata,
  );
  // Told to whoever reads; one that comes after the reader has left concerns nobody.
  stream.on('error', () => {});
  return stream;
}
