import type { PhaseName } from '../../shared/domain/catalog.ts';
import type { Configuration } from '../../shared/domain/configuration/index.ts';
import { type DayRecord, emptyDay } from '../../shared/domain/day.ts';
import type { Evidence } from '../../shared/domain/finding.ts';
import { digestOf, type Json } from '../../shared/domain/json.ts';
import {
  EffectError,
  type Operation,
  type OperationContext,
  type PlannedEffect,
  type Probe,
  type RunMode,
} from '../../shared/domain/operation.ts';
import type { Override, Waiver } from '../../shared/domain/override.ts';
import type { Revision } from '../../shared/domain/revision.ts';
import type { Checkpoint, EffectRecord } from '../../shared/domain/run.ts';
import { makeSlot } from '../../shared/domain/slot.ts';
import { type Bindings, issueTicket } from '../../shared/domain/ticket.ts';
import { dateOf, type Instant, plusSeconds } from '../../shared/domain/time.ts';
import type { PortMap } from '../../shared/ports/port-map.ts';
import { sampleConfiguration } from './configuration.ts';

export interface ContextOptions {
  /** Exactly the ports that the operation needs; any other is absent. */
  readonly ports?: Partial<PortMap>;
  readonly configuration?: Configuration;
  readonly mode?: RunMode;
  readonly phase?: PhaseName;
  /** When the slot is due. Default: noon of 2026-11-24. */
  readonly dueAt?: Instant;
  /** What the clock says, now and later. Default: when the slot is due. */
  readonly now?: () => Instant;
  /** The go ticket of the day. */
  readonly bindings?: Bindings;
  readonly day?: DayRecord;
  readonly lastKnownGood?: Partial<Revision>;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Outputs of earlier operations of this attempt, by name. */
  readonly earlier?: Readonly<Record<string, Json>>;
  readonly overrides?: readonly Override[];
  readonly waivers?: readonly Waiver[];
  readonly signal?: AbortSignal;
  readonly remainingMs?: () => number;
  readonly cursor?: Json;
  /** Answers to `saveCursor`, one after the other; `go-on` after the last. */
  readonly stopAt?: readonly ('go-on' | 'stop')[];
  /** Runs in place of an effect's call, and may throw before or after it: a lost answer, a crash. */
  readonly around?: (effect: PlannedEffect, call: () => Promise<void>) => Promise<void>;
}

export interface TestContext extends OperationContext<PortMap> {
  /** Effects with an intent, in order. */
  readonly applied: EffectRecord[];
  /** What a dry-run says it would do. */
  readonly wouldDo: { readonly target: string; readonly detail: string; readonly state: Probe['state'] }[];
  readonly cursors: Json[];
  /** The token that the next grant carries; a test may raise it. */
  token: number;
}

/** A context around ports of the test's own, with an effect runner that follows the effect protocol. */
export function createContext(options: ContextOptions = {}): TestContext {
  const phase = options.phase ?? 'high-noon-sync';
  const dueAt = options.dueAt ?? '2026-11-24T12:00:00.000Z';
  const slot = makeSlot(phase, dueAt);
  const date = dateOf(dueAt);
  const mode = options.mode ?? 'run';
  const pins = { plan: 'sha256:plan', configuration: 'a'.repeat(64), code: 'test' };
  const now = options.now ?? (() => dueAt);
  const stops = [...(options.stopAt ?? [])];
  const context: TestContext = {
    ports: { ...options.ports } as PortMap,
    mode,
    slot,
    date,
    runId: `${slot.slotId}#1`,
    attempt: 1,
    configuration: options.configuration ?? sampleConfiguration(),
    environment: options.environment ?? {},
    pins,
    day: dayWith(options.day ?? emptyDay(date), options.bindings, slot.slotId, dueAt, pins),
    lastKnownGood: options.lastKnownGood === undefined ? undefined : { ...NO_REVISION, ...options.lastKnownGood },
    overrides: options.overrides ?? [],
    waivers: options.waivers ?? [],
    now,
    signal: options.signal ?? new AbortController().signal,
    remainingMs: options.remainingMs ?? (() => 480_000),
    earlier: (name) =>
      options.earlier?.[name] === undefined ? undefined : checkpoint(name, options.earlier[name], now),
    cursor: options.cursor,
    saveCursor: async (cursor) => {
      context.cursors.push(cursor);
      return stops.shift() ?? 'go-on';
    },
    fanOut: async () => undefined,
    effects: { apply: (effect) => apply(context, effect, options.around) },
    applied: [],
    wouldDo: [],
    cursors: [],
    token: 7,
  };
  return context;
}

