import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createHttpClient } from '../../shared/adapters/http/client.ts';
import { explainMistakes, parseConfiguration } from '../../shared/domain/configuration/index.ts';
import { PortError } from '../../shared/domain/errors.ts';
import type { Envelope } from '../../shared/envelope/parse-envelope.ts';
import { parseEnvelope } from '../../shared/envelope/parse-envelope.ts';
import { judge, NOW } from '../proof/judge-envelopes.ts';
import addresses from './addresses.json' with { type: 'json' };
import configurations from './configurations.json' with { type: 'json' };
import envelopes from './envelopes.json' with { type: 'json' };

describe('a hostile envelope', () => {
  for (const { case: what, source, message, refusedFor } of envelopes) {
    it(`is quarantined and acknowledged: ${what}`, async () => {
      const envelope: Envelope = { source, id: undefined, data: { message } };
      const parsed = parseEnvelope(envelope, { phase: 't-90-prep', topic: 'highnoon-t-90-prep', now: NOW });
      assert.equal(parsed.ok, false);
      assert.match(parsed.ok ? '' : parsed.why, new RegExp(refusedFor ?? 'message id'));
      assert.deepEqual((await judge(envelope)).faults, []);
    });
  }
});

describe('a hostile configuration', () => {
  for (const { case: what, text, refusedFor } of configurations) {
    it(`is refused with what is wrong: ${what}`, () => {
      const parsed = parseConfiguration(text, { fileName: 'hostile.yaml' });
      assert.match(parsed.ok ? 'accepted' : explainMistakes(parsed.mistakes, 'hostile.yaml'), new RegExp(refusedFor));
    });
  }
});

describe('a hostile address', () => {
  for (const { case: what, url } of addresses) {
    it(`is refused before anything is connected to: ${what}`, async () => {
      const client = createHttpClient({
        allowLoopbackHttp: false,
        resolve: async () => ['93.184.216.34'],
        connect: () => assert.fail('it was connected to'),
      });
      const error = await client
        .request(url, { method: 'GET', maxBytes: 1000, timeoutMs: 1000 })
        .catch((reason: unknown) => reason);
      assert.ok(error instanceof PortError && ['invalid', 'permission-denied'].includes(error.code), String(error));
    });
  }
});
