import type { FunctionProcess } from './function-process.ts';

/** A small generator of its own, so that a seed says which moments were tried (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface Killer {
  readonly onPush: (process: FunctionProcess) => void;
  /** Targets of the processes that were killed, in order. */
  readonly killed: readonly string[];
}

/** A phase works for about this long on a test machine: kills fall before, into and after its writes. */
const WITHIN_MS = 2500;
/** An attempt may have twelve stretches; whoever kills each of them proves only that it ends inconclusive. */
const MOST_OF_ONE = 4;

/** Kills function processes without a word, at random moments of their work, so many times. */
export function createKiller(times: number, seed: number, watchdogShare = 0.02): Killer {
  const random = seeded(seed);
  const killed: string[] = [];
  let planned = 0;
  const inARow = new Map<string, number>();
  return {
    killed,
    onPush(process) {
      const before = inARow.get(process.target) ?? 0;
      const isWatchdog = process.target === 'watchdog';
      if (planned >= times || before >= MOST_OF_ONE || random() > (isWatchdog ? watchdogShare : 0.7)) {
        inARow.set(process.target, 0);
        return;
      }
      planned += 1;
      inARow.set(process.target, before + 1);
      setTimeout(
        async () => {
          if (await process.signal('SIGKILL')) killed.push(process.target);
          else planned -= 1;
        },
        random() * (isWatchdog ? 300 : WITHIN_MS),
      );
    },
  };
}
