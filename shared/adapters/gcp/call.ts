import { PortError } from '../../domain/errors.ts';
import { type Asked, grpcFault, httpFault } from './errors.ts';

/** The effect protocol's limit for one call. */
export const CALL_TIMEOUT_MS = 30_000;

/** Calls are tried again in one layer, the engine's: the clients' own retries are switched off. */
export const once = (timeout: number = CALL_TIMEOUT_MS) => ({ timeout, retry: null });

/** Waits no longer than the caller does. An abandoned call ends by its own deadline; whether it took effect is unknown. */
export async function whileWanted<T>(
  asked: Asked,
  signal: AbortSignal | undefined,
  call: () => Promise<T>,
): Promise<T> {
  if (signal === undefined) return call();
  const interrupted = () =>
    new PortError(asked.port, 'deadline-exceeded', `${asked.what}: the caller stopped waiting`, {
      cause: signal.reason,
    });
  if (signal.aborted) throw interrupted();
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(interrupted());
    signal.addEventListener('abort', onAbort, { once: true });
  });
  const called = call();
  called.catch(() => {});
  try {
    return await Promise.race([called, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** One call of a gRPC client, its errors in this program's words. */
export async function grpcCall<T>(asked: Asked, signal: AbortSignal | undefined, call: () => Promise<T>): Promise<T> {
  try {
    return await whileWanted(asked, signal, call);
  } catch (error) {
    throw grpcFault(error, asked);
  }
}

/** One call of a REST client, its errors in this program's words. */
export async function httpCall<T>(asked: Asked, signal: AbortSignal | undefined, call: () => Promise<T>): Promise<T> {
  try {
    return await whileWanted(asked, signal, call);
  } catch (error) {
    throw httpFault(error, asked);
  }
}

/** Made when it is first asked for, once; a failure to make it is not kept. */
export function lazily<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}
