import type { PhaseName } from './catalog.ts';
import type { Instant } from './time.ts';

/** Why a message came. */
export const TRIGGER_KINDS = ['schedule', 'manual', 'continuation', 'sweep'] as const;
export type TriggerKind = (typeof TRIGGER_KINDS)[number];

/** The data of a Pub/Sub message. Every field but the phase may only ask for what stored state already allows. */
export interface TriggerBody {
  readonly phase: PhaseName;
  readonly trigger?: TriggerKind | undefined;
  readonly runId?: string | undefined;
  /** With `runId`: the share of its work that this message is for. */
  readonly shard?: string | undefined;
  readonly dryRun?: boolean | undefined;
  readonly rerun?: boolean | undefined;
  readonly slot?: string | undefined;
  readonly reason?: string | undefined;
}

/** A message, parsed once at the edge. */
export interface Trigger {
  readonly phase: PhaseName;
  /** Absent in the message: nobody said why, so it counts as manual. */
  readonly kind: TriggerKind;
  readonly messageId: string;
  readonly publishedAt: Instant;
  readonly dryRun: boolean;
  readonly rerun: boolean;
  readonly runId?: string;
  readonly shard?: string;
  /** The instant that the message asks for, when it names one. */
  readonly slotDueAt?: Instant;
  readonly reason?: string;
}
