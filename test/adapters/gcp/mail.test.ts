import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { createMailMessenger } from '../../../shared/adapters/gcp/mail.ts';
import { PortError, type PortErrorCode } from '../../../shared/domain/errors.ts';
import { type MailServer, startMailServer } from '../../standins/mail-server.ts';
import { escalationOf } from '../../support/escalation.ts';

const PASSWORD = 'p@ss:word/with%signs';
const ID = 't-90-prep@2026-11-24T10:30Z#1';

describe('escalations by mail', () => {
  let server: MailServer | undefined;
  afterEach(() => server?.close());

  async function make(
    tls: 'implicit' | 'starttls' | 'none',
    secret: (endpoint: string) => string,
    trustsLoopback = true,
  ) {
    server = await startMailServer({ tls, user: 'noon', password: PASSWORD });
    const { endpoint } = server;
    const credentials = { secret: async () => secret(endpoint) };
    const port = createMailMessenger({
      credentials,
      server: 'secret://relay-mail',
      from: 'noon@livhana.example',
      to: ['jesse@livhana.example', 'ana@livhana.example'],
      operatorUrl: 'https://noon.example',
      trustsLoopback,
    });
    return { port, server };
  }
  const login = `noon:${encodeURIComponent(PASSWORD)}`;
  const failsWith = (code: PortErrorCode, retryable: boolean) => (error: unknown) =>
    error instanceof PortError &&
    error.code === code &&
    error.retryable === retryable &&
    !error.message.includes('127.0.0.1') &&
    !error.message.includes('p@ss');

  it('go over TLS to everybody named, with what a person needs to know', async () => {
    const { port, server: taken } = await make('implicit', (endpoint) => `smtps://${login}@${endpoint}`);
    assert.deepEqual(await port.send(escalationOf(ID)), { channels: ['mail'] });
    const [message] = taken.messages;
    assert.deepEqual(message?.to, ['jesse@livhana.example', 'ana@livhana.example']);
    assert.match(message?.text ?? '', /^Subject: \[High Noon\] ERROR t-90-prep failed/m);
    assert.match(message?.text ?? '', /shop <b>& others<\/b> fail \(next: mend it\)/);
    assert.match(message?.text ?? '', /^Auto-Submitted: auto-generated/m);
    assert.deepEqual(taken.users, ['noon']);
  });

  it('carry the same name when they are sent again, so that a mailbox shows one', async () => {
    const { port, server: taken } = await make('starttls', (endpoint) => `smtp://${login}@${endpoint}`);
    await port.send(escalationOf(ID));
    await port.send(escalationOf(ID));
    await port.send(escalationOf('another#1'));
    const names = taken.messages.map(({ text }) => /^Message-ID: (<.*>)/m.exec(text)?.[1]);
    assert.equal(names[0], names[1]);
    assert.notEqual(names[0], names[2]);
  });

  it('are not sent, and no password is told, to a server that does not offer TLS', async () => {
    const { port, server: taken } = await make('none', (endpoint) => `smtp://${login}@${endpoint}`);
    await assert.rejects(port.send(escalationOf(ID)), failsWith('precondition-failed', false));
    assert.deepEqual([taken.users, taken.messages], [[], []]);
  });

  it('are not sent to a server whose certificate proves nothing', async () => {
    const { port, server: taken } = await make('implicit', (endpoint) => `smtps://${login}@${endpoint}`, false);
    await assert.rejects(port.send(escalationOf(ID)), PortError);
    assert.deepEqual([taken.users, taken.messages], [[], []]);
  });

  it('are tried again after a refusal of the moment, and not after one for good', async () => {
    const { port, server: taken } = await make('implicit', (endpoint) => `smtps://${login}@${endpoint}`);
    taken.refusals.push(451, 554);
    await assert.rejects(port.send(escalationOf(ID)), failsWith('unavailable', true));
    await assert.rejects(port.send(escalationOf(ID)), failsWith('precondition-failed', false));
    await port.send(escalationOf(ID));
    assert.equal(taken.messages.length, 1);
  });

  it('name the credential that is refused, and a secret that holds no mail server', async () => {
    const { port } = await make('implicit', (endpoint) => `smtps://noon:wrong@${endpoint}`);
    await assert.rejects(port.send(escalationOf(ID)), failsWith('unauthenticated', false));
    await server?.close();
    const { port: other } = await make('implicit', () => 'https://mail.example');
    await assert.rejects(other.send(escalationOf(ID)), /secret:\/\/relay-mail holds no smtps/);
  });

  it('cannot be given a header by what a title says', async () => {
    const { port, server: taken } = await make('implicit', (endpoint) => `smtps://${login}@${endpoint}`);
    await port.send({ ...escalationOf(ID), title: 'failed\r\nBcc: everybody@example.com' });
    assert.doesNotMatch(taken.messages[0]?.text ?? '', /^Bcc:/m);
    assert.equal(taken.messages[0]?.to.length, 2);
  });
});
