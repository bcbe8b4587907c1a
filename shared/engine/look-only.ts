import { type DayRecord, emptyDay } from '../domain/day.ts';
import { foreseenGate } from '../domain/foreseen-gate.ts';
import { type GateAnswer, gateFor } from '../domain/gate.ts';
import { type Lockdown, NO_LOCKDOWN } from '../domain/lockdown.ts';
import type { EffectRunner, RunMode } from '../domain/operation.ts';
import type { Checkpoint, SlotRecord } from '../domain/run.ts';
import { dateOfSlot, runIdOf, type Slot } from '../domain/slot.ts';
import type { Verdict } from '../domain/verdict.ts';
import { worst } from '../domain/verdict.ts';
import { type Engine, phaseIn, pinsOf } from './engine.ts';
import { readControls } from './read-controls.ts';
import { paths } from './records.ts';
import { runOperation } from './run-operation.ts';
import type { Pass } from './stretch.ts';

/** What an action would do to one target. */
export interface WouldDo {
  readonly effect: string;
  readonly target: string;
  readonly detail: string;
}

export interface LookResult {
  readonly slot: Slot;
  readonly runId: string;
  readonly attempt: number;
  readonly verdict: Verdict;
  readonly gate: GateAnswer;
  readonly checkpoints: readonly Checkpoint[];
  readonly wouldDo: Readonly<Record<string, readonly WouldDo[]>>;
  readonly startedAt: string;
}

/**
 * Runs a phase without writing anything: every check for real, every action up to the point where it would begin. It
 * never waits and no gate refuses it; it says what a real message for the slot would have been answered.
 */
export async function lookOnly(
  engine: Engine,
  slot: Slot,
  mode: Exclude<RunMode, 'run'>,
  asked: { readonly runId?: string; readonly rerun?: boolean } = {},
): Promise<LookResult> {
  const phase = phaseIn(engine, slot.phase);
  const [record, storedDay, lockdown, controls] = await Promise.all([
    engine.documents.get<SlotRecord>(paths.slot(slot.slotId)),
    engine.documents.get<DayRecord>(paths.day(dateOfSlot(slot))),
    engine.documents.get<Lockdown>(paths.lockdown),
    readControls(engine, slot),
  ]);
  const day = storedDay ?? emptyDay(dateOfSlot(slot));
  const state = { day, lockdown: lockdown ?? NO_LOCKDOWN, at: engine.clock.now() };
  const attempt = record === undefined ? 1 : record.status === 'concluded' ? record.attempt + 1 : record.attempt;
  const checkpoints: Checkpoint[] = [];
  const pass: Pass = {
    engine,
    phase,
    mode,
    slot,
    attempt,
    runId: asked.runId ?? runIdOf(slot.slotId, attempt),
    startedAt: engine.clock.now(),
    pins: pinsOf(engine, phase),
    day,
    ...controls,
    checkpoints,
  };
  const wouldDo: Record<string, WouldDo[]> = {};
  for (const [index, operation] of phase.operations.entries()) {
    if (mode === 'rehearsal' && operation.kind === 'action') continue;
    const planned: WouldDo[] = [];
    const result = await runOperation(pass, operation, index, {
      signal: engine.draining,
      cursor: undefined,
      saveCursor: () => Promise.resolve('go-on'),
      effectsFor: () => planning(planned),
      fanOut: async () => undefined,
    });
    if (operation.kind === 'action') wouldDo[operation.name] = planned;
    checkpoints.push({ ...result, token: 0 });
  }
  return {
    slot,
    runId: pass.runId,
    attempt,
    verdict: checkpoints.length === 0 ? 'inconclusive' : worst(checkpoints.map(({ verdict }) => verdict)),
    // The slot of a rehearsal is no instant of the schedule: only its gate can be told.
    gate: mode === 'dry-run' ? foreseenGate(slot, record, state, asked.rerun ?? false) : gateFor(slot, state),
    checkpoints,
    wouldDo,
    startedAt: pass.startedAt,
  };
}

/** An effect in a dry-run: looked at, written down, not begun. */
function planning(planned: WouldDo[]): EffectRunner {
  return {
    async apply(effect) {
      const probe = await effect.probe();
      const detail = probe.state === 'applied' ? `${effect.detail} (already so)` : effect.detail;
      planned.push({ effect: probe.state === 'applied' ? 'none' : 'change', target: effect.target, detail });
      return probe.receipt;
    },
  };
}
