import type { QueuedMessage } from '../../../shared/adapters/local/publisher.ts';
import type { LocalRuntime } from '../../../shared/runtime/local.ts';
import type { FunctionServers } from './push-server.ts';
import { type Firing, firingsOf } from './timeline.ts';

/** How often the queue of published messages is looked at. */
const POLL_MS = 250;
/** The watchdog's own schedule; on a clock that stands still it is kept by the monotonic one. */
const TICK_MS = 300_000;

export interface Loop {
  /** Fires what is due by now, and delivers what was published, whatever is published meanwhile included. */
  turn(): Promise<void>;
  /** Turns until it is stopped. */
  run(signal: AbortSignal): Promise<void>;
}

/**
 * What Scheduler and Pub/Sub do in the cloud, on one machine: `dev` has it on the real clock, and `day --serve` after
 * its day, on the clock that stands at the day's end. There no schedule comes due any more, but what a person asks for
 * is delivered, and the watchdog comes all the same.
 */
export function createLoop(runtime: LocalRuntime, servers: FunctionServers): Loop {
  const { engine, publisher, clock } = runtime;
  let until = clock.now();
  let tickedAtMs = Number.NEGATIVE_INFINITY;

  async function fire(topic: Firing['topic']): Promise<void> {
    if (topic === 'watchdog') tickedAtMs = clock.monotonicMs();
    const data = topic === 'watchdog' ? { tick: true } : { phase: topic, trigger: 'schedule' };
    await push(runtime, servers, { topic, messageId: engine.ids.unique(), publishedAt: clock.now(), data });
  }

  async function turn(): Promise<void> {
    const now = clock.now();
    const due = firingsOf(now.slice(0, 10)).filter(({ at }) => at > until && at <= now);
    until = now;
    // The sample world comes to work in the morning, also in a process that was started the day before.
    if (due.length > 0) await runtime.stepTo(now);
    for (const { topic } of due) await fire(topic);
    if (clock.monotonicMs() - tickedAtMs >= TICK_MS) await fire('watchdog');
    for (let queued = publisher.take(); queued !== undefined; queued = publisher.take())
      await push(runtime, servers, queued);
  }

  return {
    turn,
    async run(signal) {
      while (!signal.aborted) {
        await turn();
        await clock.sleep(POLL_MS, signal);
      }
    },
  };
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

/** Turns until the process is interrupted. */
export async function serveUntilInterrupted(runtime: LocalRuntime, servers: FunctionServers): Promise<void> {
  const stop = new AbortController();
  const end = () => stop.abort();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, end);
  try {
    await createLoop(runtime, servers).run(stop.signal);
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.removeListener(signal, end);
  }
}
