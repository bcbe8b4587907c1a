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
  const timer = new AbortController();
  let isFinished = false;
  const interrupt = () => {
    controller.abort(parent?.reason);
    timer.abort(ENDED);
  };
  parent?.addEventListener('abort', interrupt, { once: true });
  const limit = clock.sleep(Math.max(0, ms), timer.signal).then((): Promise<never> => {
    if (isFinished) return new Promise<never>(() => {});
    const reason = parent?.aborted === true ? 'was interrupted' : `took longer than ${ms} ms`;
    controller.abort(ENDED);
    throw new PortError('engine', 'deadline-exceeded', `${what} ${reason}`);
  });
  try {
    return await Promise.race([work(controller.signal), limit]);
  } finally {
    isFinished = true;
    limit.catch(() => {});
    timer.abort(ENDED);
    parent?.removeEventListener('abort', interrupt);
  }
}

/** A reason of its own spares the machine an error object with its stack for every call that ends well. */
const ENDED = 'ended';
