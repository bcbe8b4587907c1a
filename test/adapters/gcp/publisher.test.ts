import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createCloudPublisher } from '../../../shared/adapters/gcp/publisher.ts';
import { PortError } from '../../../shared/domain/errors.ts';
import { publisherContract } from '../../contracts/publisher.contract.ts';
import { missingEmulators, startEmulator } from '../../emulators/emulators.ts';
import { openPubSub } from '../../emulators/pubsub-world.ts';
import { escalationOf } from '../../support/escalation.ts';

const TOPICS = ['t-90-prep', 'high-noon-sync', 'escalations'] as const;
const topicOf = (name: string) => `highnoon-${name}`;
const place = { projectId: 'publisher-test', region: 'us-central1', topicOf };

if (missingEmulators(['pubsub']) === undefined) {
  publisherContract('the Pub/Sub emulator', async () => {
    const emulator = await startEmulator('pubsub');
    const messages = await openPubSub(emulator.host, place.projectId);
    for (const name of TOPICS) await messages.connect(topicOf(name));
    const port = createCloudPublisher({ ...place, emulatorHost: emulator.host });
    return {
      port,
      async taken() {
        const published = await messages.published();
        return published.map(({ topic, data }) => ({ topic: topic.slice('highnoon-'.length), data: JSON.parse(data) }));
      },
      async close() {
        await port.close();
        await messages[Symbol.asyncDispose]();
        await emulator[Symbol.asyncDispose]();
      },
    };
  });

  describe('publishing to Pub/Sub', () => {
    it('tells that a topic does not exist, which is no outage', async () => {
      await using emulator = await startEmulator('pubsub');
      const port = createCloudPublisher({ ...place, emulatorHost: emulator.host });
      await assert.rejects(
        port.escalate(escalationOf('a#1')),
        (error) => error instanceof PortError && error.code === 'not-found' && !error.retryable,
      );
      await port.close();
    });
  });
}
