import { PortError } from '../domain/errors.ts';
import type { Clock } from '../ports/clock.ts';

/**
 * Runs work under a time limit on the monotonic clock. The work is told by its signal; whether or not it listens, the
 * caller gets `deadline-exceeded` in time, and must look before it calls again.
 */
export async function withDeadline<T>(
  clock: Clock,
  ms: number,
  what: string,
  parent: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (parent?.aborted === true)
    throw new PortError('engine', 'deadline-exceeded', `${what} was interrupted before it began`);
  const controller = new AbortController();
  const finished = new AbortController();
  const abort = () => controller.abort(parent?.reason);
  parent?.addEventListener('abort', abort, { once: true });
  const limit = (async (): Promise<never> => {
    await clock.sleep(Math.max(0, ms), AbortSignal.any([finished.signal, controller.signal]));
    const reason = parent?.aborted === true ? 'was interrupted' : `took longer than ${ms} ms`;
    controller.abort();
    throw new PortError('engine', 'deadline-exceeded', `${what} ${reason}`);
  })();
  limit.catch(() => {});
  try {
    return await Promise.race([work(controller.signal), limit]);
  } finally {
    finished.abort();
    parent?.removeEventListener('abort', abort);
  }
}
