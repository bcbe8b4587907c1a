import type { GoogleAuth } from 'google-auth-library';
import { CALL_TIMEOUT_MS, httpCall, lazily } from './call.ts';
import type { Asked } from './errors.ts';

/** GET of Google's REST APIs that have no Node client of their own, as the identity that this process runs as. */
export function createRestReader(isStandIn: boolean) {
  const auth = lazily(async (): Promise<GoogleAuth> => {
    const { GoogleAuth, PassThroughClient } = await import('google-auth-library');
    if (isStandIn) return new GoogleAuth({ authClient: new PassThroughClient() });
    return new GoogleAuth({ scopes: ['https://www.googleapis.com/auth/cloud-platform'] });
  });
  return async <T>(url: string, asked: Asked, signal?: AbortSignal): Promise<T> =>
    httpCall(asked, signal, async () => {
      const options = { url, timeout: CALL_TIMEOUT_MS, retry: false, ...(signal === undefined ? {} : { signal }) };
      const { data } = await (await auth()).request<T>(options);
      return data;
    });
}
