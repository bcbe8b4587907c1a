import { setImmediate } from 'node:timers/promises';

const RECORDS_A_TURN = 1_000;

/**
 * Called for each record: lets timers and other requests have their turn now and then, and ends the work when the
 * operation's time is over. Without it a long set would hold the process past its own deadline.
 */
export function pacer(signal: AbortSignal): (position: number) => Promise<void> | undefined {
  return (position) => (position % RECORDS_A_TURN === 0 ? turn(signal) : undefined);
}

async function turn(signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await setImmediate();
  signal.throwIfAborted();
}
