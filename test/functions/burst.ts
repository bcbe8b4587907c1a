import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Worker } from 'node:worker_threads';
import { cloudEvent } from '@google-cloud/functions-framework';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import { type Engine, phaseIn } from '../../shared/engine/engine.ts';
import { resourceNamer } from '../../shared/runtime/deployed-names.ts';
import type { Runtime } from '../../shared/runtime/runtime.ts';
import { servePhase } from '../../shared/runtime/serve-lazily.ts';
import { provideRuntime } from '../../shared/runtime/the-runtime.ts';

/** The slot that the burst is about is due at 10:30; the burst comes a minute later. */
export const NOW = '2026-11-24T10:31:00.000Z';
const DUE = '2026-11-24T10:30:00.500Z';
/** Slots that nobody ran in time. */
export const STALE_DATES = ['2026-11-21', '2026-11-22', '2026-11-23'] as const;
/** So many hostile messages differ; the rest are the same ones again. */
export const DISTINCT_FORGERIES = 100;
const CONCURRENCY = 32;

export type Kind = 'valid' | 'forged' | 'stale';
export interface Message {
  readonly kind: Kind;
  readonly body: string;
}

const push = (data: unknown, messageId: string, publishTime: string): string =>
  JSON.stringify({
    subscription: 'projects/test/subscriptions/s',
    message: { data: Buffer.from(JSON.stringify(data)).toString('base64'), messageId, publishTime, attributes: {} },
  });

/** Half for the one open slot, under ever new message ids; the rest forged and stale, all mixed. */
export function burstOf(count: number): Message[] {
  return Array.from({ length: count }, (_, index): Message => {
    const number = index % DISTINCT_FORGERIES;
    switch (index % 4) {
      case 1:
        return { kind: 'forged', body: push({ phase: 't-90-prep', force: number }, `forged-${number}`, DUE) };
      case 3: {
        const date = STALE_DATES[Math.floor(index / 4) % STALE_DATES.length];
        const data = { phase: 't-90-prep', trigger: 'schedule' };
        return { kind: 'stale', body: push(data, `stale-${index}`, `${date}T10:30:00.500Z`) };
      }
      default:
        return { kind: 'valid', body: push({ phase: 't-90-prep', trigger: 'schedule' }, `valid-${index}`, DUE) };
    }
  });
}

/** What the client is told to do. */
export interface Burst {
  readonly port: number;
  readonly path: string;
  readonly messages: readonly Message[];
  /** So many requests are open at once. */
  readonly concurrency: number;
}

export interface Answered {
  readonly kind: Kind;
  readonly status: number;
  readonly ms: number;
}

/** Serves T-90 as this engine has it and pushes all messages at it, many at a time, again until acknowledged. */
export async function pushAll(
  engine: Engine,
  messages: readonly Message[],
  concurrency = CONCURRENCY,
): Promise<Answered[]> {
  provideRuntime({
    engine,
    messenger: { send: async () => ({ channels: [] }) },
    refreshClock: async () => {},
    resourceName: resourceNamer('production'),
    close: async () => {},
  } satisfies Runtime);
  cloudEvent(
    'burst',
    servePhase('t-90-prep', async () => phaseIn(engine, 't-90-prep')),
  );
  try {
    return await pushAt('burst', messages, concurrency);
  } finally {
    provideRuntime(undefined);
  }
}

/** The same messages at a function that does nothing: what the framework, the client and the machine take by themselves. */
export async function pushAtNothing(messages: readonly Message[], concurrency = CONCURRENCY): Promise<Answered[]> {
  cloudEvent('nothing', async () => {});
  return pushAt('nothing', messages, concurrency);
}

async function pushAt(target: string, messages: readonly Message[], concurrency: number): Promise<Answered[]> {
  const server = getTestServer(target);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  // In a thread of its own: what a client computes for itself is no time that a function took.
  const client = new Worker(new URL('./burst-client.ts', import.meta.url), {
    workerData: { port, path: '/projects/test/topics/highnoon-t-90-prep', messages, concurrency } satisfies Burst,
  });
  try {
    const [answers] = (await once(client, 'message')) as [Answered[]];
    return answers;
  } finally {
    await client.terminate();
    server.closeAllConnections();
    server.close();
  }
}
