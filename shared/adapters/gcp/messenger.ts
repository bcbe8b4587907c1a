import { PortError } from '../../domain/errors.ts';
import type { Credentials } from '../../ports/credentials.ts';
import type { HttpPort } from '../../ports/http.ts';
import type { Messenger } from '../../ports/messenger.ts';
import { escalationText } from './escalation-text.ts';

const TIMEOUT_MS = 10_000;
const MAX_ANSWER_BYTES = 65_536;

export interface CloudMessengerOptions {
  readonly http: HttpPort;
  readonly credentials: Pick<Credentials, 'secret'>;
  /** The secret that holds the webhook's URL: whoever has the URL may write, so it stands in no configuration. */
  readonly webhook: string;
  /** Where the operator page is, when deployment says so. */
  readonly operatorUrl: string | undefined;
}

/** Escalations to chat, through an incoming webhook of Slack's shape (Mattermost, Google Chat bridges and others take it too). */
export function createCloudMessenger(options: CloudMessengerOptions): Messenger {
  return {
    async send(escalation) {
      const url = await options.credentials.secret(options.webhook);
      const response = await options.http.request(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ text: escalationText(escalation, options.operatorUrl, plain) }),
        maxBytes: MAX_ANSWER_BYTES,
        timeoutMs: TIMEOUT_MS,
      });
      if (response.status >= 200 && response.status < 300) return { channels: ['chat'] };
      // Too many requests and faults of the server pass; a webhook that is gone or refused needs a person.
      const passes = response.status === 429 || response.status >= 500;
      throw new PortError(
        'messenger',
        passes ? 'unavailable' : 'precondition-failed',
        `the webhook behind ${options.webhook} answered ${response.status}`,
      );
    },
  };
}

/** Text of findings comes from the outside: it must not mention a whole channel or hide an address behind words. */
const plain = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
