import type { DayRecord } from '../domain/day.ts';
import type { Json } from '../domain/json.ts';
import type { Operation, OperationContext, RunMode } from '../domain/operation.ts';
import type { Override, Waiver } from '../domain/override.ts';
import type { Revision } from '../domain/revision.ts';
import type { Checkpoint, Pins } from '../domain/run.ts';
import { dateOfSlot, runIdOf, type Slot } from '../domain/slot.ts';
import type { Instant } from '../domain/time.ts';
import type { PortMap } from '../ports/port-map.ts';
import type { Engine, Phase } from './engine.ts';
import { guardedPorts } from './guarded-ports.ts';
import type { LeaseKeeper } from './lease.ts';

/** What one pass over operations works with: a leased stretch, a rehearsal or a dry-run. */
export interface Pass {
  readonly engine: Engine;
  readonly phase: Phase;
  readonly mode: RunMode;
  readonly slot: Slot;
  readonly attempt: number;
  readonly runId: string;
  readonly startedAt: Instant;
  readonly pins: Pins;
  readonly day: DayRecord;
  readonly lastKnownGood: Revision | undefined;
  readonly overrides: readonly Override[];
  readonly waivers: readonly Waiver[];
  readonly checkpoints: Checkpoint[];
}

/** A pass that holds a lease. */
export interface Stretch extends Pass {
  readonly mode: 'run';
  readonly keeper: LeaseKeeper;
  readonly resumed: boolean;
  readonly violatedBefore: boolean;
  /** On the monotonic clock, when this stretch's working time is used up. */
  readonly endsAtMs: number;
}

/** What belongs to one operation of a pass. */
export interface OperationScope {
  readonly signal: AbortSignal;
  readonly deadlineMs: number;
  readonly cursor: Json | undefined;
  saveCursor(cursor: Json): Promise<'go-on' | 'stop'>;
  readonly effects: OperationContext<PortMap>['effects'];
  readonly fanOut: OperationContext<PortMap>['fanOut'];
}

export function contextFor(
  pass: Pass,
  operation: Operation<PortMap>,
  scope: OperationScope,
): OperationContext<PortMap> {
  const { engine } = pass;
  return {
    ports: guardedPorts(engine, operation.needs, pass.mode, scope.signal),
    mode: pass.mode,
    slot: pass.slot,
    date: dateOfSlot(pass.slot),
    runId: runIdOf(pass.slot.slotId, pass.attempt),
    attempt: pass.attempt,
    configuration: engine.configuration,
    environment: engine.environment,
    pins: pass.pins,
    day: pass.day,
    lastKnownGood: pass.lastKnownGood,
    overrides: pass.overrides,
    waivers: pass.waivers,
    now: () => engine.clock.now(),
    signal: scope.signal,
    remainingMs: () => Math.max(0, scope.deadlineMs - engine.clock.monotonicMs()),
    earlier: (name) => pass.checkpoints.find(({ operation: known }) => known === name),
    cursor: scope.cursor,
    saveCursor: scope.saveCursor,
    effects: scope.effects,
    fanOut: scope.fanOut,
  };
}
