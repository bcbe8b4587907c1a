import type { DayRecord } from '../../domain/day.ts';
import { isGood, isJudged } from '../../domain/ending.ts';
import { type Escalation, joinsUpstream, needsEscalation } from '../../domain/escalation.ts';
import type { ConcludedSlot, EffectRecord } from '../../domain/run.ts';
import { runIdOf } from '../../domain/slot.ts';
import { paths } from '../../engine/records.ts';
import type { Commit } from '../documents.ts';
import type { OracleState, RunTrack } from './state.ts';

/** An attempt concludes: its ending must be what its effects, its verdict and the lockdown say in this very commit. */
export function checkConclusion(state: OracleState, slot: ConcludedSlot, commit: Commit): void {
  const runId = runIdOf(slot.slotId, slot.attempt);
  const run = state.runs.get(runId);
  const effects = run === undefined ? [] : effectsOf(state, run, slot);
  checkTelling(state, runId, slot, commit);
  if (!isJudged(slot.ending)) {
    state.demand(effects.length === 0, 'I12', () => `${runId} ended ${slot.ending} with ${effects.length} effects`);
    return;
  }
  if (run === undefined) {
    state.violated('I3', `${runId} was judged ${slot.ending} and never started`);
    return;
  }
  run.concludedAs = slot.ending;
  if (run.hasViolation)
    state.demand(slot.verdict === 'violated', 'I17', () => `${runId} found a violation and ended ${slot.verdict}`);
  const summary = state.store.get<DayRecord>(paths.day(slot.date))?.slots[slot.slotId];
  if (slot.verdict === 'violated')
    state.demand(summary?.exitCode === 4, 'I17', () => `${runId} was violated and exits ${summary?.exitCode}`);
  if (slot.ending === 'rollback-failed')
    state.demand(
      state.store.get<{ active: boolean }>(paths.lockdown)?.active === true,
      'I15',
      () => `${runId}: the rollback failed and no lockdown stands in that commit`,
    );
  if (run.isNoon) checkNoon(state, run, slot, effects);
}

function effectsOf(state: OracleState, run: RunTrack, slot: ConcludedSlot): EffectRecord[] {
  return [...run.effects.values()].flatMap(({ effectId }) => {
    const record = state.store.get<EffectRecord>(paths.effect(slot.slotId, slot.attempt, effectId));
    return record === undefined ? [] : [record];
  });
}

function checkNoon(state: OracleState, run: RunTrack, slot: ConcludedSlot, effects: readonly EffectRecord[]): void {
  if (isGood(slot.ending)) {
    checkGoodNoon(state, run, slot, effects);
    return;
  }
  if (effects.length === 0) return;
  const allowed = ['rolled-back', 'locked', 'rollback-failed'];
  state.demand(
    allowed.includes(slot.ending),
    'I15',
    () => `${run.runId} had ${effects.length} intents and ended ${slot.ending}`,
  );
  if (slot.ending === 'rollback-failed') return;
  for (const { target, state: settled } of effects) {
    state.demand(
      settled === 'undone' || settled === 'never-applied',
      'I16',
      () => `${run.runId} ended ${slot.ending} with ${target} ${settled}`,
    );
    const effect = run.effects.get(target);
    if (effect === undefined || state.isForeign(run, target)) continue;
    const value = state.world.valueAt(target);
    state.demand(
      value === effect.pin,
      'I11',
      () => `${run.runId} ended ${slot.ending}; ${target} is ${value}, pinned was ${effect.pin}`,
    );
  }
}

function checkGoodNoon(state: OracleState, run: RunTrack, slot: ConcludedSlot, effects: readonly EffectRecord[]): void {
  state.demand(!run.rollback, 'I10', () => `${run.runId} was rolled back and ended ${slot.ending}`);
  const ticket = state.store.get<DayRecord>(paths.day(slot.date))?.ticket;
  const planned = plannedTargets(state, ticket?.bindings ?? {}, slot.date);
  const applied = new Set(effects.filter((one) => one.state === 'applied').map(({ target }) => target));
  for (const target of planned)
    state.demand(
      applied.has(target),
      'I12',
      () => `${run.runId} ended ${slot.ending}; ${target} was planned and is not verified`,
    );
  for (const { target, state: settled } of effects) {
    state.demand(settled === 'applied', 'I12', () => `${run.runId} ended ${slot.ending} with ${target} ${settled}`);
    const effect = run.effects.get(target);
    if (effect === undefined || state.isForeign(run, target)) continue;
    const value = state.world.valueAt(target);
    state.demand(
      value === effect.to,
      'I12',
      () => `${run.runId} ended ${slot.ending}; ${target} is ${value}, wanted was ${effect.to}`,
    );
  }
}

/** What noon had to change, by the ticket it had. */
function plannedTargets(state: OracleState, bindings: Readonly<Record<string, unknown>>, date: string): string[] {
  const refs = ['refs/heads/high-noon/context', 'refs/heads/high-noon/release', `refs/tags/high-noon/${date}`];
  const repositories = [...state.world.repositories.keys()].flatMap((name) =>
    refs.map((ref) => `repositories/${name}/${ref}`),
  );
  const datasets = state.world.datasetNames.filter((name) => {
    const staged = bindings[`${name}/staged`];
    return typeof staged === 'string' && staged !== bindings[`${name}/live`];
  });
  const services = [...state.world.services.keys()].filter((name) => bindings[`${name}/serving`] !== `rev-${date}`);
  return [
    ...repositories,
    ...datasets.map((name) => `datasets/${name}/live`),
    ...services.map((name) => `services/${name}/traffic`),
  ];
}

/** The ledger line and the escalation of an ending come with it. */
function checkTelling(state: OracleState, runId: string, slot: ConcludedSlot, { writes }: Commit): void {
  const escalations = writes.flatMap(({ path, data }) =>
    path.startsWith('escalations/') && data !== undefined ? [data as Escalation] : [],
  );
  if (needsEscalation(slot.ending))
    state.demand(
      escalations.some(({ id }) => id === runId),
      'I22',
      () => `${runId} ended ${slot.ending} and nobody is told`,
    );
  else if (joinsUpstream(slot.ending))
    state.demand(
      escalations.some(({ id, joined }) => id === runId || joined.includes(runId)),
      'I22',
      () => `${runId} ended ${slot.ending} and joins nobody's escalation`,
    );
  else state.demand(escalations.length === 0, 'I22', () => `${runId} ended ${slot.ending} and escalates`);
}
