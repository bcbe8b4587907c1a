import { type Instant, instant } from '../../domain/time.ts';
import type { SimulatedStore } from '../documents.ts';
import type { Gate } from '../gate.ts';
import type { World } from '../world.ts';
import { INVARIANTS, type InvariantName, type Violation } from './invariants.ts';

/** What the oracles remember of one effect. */
export interface EffectTrack {
  readonly effectId: string;
  readonly target: string;
  readonly argsDigest: string;
  readonly pin: string | null;
  readonly to: string | null;
  forwardChanges: number;
  undoChanges: number;
}

/** What the oracles remember of one attempt. */
export interface RunTrack {
  readonly runId: string;
  readonly slotId: string;
  readonly isNoon: boolean;
  readonly startedAtMs: number;
  readonly effects: Map<string, EffectTrack>;
  lastCheckpoint: number;
  hasViolation: boolean;
  rollback: boolean;
  concludedAs: string | undefined;
}

/** A run of many violations tells the first ones. */
const MOST_VIOLATIONS = 5;

export class OracleState {
  readonly store: SimulatedStore;
  readonly world: World;
  readonly gate: Gate;
  readonly violations: Violation[] = [];
  readonly runs = new Map<string, RunTrack>();
  /** Which run a token was granted to. */
  readonly tokens = new Map<number, string>();
  /** Which worker holds what it granted itself. */
  readonly holders = new Map<string, string>();
  /** Which run a message worked on last: began it, or took it up. */
  readonly worked = new Map<string, string>();
  readonly foreignAt = new Map<string, number>();
  /** Which run changed a target last. */
  readonly lastMover = new Map<string, string>();
  /** Slots due before it are nobody's. */
  expectedFromMs = 0;
  maxToken = 0;
  effectsChanged = 0;

  constructor(store: SimulatedStore, world: World, gate: Gate) {
    this.store = store;
    this.world = world;
    this.gate = gate;
  }

  get now(): Instant {
    return instant(this.gate.scheduler.now);
  }

  violated(invariant: InvariantName, detail: string): void {
    this.gate.say(`!!! ${invariant}: ${detail}`);
    if (this.violations.length < MOST_VIOLATIONS)
      this.violations.push({ invariant, words: INVARIANTS[invariant], detail, at: this.now });
  }

  demand(holds: boolean, invariant: InvariantName, detail: () => string): void {
    if (!holds) this.violated(invariant, detail());
  }

  /** Somebody else changed it while this run worked: what stands there says nothing about the run. */
  isForeign(run: RunTrack, target: string): boolean {
    const at = this.foreignAt.get(target);
    return at !== undefined && at >= run.startedAtMs;
  }
}
