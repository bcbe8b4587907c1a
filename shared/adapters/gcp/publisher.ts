import type { PhaseName } from '../../domain/catalog.ts';
import { PortError } from '../../domain/errors.ts';
import type { Escalation } from '../../domain/escalation.ts';
import type { TriggerBody } from '../../domain/trigger.ts';
import type { Publisher } from '../../ports/publisher.ts';
import { grpcCall, lazily, once } from './call.ts';
import { grpcOptions } from './endpoints.ts';
import { offlineAuth } from './offline-auth.ts';

/** A message that takes longer is published again by whoever owes it. */
const PUBLISH_TIMEOUT_MS = 10_000;
/** Pub/Sub takes 10 MB; an escalation names findings and never carries them, so more would be a fault of ours. */
const MAX_MESSAGE_BYTES = 262_144;

export interface CloudPublisherOptions {
  readonly projectId: string;
  readonly region: string;
  /** `host:port` of the emulator; undefined in the cloud. */
  readonly emulatorHost?: string | undefined;
  /** Topic id of a phase or of `escalations`: `highnoon-t-90-prep`. */
  readonly topicOf: (name: PhaseName | 'escalations') => string;
}

export interface CloudPublisher extends Publisher {
  close(): Promise<void>;
}

/**
 * Messages to Pub/Sub. Each is one call that has ended when its promise has: a function's processor may stop as soon as
 * its answer is sent, and what a client still holds in a batch would be lost with it.
 */
export function createCloudPublisher(options: CloudPublisherOptions): CloudPublisher {
  const { projectId, region, emulatorHost, topicOf } = options;
  let isOpen = false;
  const client = lazily(async () => {
    const { PublisherClient } = await import('@google-cloud/pubsub-api/build/src/v1/publisher_client.js');
    isOpen = true;
    const common = await grpcOptions({ projectId, region, endpoint: emulatorHost });
    return new PublisherClient(emulatorHost === undefined ? common : { ...common, auth: await offlineAuth() });
  });
  const publish = async (name: PhaseName | 'escalations', body: object): Promise<void> => {
    const topic = `projects/${projectId}/topics/${topicOf(name)}`;
    const asked = { port: 'publisher', what: topic, needs: 'pubsub.topics.publish' };
    const data = Buffer.from(JSON.stringify(body));
    if (data.length > MAX_MESSAGE_BYTES) throw tooLarge(topic, data.length);
    await grpcCall(asked, undefined, async () =>
      (await client()).publish({ topic, messages: [{ data }] }, once(PUBLISH_TIMEOUT_MS)),
    );
  };
  return {
    trigger: (phase: PhaseName, body: TriggerBody) => publish(phase, body),
    // The relay reads the stored escalation; the message only names it.
    escalate: ({ id, severity, title, routes }: Escalation) => publish('escalations', { id, severity, title, routes }),
    close: async () => {
      if (isOpen) await (await client()).close();
    },
  };
}

const tooLarge = (topic: string, bytes: number) =>
  new PortError(
    'publisher',
    'too-large',
    `a message for ${topic} has ${bytes} bytes; ${MAX_MESSAGE_BYTES} are allowed`,
  );
