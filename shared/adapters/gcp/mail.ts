import { createHash } from 'node:crypto';
import type { Transporter } from 'nodemailer';
import { PortError, type PortErrorCode } from '../../domain/errors.ts';
import { headWord } from '../../domain/self-test.ts';
import type { Credentials } from '../../ports/credentials.ts';
import type { Messenger } from '../../ports/messenger.ts';
import { escalationText } from './escalation-text.ts';

const TIMEOUT_MS = 15_000;
const LONGEST_SUBJECT = 180;

export interface MailOptions {
  readonly credentials: Pick<Credentials, 'secret'>;
  /**
   * The secret that holds the mail server: `smtps://USER:PASSWORD@HOST[:465]`, or `smtp://...[:587]`, which changes to
   * TLS before anything is said. User and password as in every URL: percent-encoded.
   */
  readonly server: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly operatorUrl: string | undefined;
  /** On a test day alone: certificates of this machine's own making, on loopback. */
  readonly trustsLoopback?: boolean;
}

/** Escalations by mail, over SMTP and never without TLS. One message for each, whoever sends it again. */
export function createMailMessenger(options: MailOptions): Messenger {
  const { server, from, to, operatorUrl } = options;
  return {
    async send(escalation) {
      const transport = await connect(options);
      try {
        await transport.sendMail({
          from,
          to: [...to],
          subject: `[High Noon] ${headWord(escalation)} ${plain(escalation.title).slice(0, LONGEST_SUBJECT)}`,
          text: `${escalationText(escalation, operatorUrl, plain)}\n`,
          // A server that takes a message and is cut off before it says so gets it again under the same name.
          messageId: `<${createHash('sha256').update(escalation.id).digest('hex').slice(0, 32)}@${from.split('@')[1]}>`,
          headers: { 'Auto-Submitted': 'auto-generated' },
        });
      } catch (error) {
        throw fault(error, server);
      } finally {
        transport.close();
      }
      return { channels: ['mail'] };
    },
  };
}

/** Text of findings comes from the outside: one line of it stays one line. */
const plain = (text: string): string => text.replace(/\p{Cc}+/gu, ' ');

async function connect({ credentials, server, trustsLoopback = false }: MailOptions): Promise<Transporter> {
  const url = addressOf(await credentials.secret(server), server);
  const { createTransport } = await import('nodemailer');
  const isLoopback = trustsLoopback && (url.hostname === '127.0.0.1' || url.hostname === 'localhost');
  const isImplicit = url.protocol === 'smtps:';
  return createTransport({
    host: url.hostname,
    port: url.port === '' ? (isImplicit ? 465 : 587) : Number(url.port),
    secure: isImplicit,
    requireTLS: true,
    tls: { minVersion: 'TLSv1.2', rejectUnauthorized: !isLoopback },
    ...(url.username === ''
      ? {}
      : { auth: { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) } }),
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

/** The address is a secret: what is wrong with it is told without it. */
function addressOf(text: string, reference: string): URL {
  if (URL.canParse(text)) {
    const url = new URL(text);
    if ((url.protocol === 'smtps:' || url.protocol === 'smtp:') && url.hostname !== '') return url;
  }
  throw new PortError('messenger', 'invalid', `${reference} holds no smtps://USER:PASSWORD@HOST or smtp:// address`);
}

/** nodemailer's own codes; a reply of 4xx passes, one of 5xx needs a person. */
const CODES: Readonly<Record<string, PortErrorCode>> = {
  EAUTH: 'unauthenticated',
  ENOAUTH: 'unauthenticated',
  EOAUTH2: 'unauthenticated',
  ETLS: 'precondition-failed',
  EENVELOPE: 'invalid',
};

function fault(error: unknown, server: string): PortError {
  const { code, responseCode } = (error ?? {}) as { code?: unknown; responseCode?: unknown };
  const reply = typeof responseCode === 'number' ? ` answered ${responseCode}` : '';
  const passes = typeof responseCode === 'number' && responseCode >= 400 && responseCode < 500;
  const known = typeof code === 'string' && Object.hasOwn(CODES, code) ? CODES[code] : undefined;
  const meant = passes ? 'unavailable' : (known ?? (reply === '' ? 'unavailable' : 'precondition-failed'));
  const said = reply === '' ? ` could not be spoken to (${String(code ?? 'no code')})` : reply;
  return new PortError('messenger', meant, `the mail server behind ${server}${said}`);
}
