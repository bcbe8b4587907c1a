import { createChannels } from '../adapters/gcp/channels.ts';
import { createMailMessenger } from '../adapters/gcp/mail.ts';
import { createCloudMessenger } from '../adapters/gcp/messenger.ts';
import type { Configuration } from '../domain/configuration/index.ts';
import type { Credentials } from '../ports/credentials.ts';
import type { HttpPort } from '../ports/http.ts';
import type { Messenger } from '../ports/messenger.ts';
import { resourceNamer } from './deployed-names.ts';

/** Chat always, mail to whoever the configuration names. */
export function cloudMessenger(options: {
  readonly http: HttpPort;
  readonly credentials: Pick<Credentials, 'secret'>;
  readonly configuration: Pick<Configuration, 'deployment' | 'escalations'>;
  readonly operatorUrl: string | undefined;
  readonly isEmulated: boolean;
}): Messenger {
  const { http, credentials, configuration, operatorUrl, isEmulated } = options;
  const { webhook, mail_server, mail_from, mail_to } = configuration.escalations;
  const nameOf = resourceNamer(configuration.deployment.environment);
  const chat = createCloudMessenger({
    http,
    credentials,
    webhook: webhook ?? `secret://${nameOf('relay-webhook')}`,
    operatorUrl,
  });
  if (mail_from === undefined || mail_to.length === 0) return createChannels({ chat });
  const server = mail_server ?? `secret://${nameOf('relay-mail')}`;
  const mail = createMailMessenger({
    credentials,
    server,
    from: mail_from,
    to: mail_to,
    operatorUrl,
    trustsLoopback: isEmulated,
  });
  return createChannels({ chat, mail });
}
