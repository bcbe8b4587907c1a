import { setTimeout as delay } from 'node:timers/promises';
import { type Instant, instant, latest } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';

const monotonicMs = (): number => performance.now();

async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted === true) return;
  try {
    await delay(ms, undefined, signal === undefined ? {} : { signal });
  } catch {
    // Aborted: the caller asked not to wait any longer, and looks at its signal.
  }
}

function after(ms: number, work: () => void): () => void {
  const timer = setTimeout(work, ms);
  return () => clearTimeout(timer);
}

/** The one place where the machine's own time is read. */
export const systemClock: Clock = { now: () => instant(Date.now()), monotonicMs, sleep, after };

/** A wall clock that a person or a test steps; effort is still measured in real time. It never goes back. */
export class SteppedClock implements Clock {
  #now: Instant;

  constructor(start: Instant) {
    this.#now = start;
  }

  now(): Instant {
    return this.#now;
  }

  advanceTo(at: Instant): void {
    this.#now = latest(this.#now, at);
  }

  monotonicMs = monotonicMs;
  sleep = sleep;
  after = after;
}
