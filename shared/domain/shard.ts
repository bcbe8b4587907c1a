import type { Evidence, Observation } from './finding.ts';
import type { Json } from './json.ts';
import type { Lease, RunningSlot } from './run.ts';
import { type Instant, plusSeconds } from './time.ts';

/**
 * One operation's work, given out in shares: each is a message of its own, worked under a lease of its own, while the
 * run itself is parked. The last share to end wakes the run, which joins them.
 */
export interface Share {
  /** Unique in the fan-out; letters, digits, `-` and `_`. */
  readonly id: string;
  readonly work: Json;
}

/** What an operation wants to give out. Nothing to give out is no fan-out. */
export interface FanOutPlan {
  /** What all shares have in common; given back with their outcomes. */
  readonly about: Json;
  readonly shares: readonly Share[];
}

/** Written once with all its shards; only `open` becomes shorter. */
export interface FanOutRecord {
  /** `capture-behavior~ranges`: the operation, and its name for this fan-out. */
  readonly id: string;
  readonly operation: string;
  readonly about: Json;
  /** In the order of the plan. */
  readonly shards: readonly string[];
  /** Those that have not ended. */
  readonly open: readonly string[];
  readonly plannedAt: Instant;
}

interface ShardBase {
  /** `capture-behavior~ranges~events-3` */
  readonly id: string;
  readonly fanOut: string;
  readonly operation: string;
  readonly work: Json;
  /** The newest token granted on this shard. */
  readonly token: number;
  readonly stretches: number;
}

export interface OpenShard extends ShardBase {
  readonly status: 'open';
  readonly lease: Lease | null;
  /** Where it goes on in its next stretch; null at its start. */
  readonly cursor: Json;
}

/** Written once, never changed: a second message for it is a duplicate, and this is the receipt. */
export interface DoneShard extends ShardBase {
  readonly status: 'done';
  readonly doneAt: Instant;
  readonly outcome: ShardOutcome;
}

export type ShardRecord = OpenShard | DoneShard;

/** What a shard found; its operation judges it with everything else that it found. */
export interface ShardOutcome {
  readonly findings: readonly Observation[];
  readonly evidence: readonly Evidence[];
  readonly output: Json;
}

/** What an operation finds when all its shards have ended. */
export interface FannedOut {
  readonly about: Json;
  /** In the order of the plan. */
  readonly outcomes: readonly ShardOutcome[];
}

/** Three fan-outs of an attempt with their wake-ups, and its eleven continuations, stay within its forty publishes. */
export const MOST_SHARDS = 8;

/** A message that has not become work after this is taken for lost: a copy of it is harmless. */
const LOST_AFTER_SECONDS = 60;

export const fanOutIdOf = (operation: string, name: string): string => `${operation}~${name}`;
export const shardIdOf = (fanOut: string, share: string): string => `${fanOut}~${share}`;

/** Whether nobody works on it, although its message should have come. */
export function isLost(shard: ShardRecord, { plannedAt }: FanOutRecord, at: Instant): boolean {
  if (shard.status === 'done') return false;
  return shard.lease === null ? plusSeconds(plannedAt, LOST_AFTER_SECONDS) <= at : shard.lease.until <= at;
}

/** The run as it stands while its shards work: nobody holds it. */
export const parked = (running: RunningSlot, fanOut: string, publishes: number): RunningSlot => ({
  ...running,
  lease: null,
  parkedFor: fanOut,
  publishes: running.publishes + publishes,
});

/** Back at work. */
export function unparked(running: RunningSlot): RunningSlot {
  const { parkedFor: _parkedFor, ...rest } = running;
  return rest;
}
