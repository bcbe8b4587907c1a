import { CHAIN, type DayRecord } from '../domain/day.ts';
import { epochMs } from '../domain/time.ts';
import { paths } from '../engine/records.ts';
import { CALL_FAULTS, CALM, type CallFault, type CallFaultKind } from './faults.ts';
import type { CallNote } from './gate.ts';
import { INVARIANTS, type Violation } from './oracle/invariants.ts';
import type { Scenario } from './scenario.ts';
import { scenarioSize } from './scenarios.ts';
import { Simulation, type SimulationResult } from './simulation.ts';

/** One call of one worker, struck by one fault. */
export interface Strike {
  readonly key: string;
  readonly fault: CallFault;
}

export interface ScenarioRun {
  readonly result: SimulationResult;
  /** How each phase ended. */
  readonly ends: Readonly<Record<string, string>>;
  /** When noon ended, in milliseconds after it was due. */
  readonly noonEndedMs: number | undefined;
  /** A process died and its connection closed, so that its message came again at once. */
  readonly hasClosedDeath: boolean;
}

/** Plays a told day with these faults and no others. */
export async function playScenario(
  scenario: Scenario,
  strikes: readonly Strike[] = [],
  more: { notes?: boolean; trace?: boolean } = {},
): Promise<ScenarioRun> {
  const forced = new Map(strikes.map(({ key, fault }) => [key, fault]));
  const simulation = new Simulation({
    seed: 7,
    days: 1,
    date: scenario.date,
    profile: { ...CALM, size: scenarioSize, ...scenario.profile },
    scenario,
    forced,
    ...more,
  });
  const result = await simulation.run();
  const day = simulation.store.get<DayRecord>(paths.day(scenario.date));
  const ends: Record<string, string> = {};
  let noonEndedMs: number | undefined;
  for (const { phase, ending, concludedAt, dueAt } of Object.values(day?.slots ?? {})) {
    const isTold = (CHAIN as readonly string[]).includes(phase) || scenario.ends[phase] !== undefined;
    if (isTold || phase === 'weekly-risk-review') ends[phase] = ending ?? 'open';
    if (phase === 'high-noon-sync' && concludedAt !== null) noonEndedMs = epochMs(concludedAt) - epochMs(dueAt);
  }
  return { result, ends, noonEndedMs, hasClosedDeath: simulation.topics.refusedByDeath > 0 };
}

/** Longer than a call may take, than a lease, than a tick: what a fault must outlast to matter. */
const MS_OF: Record<CallFaultKind, readonly number[]> = {
  'crash-before': [1],
  'crash-after': [1],
  'crash-late': [170_000],
  error: [1],
  refused: [1],
  aborted: [1],
  ambiguous: [1],
  late: [45_000, 170_000],
  'freeze-before': [100_000, 400_000],
  'freeze-after': [100_000, 400_000],
  twice: [45_000, 170_000],
  slow: [25_000],
};

/** Every call of the told day, times every kind of fault. */
export function singleFaults(notes: readonly CallNote[]): Strike[] {
  return notes.flatMap((note) =>
    CALL_FAULTS.filter((kind) => makesSense(kind, note)).flatMap((kind) =>
      MS_OF[kind].map((ms) => ({ key: `${note.worker}#${note.number}`, fault: { kind, ms } })),
    ),
  );
}

/** A read that lands late or twice changes nothing, and a reader's crash before is its crash after. */
function makesSense(kind: CallFaultKind, { port, verb }: CallNote): boolean {
  const isRead = ['get', 'query', 'stat', 'listRefs', 'pointer', 'describe', 'readFence', 'changedParts'].includes(
    verb,
  );
  if (isRead) return !['crash-after', 'crash-late', 'ambiguous', 'twice', 'freeze-after'].includes(kind);
  return kind !== 'twice' || port !== 'documents';
}

const halfDone = (endedMs: number | undefined): Violation => ({
  invariant: 'I15',
  words: INVARIANTS.I15,
  detail: 'one fault left noon half done: its rollback failed',
  at: `${(endedMs ?? 0) / 1000} s after noon`,
});

export interface Sweep {
  readonly scenario: string;
  readonly calls: number;
  readonly points: number;
  readonly violations: readonly { readonly strikes: readonly Strike[]; readonly violation: Violation }[];
  /** How many seconds later noon ended after one crash of its process, and after the loss of its machine. */
  readonly recoverySeconds: readonly number[];
  readonly lossSeconds: readonly number[];
}

/** The told day, then one run for each of those points (every `step`-th from `first`, so that several processes share the work). */
export async function sweepScenario(scenario: Scenario, share: { first: number; step: number }): Promise<Sweep> {
  const base = await playScenario(scenario, [], { notes: true });
  const violations: { strikes: readonly Strike[]; violation: Violation }[] = [];
  for (const violation of base.result.violations) violations.push({ strikes: [], violation });
  const points = singleFaults(base.result.notes);
  const recoverySeconds: number[] = [];
  const lossSeconds: number[] = [];
  let played = 0;
  for (let index = share.first; index < points.length; index += share.step) {
    const strike = points[index] as Strike;
    const run = await playScenario(scenario, [strike]);
    played += 1;
    const [violation] = run.result.violations;
    if (violation !== undefined) violations.push({ strikes: [strike], violation });
    // Several faults may use up every try of a rollback; one never does.
    else if (run.ends['high-noon-sync'] === 'rollback-failed')
      violations.push({ strikes: [strike], violation: halfDone(run.noonEndedMs) });
    const isCrashOfNoon = strike.fault.kind.startsWith('crash') && strike.key.startsWith('high-noon-sync');
    if (isCrashOfNoon && run.noonEndedMs !== undefined && base.noonEndedMs !== undefined)
      (run.hasClosedDeath ? recoverySeconds : lossSeconds).push(Math.max(0, run.noonEndedMs - base.noonEndedMs) / 1000);
  }
  return {
    scenario: scenario.name,
    calls: base.result.notes.length,
    points: played,
    violations,
    recoverySeconds,
    lossSeconds,
  };
}
