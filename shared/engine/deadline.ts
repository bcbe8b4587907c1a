import { PortError } from '../domain/errors.ts';
import type { Clock } from '../ports/clock.ts';

/**
 * Runs work under a time limit on the monotonic clock. The work is told by its signal; whether or not it listens, the
 * caller gets `deadline-exceeded` in time, and must look before it calls again.
 */
export async function withDeadline<T>(
  clock: Pick<Clock, 'after'>,
  ms: number,
  what: string,
  parent: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (parent?.aborted === true) throw exceeded(`${what} was interrupted before it began`);
  const controller = new AbortController();
  let giveUp: (error: PortError) => void = () => {};
  const limit = new Promise<never>((_, reject) => {
    giveUp = reject;
  });
  const interrupt = () => {
    giveUp(exceeded(`${what} was interrupted`));
    controller.abort(parent?.reason);
  };
  parent?.addEventListener('abort', interrupt, { once: true });
  const cancel = clock.after(Math.max(0, ms), () => {
    giveUp(exceeded(`${what} took longer than ${ms} ms`));
    controller.abort(ENDED);
  });
  try {
    return await Promise.race([work(controller.signal), limit]);
  } finally {
    cancel();
    parent?.removeEventListener('abort', interrupt);
  }
}

const exceeded = (message: string) => new PortError('engine', 'deadline-exceeded', message);

/** A reason of its own spares the machine an error object with its stack. */
const ENDED = 'ended';
