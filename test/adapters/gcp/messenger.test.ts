import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createCloudMessenger } from '../../../shared/adapters/gcp/messenger.ts';
import { PortError } from '../../../shared/domain/errors.ts';
import type { HttpRequest, HttpResponse } from '../../../shared/ports/http.ts';
import { escalationOf } from '../../support/escalation.ts';

function messenger(status: number) {
  const sent: { url: string; request: HttpRequest }[] = [];
  const http = {
    async request(url: string, request: HttpRequest): Promise<HttpResponse> {
      sent.push({ url, request });
      return {
        status,
        headers: {},
        body: new Uint8Array(),
        truncated: false,
        durationMs: 1,
        remoteAddress: '',
        digest: '',
      };
    },
  };
  const credentials = { secret: async (reference: string) => `https://chat.example/${reference.slice(9)}` };
  const operatorUrl = 'https://noon.example';
  return { sent, port: createCloudMessenger({ http, credentials, webhook: 'secret://relay-webhook', operatorUrl }) };
}

describe('escalations to chat', () => {
  it('say what, since when and what next, and mention nobody by what a finding says', async () => {
    const { sent, port } = messenger(200);
    assert.deepEqual(await port.send(escalationOf('t-90-prep@2026-11-24T10:30Z#1')), { channels: ['chat'] });
    assert.equal(sent[0]?.url, 'https://chat.example/relay-webhook');
    const { text } = JSON.parse(String(sent[0]?.request.body)) as { text: string };
    assert.match(text, /^\*ERROR\* t-90-prep failed/);
    assert.match(text, /shop &lt;b&gt;&amp; others&lt;\/b&gt; fail \(next: mend it\)/);
    assert.match(text, /https:\/\/noon\.example$/);
  });

  it('are tried again after a fault of the server, and not after a refusal; neither tells the address', async () => {
    for (const [status, retryable] of [
      [503, true],
      [429, true],
      [404, false],
    ] as const) {
      await assert.rejects(
        messenger(status).port.send(escalationOf('a#1')),
        (error) =>
          error instanceof PortError && error.retryable === retryable && !error.message.includes('chat.example'),
      );
    }
  });
});