const NO_REVISION: Revision = {
  at: '2026-11-23T12:05:00.000Z',
  runId: 'high-noon-sync@2026-11-23T12:00Z#1',
  adopted: false,
  commits: {},
  datasets: {},
  services: {},
  manifest: null,
};

function dayWith(
  day: DayRecord,
  bindings: Bindings | undefined,
  slotId: string,
  at: Instant,
  pins: OperationContext<PortMap>['pins'],
): DayRecord {
  if (bindings === undefined) return day;
  const validUntil = plusSeconds(at, 1800);
  const ticket = issueTicket({
    slotId,
    attempt: 1,
    issuedAt: at,
    validUntil,
    bindings,
    pins,
    resultsDigest: 'sha256:results',
  });
  return { ...day, ticket };
}

function checkpoint(operation: string, output: Json, now: () => Instant): Checkpoint {
  const at = now();
  const judged = { kind: 'check', failure: 'hard', verdict: 'passed', findings: [], evidence: [] } as const;
  return { operation, index: 0, ...judged, output, startedAt: at, finishedAt: at, durationMs: 0, tries: 1, token: 1 };
}

async function apply(context: TestContext, effect: PlannedEffect, around: ContextOptions['around']): Promise<Evidence> {
  if (context.mode !== 'run') {
    const { state, receipt } = await effect.probe();
    context.wouldDo.push({ target: effect.target, detail: effect.detail, state });
    return receipt;
  }
  const record = intend(context, effect);
  const before = await effect.probe();
  if (before.state === 'other')
    throw new EffectError('conflict', effect.target, `${effect.target} is neither as pinned nor as wanted`);
  const call = () => effect.call({ token: context.token, signal: context.signal });
  if (before.state === 'pinned') await lookAfter(around === undefined ? call() : around(effect, call), effect);
  const after = before.state === 'applied' ? before : await effect.probe();
  if (after.state !== 'applied')
    throw new EffectError('not-verified', effect.target, `${effect.target}: reading back shows something else`);
  context.applied[context.applied.indexOf(record)] = { ...record, state: 'applied', receipt: after.receipt };
  return after.receipt;
}

/** An error that says nothing about its effect is settled by looking, as the engine does it. */
async function lookAfter(call: Promise<void>, effect: PlannedEffect): Promise<void> {
  try {
    await call;
  } catch (error) {
    const after = await effect.probe();
    if (after.state !== 'applied')
      throw new EffectError('call-failed', effect.target, `${effect.target}: ${String(error)}`, { cause: error });
  }
}

function intend(context: TestContext, effect: PlannedEffect): EffectRecord {
  const { target, args, pin } = effect;
  const at = context.now();
  const record: EffectRecord = {
    effectId: target,
    runId: context.runId,
    operation: 'under-test',
    target,
    args,
    argsDigest: digestOf(args),
    pin,
    token: context.token,
    order: context.applied.length,
    forward: context.slot.phase === 'high-noon-sync',
    intendedAt: at,
    deadline: plusSeconds(at, 30),
    state: 'intended',
    settledAt: null,
    receipt: null,
  };
  context.applied.push(record);
  return record;
}

/** Puts back what the context's runs applied, newest first, as a rollback does: fence with a higher token, look, call, look. */
export async function undoAll(operation: Operation<PortMap>, context: TestContext): Promise<string[]> {
  context.token += 1;
  const grant = { token: context.token, signal: context.signal };
  const outcomes: string[] = [];
  for (const record of [...context.applied].reverse()) {
    const plan = operation.undo?.(context, record);
    if (plan === undefined) throw new Error(`${operation.name} has no way to undo ${record.target}`);
    await plan.fence(grant);
    const before = await plan.probe();
    if (before.state === 'applied') await plan.call(grant);
    const after = before.state === 'applied' ? await plan.probe() : before;
    outcomes.push(`${record.target}: ${before.state} -> ${after.state}`);
  }
  return outcomes;
}
