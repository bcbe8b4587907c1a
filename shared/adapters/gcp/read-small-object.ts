import { PortError } from '../../domain/errors.ts';
import { parseAddress } from '../local/object-address.ts';
import { type AccessToken, ownAccessToken } from './access-token.ts';
import { CALL_TIMEOUT_MS, httpCall } from './call.ts';
import { crc32c, crc32cText } from './crc32c.ts';
import { httpStatusFault } from './errors.ts';
import { JsonServer } from './json-request.ts';

/**
 * A whole object of Cloud Storage in one request, for what every cold process reads before anything else. The client
 * behind the objects port takes longer to load than this takes, and most messages never need it. Throws PortError.
 */
export async function readSmallObject(
  uri: string,
  { endpoint, token = ownAccessToken }: { readonly endpoint?: string | undefined; readonly token?: AccessToken } = {},
): Promise<Uint8Array> {
  const { bucket, key } = parseAddress(uri);
  const asked = { port: 'objects', what: uri, needs: 'storage.objects.get' };
  const origin = endpoint?.replace(/^(?!https?:\/\/)/, 'http://') ?? 'https://storage.googleapis.com';
  const server = new JsonServer(origin);
  try {
    const { status, bytes, body, headers } = await httpCall(asked, undefined, async () =>
      server.ask({
        method: 'GET',
        path: `/storage/v1/b/${encodeURIComponent(bucket)}/o/${encodeURIComponent(key)}?alt=media`,
        // A stand-in asks for no credentials.
        headers: endpoint === undefined ? { authorization: `Bearer ${await token()}` } : {},
        timeoutMs: CALL_TIMEOUT_MS,
      }),
    );
    if (status !== 200) throw httpStatusFault(status, body, asked);
    const told = /\bcrc32c=([A-Za-z0-9+/=]+)/.exec(String(headers['x-goog-hash'] ?? ''))?.[1];
    if (told !== undefined && told !== crc32cText(crc32c(bytes)))
      throw new PortError('objects', 'unavailable', `${uri} came damaged: its checksum differs`);
    return bytes;
  } finally {
    server.close();
  }
}
