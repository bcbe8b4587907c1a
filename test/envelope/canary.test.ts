import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseEnvelope } from '../../shared/envelope/parse-envelope.ts';

const NOW = '2026-11-24T10:30:00.000Z';
const CANARY = 'ghp_c4n4ryC4N4RYc4n4ryC4N4RY0123456789';
const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64');
const sound = { data: base64({ phase: 't-90-prep' }), publishTime: NOW, messageId: 'm1' };

describe('a secret in a message that is refused', () => {
  const messages: Record<string, object> = {
    'as its data': { ...sound, data: CANARY },
    'in its data, encoded': { ...sound, data: base64({ phase: 't-90-prep', password: CANARY }) },
    'as its phase': { ...sound, data: base64({ phase: CANARY }) },
    'as its slot': { ...sound, data: base64({ phase: 't-90-prep', slot: CANARY }) },
    'as an attribute': { ...sound, attributes: { a: 'x'.repeat(400), token: CANARY } },
    'as the name of an attribute': { ...sound, attributes: { [CANARY]: 1 } },
    'in a header that somebody passed on': {
      ...sound,
      publishTime: 'never',
      attributes: { authorization: `Bearer ${CANARY}` },
    },
    'as a key of its own': { [CANARY]: CANARY, ...sound, publishTime: 0 },
  };
  for (const [place, message] of Object.entries(messages)) {
    it(`is not kept in quarantine, nor told: ${place}`, () => {
      const parsed = parseEnvelope(
        { source: `//pubsub.googleapis.com/projects/${CANARY}`, id: CANARY, data: { message } },
        { phase: 't-90-prep', topic: 'highnoon-t-90-prep', now: NOW },
      );
      assert.equal(parsed.ok, false);
      const kept = JSON.stringify(parsed);
      const encoded = Buffer.from(CANARY).toString('base64').slice(2, -4);
      assert.ok(!kept.includes(CANARY) && !kept.includes(encoded), kept);
      if (!parsed.ok && 'data' in message) assert.ok(!kept.includes(String(message.data).slice(0, 30)), kept);
    });
  }
});
