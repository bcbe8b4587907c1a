import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import type { QueuedMessage } from '../../../shared/adapters/local/publisher.ts';
import { catalog } from '../../../shared/domain/catalog.ts';
import type { Runtime } from '../../../shared/runtime/runtime.ts';
import '../../index.ts';

type Topic = QueuedMessage['topic'];

/** The real functions, each served by functions-framework on a free port, and fed as Pub/Sub's push would feed them. */
export interface FunctionServers {
  /** Pushes a message and answers the HTTP status: 2xx is an acknowledgement. */
  push(message: QueuedMessage): Promise<number>;
  /** The address of the operator function. */
  readonly operator: string;
  close(): Promise<void>;
}

const TARGETS: Readonly<Record<string, string>> = Object.fromEntries([
  ...catalog.phases.map(({ name, target }) => [name, target]),
  ['watchdog', 'watchdog'],
  ['escalations', 'relay'],
]);

export async function serveFunctions(runtime: Runtime, operatorPort = 0): Promise<FunctionServers> {
  const servers = new Map<string, Server>();
  const ports = new Map<string, number>();
  for (const target of [...new Set(Object.values(TARGETS)), 'operator']) {
    const server = getTestServer(target);
    server.listen(target === 'operator' ? operatorPort : 0, '127.0.0.1');
    await once(server, 'listening');
    servers.set(target, server);
    ports.set(target, (server.address() as AddressInfo).port);
  }
  const project = runtime.engine.configuration.deployment.project_id;
  return {
    operator: `http://127.0.0.1:${ports.get('operator')}`,
    async push(message) {
      const topic = runtime.resourceName(message.topic);
      const response = await fetch(
        `http://127.0.0.1:${ports.get(targetOf(message.topic))}/projects/${project}/topics/${topic}`,
        {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(pushBody(project, topic, message)),
        },
      );
      await response.arrayBuffer();
      return response.status;
    },
    async close() {
      for (const server of servers.values()) {
        server.closeAllConnections();
        server.close();
        await once(server, 'close');
      }
    },
  };
}

function targetOf(topic: Topic): string {
  return TARGETS[topic] ?? topic;
}

/** The body that Pub/Sub pushes for a message. */
export function pushBody(project: string, topic: string, { messageId, publishedAt, data }: QueuedMessage) {
  return {
    subscription: `projects/${project}/subscriptions/${topic}`,
    message: {
      data: Buffer.from(JSON.stringify(data)).toString('base64'),
      messageId,
      publishTime: publishedAt,
      attributes: {},
    },
  };
}
