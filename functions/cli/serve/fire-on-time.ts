import type { QueuedMessage } from '../../../shared/adapters/local/publisher.ts';
import { epochMs, plusSeconds } from '../../../shared/domain/time.ts';
import type { LocalRuntime } from '../../../shared/runtime/local.ts';
import type { FunctionServers } from './push-server.ts';
import { firingsOf } from './timeline.ts';

/** How often the queue of published messages is looked at. */
const POLL_MS = 250;

/** Fires the schedules on the real clock, and delivers what is published, until stopped. */
export async function fireOnTime(runtime: LocalRuntime, servers: FunctionServers, signal: AbortSignal): Promise<void> {
  const { engine, publisher, clock } = runtime;
  let until = clock.now();
  while (!signal.aborted) {
    const now = clock.now();
    for (const { at, topic } of firingsOf(now.slice(0, 10))) {
      if (at <= until || at > now) continue;
      const data = topic === 'watchdog' ? { tick: true } : { phase: topic, trigger: 'schedule' };
      await push(runtime, servers, { topic, messageId: engine.ids.unique(), publishedAt: now, data });
    }
    until = now;
    for (let queued = publisher.take(); queued !== undefined; queued = publisher.take())
      await push(runtime, servers, queued);
    await clock.sleep(Math.min(POLL_MS, Math.max(1, epochMs(plusSeconds(now, 1)) - epochMs(now))), signal);
  }
}

async function push({ engine }: LocalRuntime, servers: FunctionServers, message: QueuedMessage): Promise<void> {
  try {
    const status = await servers.push(message);
    if (status >= 300)
      engine.log.write('WARNING', `${message.topic} answered ${status}; the watchdog resumes what began`, {
        message: message.messageId,
      });
  } catch (error) {
    engine.log.write('ERROR', `${message.topic} could not be reached`, { error });
  }
}
