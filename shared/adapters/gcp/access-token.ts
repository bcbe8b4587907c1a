import { get } from 'node:http';
import { lazily } from './call.ts';

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';
const METADATA_HOST = 'metadata.google.internal';
const METADATA_PATH = '/computeMetadata/v1/instance/service-accounts/default/token';
const TIMEOUT_MS = 5000;
/** Google's metadata server gives the same token until about five minutes before its end. */
const RENEW_BEFORE_MS = 240_000;

interface Token {
  readonly header: string;
  readonly untilMs: number;
}

/**
 * The headers that say who this process is. On Cloud Run the metadata server is asked directly, which loads nothing; on
 * a person's machine google-auth-library finds what `gcloud auth application-default login` left.
 */
export function googleAuthorization(environment: Readonly<Record<string, string | undefined>> = process.env) {
  const { K_SERVICE: service = '', GCE_METADATA_HOST: host = METADATA_HOST } = environment;
  return service === '' ? ofThisMachine() : ofThisInstance(`http://${host}${METADATA_PATH}`);
}

function ofThisMachine(): () => Promise<Readonly<Record<string, string>>> {
  const auth = lazily(async () => {
    const { GoogleAuth } = await import('google-auth-library');
    return new GoogleAuth({ scopes: SCOPE });
  });
  return async () => Object.fromEntries((await (await auth()).getRequestHeaders()).entries());
}

function ofThisInstance(url: string): () => Promise<Readonly<Record<string, string>>> {
  let kept: Promise<Token> | undefined;
  let untilMs = 0;
  return async () => {
    if (kept === undefined || performance.now() > untilMs - RENEW_BEFORE_MS) {
      // Until the new one is there everybody waits for the same question.
      untilMs = Number.POSITIVE_INFINITY;
      kept = askMetadata(url);
      kept.then(
        (token) => {
          untilMs = token.untilMs;
        },
        () => {
          kept = undefined;
        },
      );
    }
    return { authorization: (await kept).header };
  };
}

function askMetadata(url: string): Promise<Token> {
  return new Promise((resolve, reject) => {
    const asked = get(url, { headers: { 'metadata-flavor': 'Google' }, timeout: TIMEOUT_MS }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      answer.once('error', reject);
      answer.once('end', () => {
        try {
          const { access_token: token, expires_in: seconds } = JSON.parse(text) as Record<string, unknown>;
          if (answer.statusCode !== 200 || typeof token !== 'string' || typeof seconds !== 'number')
            throw new Error(`the metadata server answered ${answer.statusCode} without a token`);
          resolve({ header: `Bearer ${token}`, untilMs: performance.now() + seconds * 1000 });
        } catch (error) {
          reject(error);
        }
      });
    });
    asked.once('timeout', () => asked.destroy(Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' })));
    asked.once('error', reject);
  });
}
