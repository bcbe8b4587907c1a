import type { Instant } from '../domain/time.ts';

/**
 * Time, as an argument. `now` is the wall clock that slots and windows are judged by (a test day steps it by hand);
 * `monotonicMs`, `sleep` and `after` measure effort and never jump.
 */
export interface Clock {
  now(): Instant;
  /** Milliseconds from an arbitrary start. */
  monotonicMs(): number;
  /** Resolves after the time on the monotonic clock, at once when the signal aborts. Never throws. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls `work` once after the time on the monotonic clock, unless the function that it returns is called before. */
  after(ms: number, work: () => void): () => void;
}
