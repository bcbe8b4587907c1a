import { Simulation, type SimulationResult } from './simulation.ts';
import type { SimulationOptions } from './stage.ts';

/** Worlds played again for one violation, at most. */
const MOST_TRIALS = 160;

/**
 * Leaves out faults, in halves and then in smaller parts, as long as the same invariant still breaks; gives the run
 * with the fewest that was found, with its trace up to the violation.
 */
export async function shrink(options: SimulationOptions, found: SimulationResult): Promise<SimulationResult> {
  const invariant = found.violations[0]?.invariant;
  const breaks = (result: SimulationResult) => result.violations[0]?.invariant === invariant;
  let keys = [...new Set(found.injected.map(({ key }) => key))];
  let days = options.days;
  let trials = 0;
  const play = async (only: readonly string[], count: number, trace = false) => {
    trials += 1;
    return new Simulation({ ...options, days: count, only: new Set(only), trace }).run();
  };
  while (days > 1 && breaks(await play(keys, days - 1))) days -= 1;
  for (let parts = 2; keys.length > 0 && trials < MOST_TRIALS; ) {
    const size = Math.ceil(keys.length / parts);
    let isShorter = false;
    for (let from = 0; from < keys.length && trials < MOST_TRIALS; from += size) {
      const rest = [...keys.slice(0, from), ...keys.slice(from + size)];
      if (!breaks(await play(rest, days))) continue;
      keys = rest;
      isShorter = true;
      break;
    }
    if (isShorter) parts = Math.max(2, parts - 1);
    else if (size === 1) break;
    else parts = Math.min(keys.length, parts * 2);
  }
  const shortest = await play(keys, days, true);
  return { ...(breaks(shortest) ? shortest : found), trace: upToViolation(shortest.trace) };
}

/** The day before the violation says enough; what came long before is another day's. */
const TOLD_LINES = 400;

function upToViolation(trace: readonly string[]): readonly string[] {
  const at = trace.findIndex((line) => line.includes('!!!'));
  const end = at === -1 ? trace.length : at + 1;
  return trace.slice(Math.max(0, end - TOLD_LINES), end);
}
