import { dateOf, instant } from '../domain/time.ts';
import { DAY_MS, HOUR_MS } from './calendar.ts';
import { type FaultMode, type Injected, profileFor } from './faults.ts';
import type { Violation } from './oracle/invariants.ts';
import { mix } from './random.ts';
import { shrink } from './shrink.ts';
import { Simulation, type SimulationResult } from './simulation.ts';
import type { SimulationOptions } from './stage.ts';

/** A run of the simulation is so many days of one world: long enough for what a day leaves to the next. */
export const DAYS_PER_WORLD = 8;
/** Every so many worlds are walked through to the last entry and document. */
const THOROUGH_EVERY = 8;
/** Of so many worlds one becomes sound at some moment of its last chain: whatever stands then must go on. */
const HEALS_ONE_IN = 4;
const healingMs = (seed: number): number => 10.4 * HOUR_MS + (mix(seed, 0x4ea2) % (2.4 * HOUR_MS));
const FIRST_DAY_MS = Date.UTC(2026, 10, 23);

export interface SimulateRequest {
  readonly days: number;
  readonly seed: number;
  readonly faults: FaultMode;
  /** Milliseconds of CPU, to tell the pace by. */
  readonly cpuMs: () => number;
  readonly progress?: (playedDays: number) => void;
  /** Worlds whose violations are shrunk and told; more only count. */
  readonly tell?: number;
}

/** A violation with what another person needs to see it again. */
export interface ToldViolation extends Violation {
  readonly seed: number;
  readonly faults: readonly Injected[];
  /** The shortest trace that was found, line by line. */
  readonly trace: readonly string[];
}

export interface SimulateAnswer {
  readonly days: number;
  readonly seed: number;
  readonly worlds: number;
  readonly violations: readonly ToldViolation[];
  readonly effects: number;
  readonly injectedFaults: number;
  readonly daysPerSecond: number;
  /** How many attempts ended how, by phase. */
  readonly endings: Readonly<Record<string, number>>;
}

/** The options of the world with that number; the same for the same seed, whatever else is played. */
export function worldOptions(seed: number, mode: FaultMode, days = DAYS_PER_WORLD): SimulationOptions {
  return {
    seed,
    days,
    // Worlds begin on every day of the week, in summer and in winter, over a leap day now and then.
    date: dateOf(instant(FIRST_DAY_MS + (mix(seed, 0xda7e) % 1200) * DAY_MS)),
    profile: profileFor(mode, seed),
    ...(mode !== 'none' && mix(seed, 0x4ea1) % HEALS_ONE_IN === 0 ? { healsAtMs: healingMs(seed) } : {}),
    environment: { COMPLIANCE_LEVEL: '21+', CANARY_TOKEN: `canary-${seed}` },
  };
}

/** Plays so many days, world by world. */
export async function simulate(request: SimulateRequest): Promise<SimulateAnswer> {
  const violations: ToldViolation[] = [];
  const endings: Record<string, number> = {};
  let [effects, injectedFaults, played, worlds] = [0, 0, 0, 0];
  const beganMs = request.cpuMs();
  const limit = Error.stackTraceLimit;
  // Thousands of errors are made and caught every second; none of them is ever printed with its stack.
  Error.stackTraceLimit = 0;
  try {
    while (played < request.days) {
      const seed = worldSeed(request.seed, worlds);
      const days = Math.min(DAYS_PER_WORLD, request.days - played);
      const options = { ...worldOptions(seed, request.faults, days), thorough: worlds % THOROUGH_EVERY === 0 };
      const result = await new Simulation(options).run();
      played += days;
      worlds += 1;
      effects += result.effects;
      injectedFaults += result.injected.length;
      count(endings, result);
      if (result.violations.length > 0 && violations.length < (request.tell ?? 3))
        violations.push(await tell(options, result));
      request.progress?.(played);
    }
  } finally {
    Error.stackTraceLimit = limit;
  }
  const seconds = (request.cpuMs() - beganMs) / 1000;
  const daysPerSecond = seconds === 0 ? 0 : Math.round(played / seconds);
  return { days: played, seed: request.seed, worlds, violations, effects, injectedFaults, daysPerSecond, endings };
}

/** The first world of a seed has that very seed, so that a told one can be played alone. */
export const worldSeed = (seed: number, world: number): number => (world === 0 ? seed : mix(seed, world));

function count(endings: Record<string, number>, { endings: all }: SimulationResult): void {
  for (const line of all) {
    const name = `${line.slice(0, line.indexOf('@'))} ${line.slice(line.lastIndexOf(' ') + 1)}`;
    endings[name] = (endings[name] ?? 0) + 1;
  }
}

async function tell(options: SimulationOptions, result: SimulationResult): Promise<ToldViolation> {
  const shortest = await shrink(options, result);
  const [violation = result.violations[0]] = shortest.violations;
  if (violation === undefined) throw new Error('told without a violation');
  return { ...violation, seed: options.seed, faults: shortest.injected, trace: shortest.trace };
}
