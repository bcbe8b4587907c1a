import type { PhaseName } from '../domain/catalog.ts';
import type { PortName, Profile } from './faults.ts';
import type { Act } from './people.ts';
import type { Says } from './phases.ts';

/** A told day: what goes wrong by the story itself, beside what faults are tried at every call of it. */
export interface Scenario {
  readonly name: string;
  readonly days: number;
  /** The first day; a Sunday has three phases at noon. */
  readonly date: string;
  readonly profile?: Partial<Profile>;
  /** On the last day. */
  readonly says?: (phase: PhaseName, attempt: number, operation: string) => Says | undefined;
  /** Milliseconds, on the last day. */
  readonly takes?: (phase: PhaseName, attempt: number, operation: string) => number;
  /** `HH:MM[:SS]` of the last day. */
  readonly acts?: readonly { readonly at: string; readonly who: string; readonly act: Act }[];
  readonly deploysAt?: readonly string[];
  readonly outages?: readonly { readonly port: PortName; readonly from: string; readonly until: string }[];
  readonly missingTicks?: { readonly from: string; readonly until: string };
  readonly missingMessages?: readonly PhaseName[];
  /** How the last day must end when no fault is added, by phase of the chain. */
  readonly ends?: Partial<Record<PhaseName, string>>;
}
