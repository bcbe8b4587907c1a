import type { Engine } from '../engine/engine.ts';
import type { Messenger } from '../ports/messenger.ts';

/** What a process needs to serve functions: the engine over its adapters, and the way to end it. */
export interface Runtime {
  readonly engine: Engine;
  readonly messenger: Messenger;
  /** Brings the process's clock up to date before a message is judged; a no-op on a real clock. */
  refreshClock(): Promise<void>;
  /** `highnoon-t-90-prep`, or `highnoon-<env>-t-90-prep` outside the main environment. */
  resourceName(name: string): string;
  close(): Promise<void>;
}

let current: Promise<Runtime> | undefined;

/** The process's one runtime, made from its environment when the first message comes. */
export function theRuntime(): Promise<Runtime> {
  current ??= createFromEnvironment();
  return current;
}

/** A process that makes its own (the command line, a test) hands it to the functions that it serves. */
export function provideRuntime(runtime: Runtime | undefined): void {
  current = runtime === undefined ? undefined : Promise.resolve(runtime);
}

async function createFromEnvironment(): Promise<Runtime> {
  // Imported when needed: a function in the cloud never loads SQLite, and a local one never loads a Google client.
  const { runtimeFromEnvironment } = await import('./from-environment.ts');
  return runtimeFromEnvironment(process.env);
}
