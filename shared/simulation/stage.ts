import type { SimulatedStore } from './documents.ts';
import type { CallFault, Faults, Profile } from './faults.ts';
import type { Gate } from './gate.ts';
import type { Oracle } from './oracle/oracle.ts';
import type { Scenario } from './scenario.ts';
import type { Scheduler } from './scheduler.ts';
import type { Topics } from './topics.ts';
import type { SimulatedObjects } from './worker-ports.ts';
import type { World } from './world.ts';

export interface SimulationOptions {
  readonly seed: number;
  readonly days: number;
  /** `YYYY-MM-DD` */
  readonly date: string;
  readonly profile: Profile;
  readonly scenario?: Scenario;
  /** Only faults with these keys strike. */
  readonly only?: ReadonlySet<string>;
  readonly forced?: ReadonlyMap<string, CallFault>;
  readonly trace?: boolean;
  readonly notes?: boolean;
  readonly copies?: boolean;
  /** On the last day every fault ends so long after midnight, and progress is demanded from then on. */
  readonly healsAtMs?: number;
  /** Plays every tick of the watchdog. */
  readonly everyTick?: boolean;
  /** Ticks take no time and no faults: what is left is what they do, to be compared. */
  readonly instantTicks?: boolean;
  /** Walks the whole ledger and all documents at the end. */
  readonly thorough?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
}

/** What everything that plays in a simulation stands on. */
export interface Stage {
  readonly options: SimulationOptions;
  readonly scheduler: Scheduler;
  readonly faults: Faults;
  readonly gate: Gate;
  readonly store: SimulatedStore;
  readonly world: World;
  readonly objects: SimulatedObjects;
  readonly oracle: Oracle;
  readonly topics: Topics;
  log(message: string, error: unknown): void;
}
