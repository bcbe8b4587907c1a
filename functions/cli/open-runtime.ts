import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../shared/adapters/local/clock.ts';
import { UsageError } from '../../shared/domain/errors.ts';
import { type Instant, latest } from '../../shared/domain/time.ts';
import { createLocalRuntime, type LocalRuntime, playedUntil } from '../../shared/runtime/local.ts';
import { type Arguments, flagOption, textOption } from './arguments.ts';
import type { Output } from './output.ts';
import { PHASES } from './phases.ts';
import { refuseUnheard, unheardNote } from './unheard-settings.ts';

export const dataFolder = (args: Arguments): string => textOption(args, 'data') ?? '.highnoon';

/** The store that the command works on; anything but the two is a usage error. */
export function storeOption(args: Arguments): 'local' | 'firestore' {
  const store = textOption(args, 'store') ?? 'local';
  if (store !== 'local' && store !== 'firestore')
    throw new UsageError(`--store '${store}': local or firestore is allowed`);
  if (store === 'local') refuseUnheard(process.env);
  return store;
}

function configurationFile(args: Arguments, data: string): string | undefined {
  const named = textOption(args, 'config');
  if (named !== undefined) return named;
  const own = join(data, 'herbitrage.yaml');
  return existsSync(own) ? own : undefined;
}

/** The time a local command acts at: the one it is given, else where the folder's clock was stepped to, else now. */
export function localTime(data: string, at: Instant | undefined): Instant {
  return at ?? playedUntil(data) ?? systemClock.now();
}

/** Any of them makes a folder a world's. */
const WORLD_PARTS: readonly string[] = ['herbitrage.yaml', 'store.sqlite', 'clock.json', 'objects'];

/**
 * Commands that look, and a person's acts, make no world: a mistyped folder must not read as all clear, nor take an act
 * that is meant for another. An empty folder, and one with `--config` beside it, may begin one.
 */
export function requirePlayed(command: string, args: Arguments): void {
  const data = dataFolder(args);
  if (!existsSync(data))
    throw new UsageError(`${command}: there is no folder '${data}': nothing was ever played there`);
  const names = readdirSync(data);
  if (names.length === 0 || names.some((name) => WORLD_PARTS.includes(name))) return;
  if (textOption(args, 'config') === undefined)
    throw new UsageError(`${command}: there is no world in the folder '${data}': nothing was ever played there`);
}

/** A runtime over the local store, its clock standing at `at`. */
export async function openLocal(
  args: Arguments,
  output: Output,
  at: Instant,
  data = dataFolder(args),
): Promise<LocalRuntime> {
  const note = unheardNote(process.env);
  if (note !== undefined) output.progress(note);
  const runtime = await createLocalRuntime({
    data,
    configurationFile: configurationFile(args, dataFolder(args)),
    at,
    environment: process.env,
    log: output.log,
    logLeast: flagOption(args, 'verbose') ? 'DEBUG' : 'CRITICAL',
  });
  return { ...runtime, engine: { ...runtime.engine, phases: PHASES } };
}

/** Now; or where the folder's clock stands, if it was played into the future: a world cannot go back. */
export function nowIn(data: string): Instant {
  const until = playedUntil(data);
  const now = systemClock.now();
  return until === undefined ? now : latest(until, now);
}
