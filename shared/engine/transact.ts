import { PortError, type PortErrorCode } from '../domain/errors.ts';
import type { Transaction } from '../ports/documents.ts';
import type { Engine } from './engine.ts';

/**
 * A transaction of the engine, tried at most three times when nothing is known about the commit. Every body given here
 * recognises its own earlier write, so that an unknown commit that did land is found, not repeated.
 */
export async function transact<T>(engine: Engine, body: (transaction: Transaction) => Promise<T>): Promise<T> {
  return retrying(engine, undefined, () => engine.documents.transact(body), 'aborted');
}

/**
 * The one layer of retries: at most `triesPerCall`, full jitter, only for errors that may pass. What the call has tried
 * again by itself already (a store its contention, five times) is not tried once more on top of that.
 */
export async function retrying<T>(
  engine: Engine,
  signal: AbortSignal | undefined,
  call: () => Promise<T>,
  triedAlready?: PortErrorCode,
): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await call();
    } catch (error) {
      const mayHelp =
        error instanceof PortError &&
        error.retryable &&
        error.code !== triedAlready &&
        tried < engine.limits.triesPerCall;
      if (!mayHelp || signal?.aborted === true) throw error;
      await engine.clock.sleep(engine.ids.random() * 250 * 4 ** tried, signal);
    }
  }
}
