import type { Instant } from '../domain/time.ts';
import type { Clock } from '../ports/clock.ts';

/** More messages than a process of a test day has open at once. */
const REMEMBERED = 1000;

/**
 * Pub/Sub stamps messages with its own time, which is not that of a day on a shared clock: a message counts as published
 * when this process first sees it. A redelivery keeps the time of the first, as it would with Pub/Sub.
 */
export function restampBy(clock: Pick<Clock, 'now'>): (data: unknown) => unknown {
  const seen = new Map<string, Instant>();
  return (data) => {
    const wrapper = asRecord(data);
    const message = asRecord(wrapper?.message);
    if (message === undefined) return data;
    const id = String(message.messageId ?? message.message_id ?? '');
    const publishTime = seen.get(id) ?? clock.now();
    seen.set(id, publishTime);
    if (seen.size > REMEMBERED) seen.delete(seen.keys().next().value ?? '');
    const { publish_time: _other, ...rest } = message;
    return { ...wrapper, message: { ...rest, publishTime } };
  };
}

const asRecord = (value: unknown): Record<string, unknown> | undefined =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
