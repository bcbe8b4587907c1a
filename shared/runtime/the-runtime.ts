import '../adapters/gcp/request-trace.ts';
import './open-requests.ts';
import type { Runtime } from './runtime.ts';

// Before the server of this function is made: without it express answers a body that is no JSON with a stack and paths.
process.env.NODE_ENV ??= 'production';

let current: Promise<Runtime> | undefined;

/** The process's one runtime, made from its environment when the first message comes. */
export function theRuntime(): Promise<Runtime> {
  current ??= createFromEnvironment().catch((error: unknown) => {
    // A store of configurations that is out of reach for a moment must not spoil the process for good.
    current = undefined;
    throw error;
  });
  return current;
}

/** Whether the process has its runtime, or is making it. */
export const hasRuntime = (): boolean => current !== undefined;

/** A process that makes its own (the command line, a test) hands it to the functions that it serves. */
export function provideRuntime(runtime: Runtime | undefined): void {
  current = runtime === undefined ? undefined : Promise.resolve(runtime);
}

async function createFromEnvironment(): Promise<Runtime> {
  // Imported when needed: a function in the cloud never loads SQLite, and a local one never loads a Google client.
  const { runtimeFromEnvironment } = await import('./from-environment.ts');
  return runtimeFromEnvironment(process.env);
}
