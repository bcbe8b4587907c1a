import type { CloudEvent } from '@google-cloud/functions-framework';
import type { PhaseName } from '../domain/catalog.ts';
import type { Phase } from '../engine/engine.ts';
// Both look at every request as it starts, so they are here before the first.
import './response-status.ts';
import './the-runtime.ts';

type Handler = (event: CloudEvent<unknown>) => Promise<void>;

/**
 * A handler whose code is loaded when the first message comes: until then the process is functions-framework and
 * nothing else, and listens as soon as that does. One parameter: with two, functions-framework would wait for a callback.
 */
export function serveLazily(load: () => Promise<Handler>): Handler {
  let handler: Promise<Handler> | undefined;
  return async (event) => {
    handler ??= load();
    await (await handler)(event);
  };
}

/** The handler of a phase, and its operations once a message may run them. */
export function servePhase(name: PhaseName, load: () => Promise<Phase>): Handler {
  return serveLazily(async () => (await import('./phase-handler.ts')).phaseHandler(name, load));
}
