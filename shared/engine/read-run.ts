import type { PhaseName } from '../domain/catalog.ts';
import { type Ending, type ExitCode, exitCodeOf } from '../domain/ending.ts';
import type { Evidence, Finding } from '../domain/finding.ts';
import type { AttemptRecord, Checkpoint, SlotRecord } from '../domain/run.ts';
import { nextHighNoon, runIdOf } from '../domain/slot.ts';
import { toSeconds } from '../domain/time.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { Engine } from './engine.ts';
import type { LookResult, WouldDo } from './look-only.ts';
import { paths } from './records.ts';
import type { PhaseOutcome } from './run-phase.ts';

/** A run as interfaces give it: `highnoon.run/1`. Fields may be added. */
export interface RunView {
  readonly schema: 'highnoon.run/1';
  readonly phase: PhaseName;
  readonly slot: string;
  readonly runId: string;
  readonly attempt: number;
  readonly status: SlotRecord['status'] | 'none';
  readonly ending: Ending | null;
  readonly verdict: Verdict | null;
  readonly exitCode: ExitCode;
  readonly dryRun: boolean;
  readonly rehearsal: boolean;
  readonly refused: null | { readonly reason: string; readonly detail: string };
  readonly reason: string;
  readonly gate: null | { readonly answer: 'open' | 'wait' | 'refuse'; readonly detail: string };
  readonly operations: readonly OperationView[];
  readonly rollback: NonNullable<AttemptRecord['concluded']>['rollback'];
  readonly startedAt: string | null;
  readonly concludedAt: string | null;
  readonly nextHighNoon: string;
}

export interface OperationView {
  readonly name: string;
  readonly kind: 'check' | 'action';
  readonly failure: string;
  readonly verdict: Verdict;
  readonly durationMs: number;
  readonly findings: readonly Finding[];
  readonly evidence: readonly Evidence[];
  readonly wouldDo?: readonly WouldDo[];
}

const operationView = ({
  operation,
  kind,
  failure,
  verdict,
  durationMs,
  findings,
  evidence,
}: Checkpoint): OperationView => ({
  name: operation,
  kind,
  failure,
  verdict,
  durationMs,
  findings,
  evidence,
});

/** The stored run of a slot's newest attempt. */
export async function readRun(engine: Engine, record: SlotRecord): Promise<RunView> {
  const [attempt, found] = await Promise.all([
    engine.documents.get<AttemptRecord>(paths.attempt(record.slotId, record.attempt)),
    engine.documents.query<Checkpoint>(paths.operations(record.slotId, record.attempt)),
  ]);
  const concluded = record.status === 'concluded' ? record : undefined;
  const checkpoints = found.map(({ data }) => data).sort((a, b) => a.index - b.index);
  return {
    ...base(engine, record.phase, record.slotId, record.attempt),
    status: record.status,
    ending: concluded?.ending ?? null,
    verdict: concluded?.verdict ?? null,
    exitCode: concluded === undefined ? 1 : exitCodeOf(concluded.ending, concluded.verdict),
    reason: concluded?.reason ?? (record.status === 'waiting' ? `waits for ${record.waitsFor}` : 'is running'),
    operations: checkpoints.map(operationView),
    rollback: attempt?.concluded?.rollback ?? null,
    startedAt: record.status === 'waiting' ? null : record.startedAt,
    concludedAt: concluded?.concludedAt ?? null,
  };
}

/** What came of a message, as a run: stored where it is stored, made up of what was said where nothing was. */
export async function viewOutcome(
  engine: Engine,
  phase: PhaseName,
  slotId: string,
  outcome: PhaseOutcome,
): Promise<RunView> {
  switch (outcome.kind) {
    case 'concluded':
    case 'waiting':
      return readRun(engine, outcome.slot);
    case 'looked':
      return lookView(engine, outcome.mode, outcome.result);
    case 'continues': {
      const [id = slotId] = outcome.runId.split('#');
      const record = await engine.documents.get<SlotRecord>(paths.slot(id));
      return record === undefined ? base(engine, phase, id, 1) : readRun(engine, record);
    }
    case 'refused': {
      const refused = { reason: outcome.reason, detail: outcome.detail };
      const known =
        outcome.slot ??
        (outcome.reason === 'malformed' ? undefined : await engine.documents.get<SlotRecord>(paths.slot(slotId)));
      if (known === undefined) return { ...base(engine, phase, slotId, 1), refused };
      const view = await readRun(engine, known);
      // A duplicate says how the run it duplicates ended; any other refusal did not do what was asked.
      const isSettled = outcome.reason === 'duplicate' && known.status === 'concluded';
      return { ...view, refused, exitCode: isSettled ? view.exitCode : 1 };
    }
  }
}

function lookView(engine: Engine, mode: 'dry-run' | 'rehearsal', result: LookResult): RunView {
  const { gate } = result;
  const isViolated = result.verdict === 'violated';
  const isGood = result.verdict === 'passed' || result.verdict === 'degraded';
  return {
    ...base(engine, result.slot.phase, result.slot.slotId, result.attempt),
    runId: result.runId,
    status: 'none',
    verdict: result.verdict,
    exitCode: isViolated ? 4 : isGood ? 0 : 1,
    dryRun: mode === 'dry-run',
    rehearsal: mode === 'rehearsal',
    reason: !isViolated ? '' : mode === 'dry-run' ? 'would lock down' : 'a violation was found: the lockdown is set',
    gate: {
      answer: gate.kind,
      detail:
        gate.kind === 'open'
          ? result.slot.dueAt > result.startedAt
            ? `it would start when it is due, at ${toSeconds(result.slot.dueAt)}`
            : 'it would start'
          : gate.kind === 'wait'
            ? `it would wait for ${gate.waitsFor}`
            : gate.why,
    },
    operations: result.checkpoints.map((checkpoint) => {
      const wouldDo = result.wouldDo[checkpoint.operation];
      return wouldDo === undefined ? operationView(checkpoint) : { ...operationView(checkpoint), wouldDo };
    }),
    startedAt: result.startedAt,
  };
}

function base(engine: Engine, phase: PhaseName, slotId: string, attempt: number): RunView {
  return {
    schema: 'highnoon.run/1',
    phase,
    slot: slotId,
    runId: runIdOf(slotId, attempt),
    attempt,
    status: 'none',
    ending: null,
    verdict: null,
    exitCode: 1,
    dryRun: false,
    rehearsal: false,
    refused: null,
    reason: '',
    gate: null,
    operations: [],
    rollback: null,
    startedAt: null,
    concludedAt: null,
    nextHighNoon: nextHighNoon(engine.clock.now()),
  };
}
