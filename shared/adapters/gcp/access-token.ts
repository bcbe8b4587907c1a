import { lazily } from './call.ts';
import { JsonServer } from './json-request.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Gives a bearer token of the identity that this process runs as. `renew` says that the last one was refused. */
export type AccessToken = (options?: { readonly renew?: boolean }) => Promise<string>;

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';
const PATH = '/computeMetadata/v1/instance/service-accounts/default/token';
const TIMEOUT_MS = 5000;
/** The metadata server hands out a new token five minutes before the old one ends. */
const EARLY_SECONDS = 240;

/**
 * A service of Cloud Run asks the metadata server, which is one small request; loading Google's library for it would
 * take longer than a refusal may. Anybody else, a person with the command line, may have credentials of any kind.
 */
export function accessTokenFrom(environment: Environment): AccessToken {
  const isService = (environment.K_SERVICE ?? '') !== '' && (environment.GOOGLE_APPLICATION_CREDENTIALS ?? '') === '';
  return isService ? fromMetadata(environment.GCE_METADATA_HOST ?? '') : fromLibrary();
}

let own: AccessToken | undefined;

/** This process's token, asked for once whoever needs it. */
export const ownAccessToken: AccessToken = (options) => {
  own ??= accessTokenFrom(process.env);
  return own(options);
};

function fromMetadata(host: string): AccessToken {
  const server = new JsonServer(`http://${host === '' ? 'metadata.google.internal' : host}`);
  const ask = async (): Promise<Known> => {
    const askedMs = performance.now();
    const headers = { 'metadata-flavor': 'Google' };
    const { status, body } = await server.ask({ method: 'GET', path: PATH, headers, timeoutMs: TIMEOUT_MS });
    const { access_token: token, expires_in: seconds } = (body ?? {}) as Record<string, unknown>;
    if (status !== 200 || typeof token !== 'string' || typeof seconds !== 'number')
      // 14 is gRPC's UNAVAILABLE: nothing was asked of the service itself, so nothing took effect.
      throw Object.assign(new Error(`the metadata server answers ${status} and no token`), { code: 14 });
    return { token, untilMs: askedMs + (seconds - EARLY_SECONDS) * 1000 };
  };
  let known: Promise<Known> | undefined;
  const fresh = (): Promise<Known> => {
    known = ask().catch((error: unknown) => {
      known = undefined;
      throw error;
    });
    return known;
  };
  return async ({ renew = false } = {}) => {
    const held = renew ? undefined : await known;
    return (held !== undefined && performance.now() < held.untilMs ? held : await fresh()).token;
  };
}

interface Known {
  readonly token: string;
  /** On this process's monotonic clock. */
  readonly untilMs: number;
}

function fromLibrary(): AccessToken {
  const auth = lazily(async () => {
    const { GoogleAuth } = await import('google-auth-library');
    return new GoogleAuth({ scopes: [SCOPE] });
  });
  return async () => {
    const token = await (await auth()).getAccessToken();
    if (typeof token === 'string') return token;
    throw Object.assign(new Error('there are no credentials here'), { code: 16 });
  };
}
