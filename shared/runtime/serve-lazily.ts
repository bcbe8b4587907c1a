import type { CloudEvent } from '@google-cloud/functions-framework';
import type { PhaseName } from '../domain/catalog.ts';
import type { Phase } from '../engine/engine.ts';
import type { Refuse } from './refuse-early.ts';
// Both look at every request as it starts, so they are here before the first.
import { answerComeBack } from './response-status.ts';
import { hasRuntime, theRuntime } from './the-runtime.ts';

type Handler = (event: CloudEvent<unknown>) => Promise<void>;

/**
 * A handler whose code is loaded when the first message comes: until then the process is functions-framework and
 * nothing else, and listens as soon as that does. One parameter: with two, functions-framework would wait for a callback.
 */
export function serveLazily(load: () => Promise<Handler>): Handler {
  let handler: Promise<Handler> | undefined;
  return async (event) => {
    handler ??= load();
    try {
      await (await handler)(event);
    } catch (error) {
      await giveBack(error);
    }
  };
}

/**
 * What another delivery could mend is told in the log's own shape and answered here: functions-framework would print it
 * as lines that no reader of logs takes for one error. Where there is no log yet, that is better than nothing.
 */
async function giveBack(error: unknown): Promise<void> {
  const runtime = await theRuntime().catch(() => undefined);
  if (runtime === undefined || !answerComeBack('not handled; it may be delivered again')) throw error;
  runtime.engine.log.write('ERROR', 'a message could not be handled, and comes again', { error });
  // The request is answered; functions-framework must not answer it again.
  await new Promise<never>(() => {});
}

let refusals: Promise<Refuse> | undefined;

/** Undefined when its code could not be loaded: then the whole runtime refuses, or tells what is wrong. */
async function refusal(): Promise<Refuse | undefined> {
  try {
    refusals ??= import('./refuse-early.ts').then(({ earlyRefusals }) => earlyRefusals(process.env));
    return await refusals;
  } catch {
    refusals = undefined;
    return undefined;
  }
}

/**
 * The handler of a phase, and its operations once a message may run them. What a process that has run nothing yet must
 * refuse, it refuses with the little that this takes.
 */
export function servePhase(name: PhaseName, load: () => Promise<Phase>): Handler {
  const handle = serveLazily(async () => (await import('./phase-handler.ts')).phaseHandler(name, load));
  return async (event) => {
    if (!hasRuntime()) {
      const refuse = await refusal();
      if (await refuse?.(name, event)) return;
    }
    await handle(event);
  };
}
