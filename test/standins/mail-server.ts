import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

export interface MailServer {
  /** `127.0.0.1:PORT` */
  readonly endpoint: string;
  /** Whole messages that were taken, oldest first. */
  readonly messages: { readonly from: string; readonly to: readonly string[]; readonly text: string }[];
  /** Users that were let in. */
  readonly users: string[];
  /** The next messages are answered so in place of being taken. */
  readonly refusals: number[];
  close(): Promise<void>;
}

/** An SMTP server on loopback with a certificate of its own making: TLS from the start, by STARTTLS, or none at all. */
export async function startMailServer(options: {
  readonly tls: 'implicit' | 'starttls' | 'none';
  readonly user: string;
  readonly password: string;
}): Promise<MailServer> {
  const messages: MailServer['messages'] = [];
  const users: string[] = [];
  const refusals: number[] = [];
  const server = new SMTPServer({
    secure: options.tls === 'implicit',
    disabledCommands: options.tls === 'none' ? ['STARTTLS'] : [],
    allowInsecureAuth: options.tls === 'none',
    disableReverseLookup: true,
    logger: false,
    onAuth({ username, password }, _session, done) {
      if (username !== options.user || password !== options.password) {
        done(Object.assign(new Error('Invalid username or password'), { responseCode: 535 }));
        return;
      }
      users.push(username);
      done(null, { user: username });
    },
    onData(stream, { envelope }, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const refusal = refusals.shift();
        if (refusal !== undefined) {
          done(Object.assign(new Error('not now'), { responseCode: refusal }));
          return;
        }
        const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
        const to = envelope.rcptTo.map(({ address }) => address);
        messages.push({ from, to, text: Buffer.concat(chunks).toString('utf8') });
        done();
      });
    },
  });
  // A client that breaks off in the midst of a handshake is what some tests are about.
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.server.address() as AddressInfo;
  return {
    endpoint: `127.0.0.1:${port}`,
    messages,
    users,
    refusals,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
