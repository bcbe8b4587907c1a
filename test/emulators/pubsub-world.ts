import { PubSub, v1 } from '@google-cloud/pubsub';
import { credentials } from '@grpc/grpc-js';

/** Topics with push subscriptions, as the infrastructure makes them, in the Pub/Sub emulator. */
export interface PubSubWorld extends AsyncDisposable {
  /** A topic, with a push subscription of the same name where there is somebody to push to. */
  connect(topic: string, pushUrl?: string): Promise<void>;
  /** As `gcloud pubsub topics publish` does. Returns the message's id. */
  publish(topic: string, data: object): Promise<string>;
  /** The messages published since the last call, by whomever. */
  published(): Promise<readonly { readonly topic: string; readonly id: string; readonly data: string }[]>;
}

/** The backoff of the infrastructure is 10 to 600 s; a day that is played waits for nothing. */
const BACKOFF = { minimumBackoff: { nanos: 50_000_000 }, maximumBackoff: { nanos: 400_000_000 } };

export async function openPubSub(host: string, projectId: string): Promise<PubSubWorld> {
  const client = new PubSub({ projectId, apiEndpoint: host, emulatorMode: true });
  const [servicePath = '', port = ''] = host.split(':');
  const subscriber = new v1.SubscriberClient({
    projectId,
    servicePath,
    port: Number(port),
    sslCreds: credentials.createInsecure() as never,
    universeDomain: 'googleapis.com',
  });
  const topics: string[] = [];
  const audit = (topic: string) => `projects/${projectId}/subscriptions/${topic}-audit`;
  return {
    async connect(name, pushUrl) {
      const [topic] = await client.createTopic(name);
      if (pushUrl !== undefined)
        await topic.createSubscription(name, { pushEndpoint: pushUrl, ackDeadlineSeconds: 600, retryPolicy: BACKOFF });
      // A second subscription tells what was published, whoever did it.
      await topic.createSubscription(`${name}-audit`);
      topics.push(name);
    },
    publish: (topic, data) => client.topic(topic, { batching: { maxMessages: 1 } }).publishMessage({ json: data }),
    async published() {
      const found = await Promise.all(
        topics.map(async (topic) => {
          const request = { subscription: audit(topic), maxMessages: 100, returnImmediately: true };
          const [{ receivedMessages }] = await subscriber.pull(request);
          const ackIds = (receivedMessages ?? []).flatMap(({ ackId }) => (ackId ? [ackId] : []));
          if (ackIds.length > 0) await subscriber.acknowledge({ subscription: audit(topic), ackIds });
          return (receivedMessages ?? []).map(({ message }) => ({
            topic,
            id: message?.messageId ?? '',
            data: Buffer.from((message?.data ?? '') as Uint8Array).toString('utf8'),
          }));
        }),
      );
      return found.flat();
    },
    async [Symbol.asyncDispose]() {
      await subscriber.close();
      await client.close();
    },
  };
}
