import type { PhaseName } from '../../domain/catalog.ts';
import { PortError } from '../../domain/errors.ts';
import type { Escalation } from '../../domain/escalation.ts';
import type { TriggerBody } from '../../domain/trigger.ts';
import type { Publisher } from '../../ports/publisher.ts';
import { googleAuthorization } from './access-token.ts';
import { grpcCall } from './call.ts';
import { splitEndpoint } from './endpoints.ts';
import { createGrpcChannel } from './grpc-channel.ts';
import { NOTHING, PublishRequest } from './wire-messages.ts';

/** A message that takes longer is published again by whoever owes it. */
const PUBLISH_TIMEOUT_MS = 10_000;
/** Pub/Sub takes 10 MB; an escalation names findings and never carries them, so more would be a fault of ours. */
const MAX_MESSAGE_BYTES = 262_144;

const PUBLISH = { path: '/google.pubsub.v1.Publisher/Publish', request: PublishRequest, response: NOTHING };

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
  const { projectId, emulatorHost, topicOf } = options;
  const channel = createGrpcChannel({ ...placeOf(emulatorHost), timeoutMs: PUBLISH_TIMEOUT_MS });
  const publish = async (name: PhaseName | 'escalations', body: object): Promise<void> => {
    const topic = `projects/${projectId}/topics/${topicOf(name)}`;
    const asked = { port: 'publisher', what: topic, needs: 'pubsub.topics.publish' };
    const data = Buffer.from(JSON.stringify(body));
    if (data.length > MAX_MESSAGE_BYTES) throw tooLarge(topic, data.length);
    const method = { ...PUBLISH, routedBy: `topic=${encodeURIComponent(topic)}` };
    await grpcCall(asked, undefined, () => channel.call(method, { topic, messages: [{ data }] }));
  };
  return {
    trigger: (phase: PhaseName, body: TriggerBody) => publish(phase, body),
    // The relay reads the stored escalation; the message only names it.
    escalate: ({ id, severity, title, routes }: Escalation) => publish('escalations', { id, severity, title, routes }),
    close: async () => channel.close(),
  };
}

const tooLarge = (topic: string, bytes: number) =>
  new PortError(
    'publisher',
    'too-large',
    `a message for ${topic} has ${bytes} bytes; ${MAX_MESSAGE_BYTES} are allowed`,
  );

function placeOf(emulatorHost: string | undefined) {
  if (emulatorHost === undefined)
    return { origin: 'https://pubsub.googleapis.com', authorization: googleAuthorization() };
  const { host, port } = splitEndpoint(emulatorHost, 'PUBSUB_EMULATOR_HOST');
  return { origin: `http://${host}:${port}`, authorization: async () => ({}) };
}
