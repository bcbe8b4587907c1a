import type { PhaseName } from '../domain/catalog.ts';
import type { PortName, Profile } from './faults.ts';
import type { Act } from './people.ts';
import type { Says } from './phases.ts';

/** The hours of a told day that are played: the chain and what belongs to it. */
export const TOLD_HOURS = { from: 10, until: 14 } as const;

/** A told day: what goes wrong by the story itself, beside what faults are tried at every call of it. */
export interface Scenario {
  readonly name: string;
  /** A Sunday has three phases at noon. */
  readonly date: string;
  /** The first day of all; any other follows a green one. */
  readonly isFirst?: boolean;
  readonly profile?: Partial<Profile>;
  readonly says?: (phase: PhaseName, attempt: number, operation: string) => Says | undefined;
  /** Milliseconds. */
  readonly takes?: (phase: PhaseName, attempt: number, operation: string) => number;
  /** Into so many shards the capture of a snapshot gives its work out. */
  readonly shards?: number;
  /** `HH:MM[:SS]` */
  readonly acts?: readonly { readonly at: string; readonly who: string; readonly act: Act }[];
  readonly deploysAt?: readonly string[];
  readonly outages?: readonly { readonly port: PortName; readonly from: string; readonly until: string }[];
  readonly missingTicks?: { readonly from: string; readonly until: string };
  readonly missingMessages?: readonly PhaseName[];
  /** How the phases must end when no fault is added. */
  readonly ends: Partial<Record<PhaseName, string>>;
}
