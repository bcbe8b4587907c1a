import type { LocalPublisher, QueuedMessage } from '../../../shared/adapters/local/publisher.ts';
import { type Instant, plusSeconds } from '../../../shared/domain/time.ts';
import type { FunctionServers } from './push-server.ts';

/** As the subscriptions are configured: first ten seconds, then twice as long each time, at most ten minutes. */
const FIRST_BACKOFF_SECONDS = 10;
const MAX_BACKOFF_SECONDS = 600;
const MAX_DELIVERIES = 50;

export interface SteppableClock {
  now(): Instant;
  advanceTo(at: Instant): void;
}

/**
 * Delivers a message, and whatever is published while it is handled, until all is acknowledged. What is not
 * acknowledged comes again after its backoff, by the stepped clock. Returns what was given up.
 */
export async function deliverAll(
  servers: FunctionServers,
  publisher: LocalPublisher,
  clock: SteppableClock,
  first: QueuedMessage | undefined,
): Promise<readonly QueuedMessage[]> {
  const deadLetters: QueuedMessage[] = [];
  for (let message = first ?? publisher.take(); message !== undefined; message = publisher.take()) {
    if (!(await deliverOne(servers, clock, message))) deadLetters.push(message);
  }
  return deadLetters;
}

async function deliverOne(servers: FunctionServers, clock: SteppableClock, message: QueuedMessage): Promise<boolean> {
  let backoffSeconds = FIRST_BACKOFF_SECONDS;
  for (let delivery = 1; delivery <= MAX_DELIVERIES; delivery++) {
    const status = await servers.push(message);
    if (status < 300) return true;
    clock.advanceTo(plusSeconds(clock.now(), backoffSeconds));
    backoffSeconds = Math.min(backoffSeconds * 2, MAX_BACKOFF_SECONDS);
  }
  return false;
}
