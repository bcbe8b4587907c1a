import { whenIdle } from './open-requests.ts';

/**
 * Aborts when the platform asks the process to go: the engine then checkpoints, releases the lease and lets another
 * process continue, and the process ends when the last request is answered. functions-framework would end it at once,
 * with the lease still held, so its own listener is taken away. Cloud Run kills after ten seconds whatever is said here.
 */
export function drainOnSigterm(tell: () => void): AbortSignal {
  const controller = new AbortController();
  process.removeAllListeners('SIGTERM');
  process.once('SIGTERM', () => {
    tell();
    controller.abort();
    void whenIdle().then(() => process.exit(0));
  });
  return controller.signal;
}
