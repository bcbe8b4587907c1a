import type { PhaseName } from './catalog.ts';
import type { Configuration } from './configuration/index.ts';
import type { DayRecord } from './day.ts';
import type { Evidence, OperationResult } from './finding.ts';
import type { Json } from './json.ts';
import type { Override, Waiver } from './override.ts';
import type { Action } from './permissions.ts';
import type { Revision } from './revision.ts';
import type { Checkpoint, EffectRecord, Pins } from './run.ts';
import type { FannedOut, FanOutPlan } from './shard.ts';
import type { Slot } from './slot.ts';
import type { Bindings } from './ticket.ts';
import type { Instant } from './time.ts';
import type { FailureClass, Severity } from './verdict.ts';

/** `dry-run` writes nothing anywhere. `rehearsal` runs checks only and opens no gate. */
export type RunMode = 'run' | 'rehearsal' | 'dry-run';

/** Everything an operation may know. Ports come beside it, exactly those it named in `needs`. */
export interface OperationContext<Ports> {
  readonly ports: Ports;
  readonly mode: RunMode;
  readonly slot: Slot;
  readonly date: string;
  readonly runId: string;
  readonly attempt: number;
  readonly configuration: Configuration;
  /** `COMPLIANCE_LEVEL`, `SOVEREIGN_TRINITY` and what else the process was given. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly pins: Pins;
  /** As of admission. */
  readonly day: DayRecord;
  readonly lastKnownGood: Revision | undefined;
  readonly overrides: readonly Override[];
  readonly waivers: readonly Waiver[];
  now(): Instant;
  /** Aborts at the operation's timeout, at the end of the stretch and when the lease is lost. */
  readonly signal: AbortSignal;
  /** Milliseconds left to this operation. */
  remainingMs(): number;
  /** What an earlier operation of this attempt found, or undefined when it did not run. */
  earlier(operation: string): Checkpoint | undefined;
  /** Where a long operation stopped in the last stretch. */
  readonly cursor: Json | undefined;
  /** Keeps the place, then says whether to stop here and go on in the next stretch. */
  saveCursor(cursor: Json): Promise<'go-on' | 'stop'>;
  readonly effects: EffectRunner;
  /**
   * Gives work out in shares, each a message of its own, and ends the stretch. When all have ended the operation runs
   * again, in a later stretch, and this answers what they found. `plan` is asked at most once a stretch, and its answer
   * is kept for the attempt. Undefined when it gives nothing out, and always in a dry-run.
   */
  fanOut(name: string, plan: () => Promise<FanOutPlan>): Promise<FannedOut | undefined>;
}

/** A change of one target, in the four parts of the effect protocol. */
export interface PlannedEffect {
  /** Unique in the operation: `repositories/LivHana-SoT/refs/heads/high-noon/release`. */
  readonly target: string;
  /** For people: what changes to what. */
  readonly detail: string;
  /** Everything that undoing needs; digested and stored with the intent. */
  readonly args: Json;
  /** The state before, to which a rollback returns. */
  readonly pin: Json;
  /** Looks at the resource: already as wanted, still as pinned, or something else. */
  probe(): Promise<Probe>;
  /** Changes it by compare-and-set; refused by the resource when a higher token was there. */
  call(grant: Grant): Promise<void>;
}

export interface Probe {
  readonly state: 'applied' | 'pinned' | 'other';
  readonly receipt: Evidence;
}

/** What a call may carry to the resource. */
export interface Grant {
  readonly token: number;
  /** At most 30 s from now. */
  readonly signal: AbortSignal;
}

export interface EffectRunner {
  /** Intent, probe, call, read back. Returns the receipt; throws EffectError. In a dry-run it only notes what it would do. */
  apply(effect: PlannedEffect): Promise<Evidence>;
}

/** How to put one effect back; each part looks at or changes only its own target. */
export interface UndoPlan {
  /** Raises the resource's token so that a stalled call of an earlier stretch is refused. */
  fence(grant: Grant): Promise<void>;
  probe(): Promise<Probe>;
  /** Puts the pin back, by compare-and-set on what this run put there. */
  call(grant: Grant): Promise<void>;
}

export type OperationOutcome = OperationResult & { readonly output?: Json };

export interface Operation<Ports> {
  /** verb-noun */
  readonly name: string;
  /** What is true when it passes. */
  readonly claim: string;
  readonly kind: 'check' | 'action';
  readonly failure: FailureClass;
  readonly needs: readonly (keyof Ports)[];
  readonly timeoutSeconds: number;
  /** It keeps a cursor, and goes on there when a stretch ends in its midst. */
  readonly resumable?: boolean;
  /** What its effects are in the table of permissions, where that is not what the phase's effects usually are. */
  readonly permission?: Action;
  run(context: OperationContext<Ports>): Promise<OperationOutcome>;
  undo?(context: OperationContext<Ports>, effect: EffectRecord): UndoPlan;
  /**
   * One share of what `run` gave out. Others work at the same time, and this one may be delivered again, so that it
   * must be idempotent; it applies no effect, and goes on at its own cursor.
   */
  runShard?(context: OperationContext<Ports>, work: Json): Promise<OperationOutcome>;
}

/** Stored at the end of every snapshot run. */
export interface SnapshotLevels {
  readonly newestValidAt: Instant | null;
  /** What all objects of the snapshots weigh. */
  readonly bytes: number;
  /** Bytes of all records of all snapshots, over the bytes that are stored; null while a manifest cannot be read. */
  readonly dedupeRatio: number | null;
  /** Newest first; only so many as a page shows. */
  readonly recent: readonly { readonly id: string; readonly at: Instant; readonly state: string }[];
}

export interface GuardrailResult {
  readonly guardrail: string;
  readonly result: 'passed' | 'failed' | 'inconclusive' | 'waived' | 'shadow';
  readonly severity: Severity;
}

/** The parts of a settled attempt that only its phase knows how to read; pure functions over checkpoints. */
export interface PhaseReadings {
  /** T-30: what the go ticket binds. */
  bindings?(checkpoints: readonly Checkpoint[]): Bindings | undefined;
  /** Noon: what no longer agrees with the go ticket, by name. */
  moved?(checkpoints: readonly Checkpoint[]): readonly string[];
  /** The revision that becomes the last known good: a good noon's, or genesis' adopted one. */
  revision?(checkpoints: readonly Checkpoint[]): Omit<Revision, 'at' | 'runId'> | undefined;
  /** One entry per guardrail that was evaluated. */
  guardrailResults?(checkpoints: readonly Checkpoint[]): readonly GuardrailResult[];
  /** Names of services found degraded or worse. */
  degradedServices?(checkpoints: readonly Checkpoint[]): readonly string[] | undefined;
  /** What the watchdog's gauges and the page tell of the snapshots. */
  snapshotLevels?(checkpoints: readonly Checkpoint[]): SnapshotLevels | undefined;
}

export interface PhaseDefinition<Ports> extends PhaseReadings {
  readonly name: PhaseName;
  readonly operations: readonly Operation<Ports>[];
  /**
   * `keep-checking`: after a blocking verdict, later checks still run, so that every gap is named; actions do not.
   * `roll-back`: stop, and put completed actions back in reverse order.
   */
  readonly onFailure: 'keep-checking' | 'roll-back';
}

/** Why an effect did not come about. */
export type EffectFault = 'intent-refused' | 'conflict' | 'call-failed' | 'not-verified' | 'too-late';

export class EffectError extends Error {
  override readonly name = 'EffectError';
  readonly fault: EffectFault;
  readonly target: string;

  constructor(fault: EffectFault, target: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.fault = fault;
    this.target = target;
  }
}
