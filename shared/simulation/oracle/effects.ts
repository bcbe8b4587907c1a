import { chainSlot, type DayRecord } from '../../domain/day.ts';
import { isGood } from '../../domain/ending.ts';
import { isHeld } from '../../domain/hold.ts';
import type { Lockdown } from '../../domain/lockdown.ts';
import type { EffectRecord, SlotRecord } from '../../domain/run.ts';
import { effectDeadlineOf, runIdOf } from '../../domain/slot.ts';
import { isIntact } from '../../domain/ticket.ts';
import { paths } from '../../engine/records.ts';
import type { Commit } from '../documents.ts';
import type { WorldChange } from '../world.ts';
import { holds } from './runs.ts';
import type { OracleState, RunTrack } from './state.ts';

/** An effect's document changed. */
export function onEffect(
  state: OracleState,
  slotId: string,
  attempt: number,
  before: EffectRecord | undefined,
  after: EffectRecord,
  commit: Commit,
): void {
  const runId = runIdOf(slotId, attempt);
  const run = state.runs.get(runId);
  const slot = state.store.get<SlotRecord>(paths.slot(slotId));
  if (run === undefined || slot?.status !== 'running' || slot.attempt !== attempt) {
    state.violated('I4', `${runId}: ${after.target} was written while the run does not run`);
    return;
  }
  state.demand(
    holds(state, slot, commit.worker.key, commit.readAt),
    'I4',
    () => `${runId}: ${after.target} became ${after.state} by ${commit.worker.key}, which does not hold the run`,
  );
  if (before !== undefined)
    state.demand(
      before.argsDigest === after.argsDigest && before.order === after.order,
      'I8',
      () => `${runId}: the intent for ${after.target} changed its arguments`,
    );
  if (after.state !== 'intended') return;
  remember(run, after);
  if (after.forward) checkIntent(state, run, slot, after, commit);
}

function remember(run: RunTrack, { effectId, target, args, argsDigest, pin }: EffectRecord): void {
  if (run.effects.has(target)) return;
  const { to } = args as { to: string | null };
  const pinned = typeof pin === 'string' ? pin : null;
  run.effects.set(target, { effectId, target, argsDigest, pin: pinned, to, forwardChanges: 0, undoChanges: 0 });
}

function checkIntent(
  state: OracleState,
  run: RunTrack,
  slot: Extract<SlotRecord, { status: 'running' }>,
  effect: EffectRecord,
  { readAt }: Commit,
): void {
  const { store } = state;
  const day = store.get<DayRecord>(paths.day(slot.date));
  const refused = (why: string) => `${run.runId}: the intent for ${effect.target} committed ${why}`;
  for (const phase of ['t-90-prep', 't-30-final-check'] as const) {
    const upstream = store.get<SlotRecord>(paths.slot(chainSlot(phase, slot.date).slotId));
    const isGo = upstream?.status === 'concluded' && isGood(upstream.ending) && !upstream.underLockdown;
    state.demand(isGo, 'I2', () =>
      refused(`while ${phase} is ${upstream?.status === 'concluded' ? upstream.ending : upstream?.status}`),
    );
    state.demand(isGo, 'I14', () => refused(`while ${phase} is not go`));
  }
  const isLocked = store.get<Lockdown>(paths.lockdown)?.active === true;
  state.demand(!isLocked, 'I16', () => refused('under a lockdown'));
  state.demand(!isLocked, 'I2', () => refused('under a lockdown'));
  state.demand(!isHeld(day?.hold ?? null), 'I2', () => refused('while noon is held'));
  const ticket = day?.ticket ?? null;
  const isTicketed = ticket?.status === 'claimed' && ticket.claimedBy === run.runId && isIntact(ticket);
  state.demand(isTicketed, 'I2', () => refused(`on a ticket that is ${ticket?.status ?? 'absent'}`));
  state.demand(slot.rollback === null && !run.rollback, 'I2', () => refused('after a rollback began'));
  state.demand(effect.token === slot.token, 'I2', () =>
    refused(`with token ${effect.token}, the run has ${slot.token}`),
  );
  state.demand(readAt < effectDeadlineOf(slot), 'I13', () => refused(`at ${readAt}, after the effect deadline`));
}

/** A resource accepted something. */
export function onChange(state: OracleState, lastTokens: Map<string, number>, change: WorldChange): void {
  const { resource, target, token } = change;
  const last = lastTokens.get(resource) ?? 0;
  state.demand(token >= last, 'I5', () => `${resource} accepted token ${token} after ${last}`);
  lastTokens.set(resource, Math.max(last, token));
  const run = state.runs.get(state.tokens.get(token) ?? '');
  if (run === undefined) {
    state.violated('I8', `${resource} changed under token ${token}, which nobody was granted`);
    return;
  }
  if (target !== undefined) onMove(state, run, target, change);
}

function onMove(state: OracleState, run: RunTrack, target: string, { from, to }: WorldChange): void {
  const effect = run.effects.get(target);
  if (effect === undefined) {
    state.violated('I8', `${run.runId} changed ${target} without an intent`);
    return;
  }
  if (effect.pin === effect.to) return;
  state.effectsChanged += 1;
  state.lastMover.set(target, run.runId);
  if (to === effect.to && from === effect.pin) {
    effect.forwardChanges += 1;
    state.demand(
      effect.forwardChanges === 1,
      'I7',
      () => `${run.runId} changed ${target} ${effect.forwardChanges} times`,
    );
    // A rollback that failed could not raise every fence: it locks down and pages, and says so.
    const mayLand = !run.isNoon || run.concludedAs === undefined || run.concludedAs === 'rollback-failed';
    state.demand(mayLand, 'I10', () => `${run.runId} ended ${run.concludedAs}, then changed ${target} to ${to}`);
  } else if (to === effect.pin && from === effect.to) {
    effect.undoChanges += 1;
    state.demand(effect.undoChanges === 1, 'I7', () => `${run.runId} put ${target} back ${effect.undoChanges} times`);
    state.demand(run.rollback, 'I10', () => `${run.runId} put ${target} back and had not begun a rollback`);
  } else
    state.violated(
      'I8',
      `${run.runId} changed ${target} from ${from} to ${to}; its intent says ${effect.pin} to ${effect.to}`,
    );
}
