import { phaseNamed } from '../domain/catalog.ts';
import type { Json } from '../domain/json.ts';
import type { Operation } from '../domain/operation.ts';
import type { Checkpoint, ConcludedSlot, RollbackRecord, RunningSlot } from '../domain/run.ts';
import { rerunClosesAt, runIdOf } from '../domain/slot.ts';
import { plusSeconds } from '../domain/time.ts';
import { isGo, type Verdict, worst } from '../domain/verdict.ts';
import type { PortMap } from '../ports/port-map.ts';
import type { Admitted } from './admit.ts';
import { writeCheckpoint } from './checkpoint.ts';
import { effectRunner } from './effects.ts';
import { type Engine, phaseIn, pinsOf } from './engine.ts';
import { fanOut, RunParks } from './fan-out.ts';
import { assertHolding, LeaseKeeper } from './lease.ts';
import { deliver } from './outbox.ts';
import { overtimeAt } from './overtime.ts';
import { readControls } from './read-controls.ts';
import { paths } from './records.ts';
import { fenceEarlierEffects, rollBack } from './roll-back.ts';
import { runOperation, StretchEnds } from './run-operation.ts';
import { settle } from './settle.ts';
import type { Stretch } from './stretch.ts';
import { transact } from './transact.ts';

type Granted = Extract<Admitted, { kind: 'granted' }>;
export type StretchResult =
  | { readonly kind: 'concluded'; readonly slot: ConcludedSlot }
  | { readonly kind: 'continues' };

/** Works a leased stretch to the attempt's ending, or to a checkpoint from which another stretch goes on. */
export async function workStretch(engine: Engine, grant: Granted, grantedAtMs: number): Promise<StretchResult> {
  const keeper = new LeaseKeeper(engine, grant.holding, grantedAtMs);
  try {
    const stretch = await openStretch(engine, grant, keeper, grantedAtMs);
    try {
      return await advance(stretch, grant);
    } catch (error) {
      if (error instanceof RunParks) {
        // Whatever cannot be sent stays in the outbox, which is the watchdog's.
        if (error.owed !== undefined) await deliver(engine, error.owed);
        return { kind: 'continues' };
      }
      if (error instanceof StretchEnds || engine.draining.aborted) return await handOver(stretch);
      await releaseQuietly(stretch);
      throw error;
    }
  } finally {
    await keeper.close();
  }
}

async function openStretch(engine: Engine, grant: Granted, keeper: LeaseKeeper, grantedAtMs: number): Promise<Stretch> {
  const { slot, running } = grant;
  const controls = await readControls(engine, slot);
  const stored = grant.resumed
    ? await engine.documents.query<Checkpoint>(paths.operations(slot.slotId, running.attempt))
    : [];
  return {
    engine,
    phase: phaseIn(engine, slot.phase),
    mode: 'run',
    slot: { slotId: slot.slotId, phase: slot.phase, dueAt: slot.dueAt },
    attempt: running.attempt,
    runId: runIdOf(slot.slotId, running.attempt),
    startedAt: running.startedAt,
    pins: running.pins,
    day: grant.day,
    ...controls,
    checkpoints: stored.map(({ data }) => data).sort((a, b) => a.index - b.index),
    keeper,
    resumed: grant.resumed,
    violatedBefore: running.violatedBefore,
    endsAtMs: grantedAtMs + engine.limits.budgetSeconds * 1000,
  };
}

async function advance(stretch: Stretch, grant: Granted): Promise<StretchResult> {
  const begun = grant.running.rollback;
  if (begun !== null) return conclude(stretch, begun.cause, await rollBackInTime(stretch, begun.cause, begun));
  const spent = spentGoingForward(stretch, grant.running);
  if (spent !== undefined) return conclude(stretch, spent, await rollBackInTime(stretch, spent, null));
  if (grant.resumed && grant.running.effectIds.length > 0) await fenceEarlierEffects(stretch);
  const cut = (await runOperations(stretch)) ?? null;
  const { engine } = stretch;
  const verdict = verdictSoFar(stretch);
  const isBad = cut !== null || !isGo(verdict);
  if (!isBad || stretch.phase.onFailure !== 'roll-back') return conclude(stretch, cut, null);
  const running = await engine.documents.transact((transaction) => assertHolding(transaction, stretch.keeper.holding));
  if (running.effectIds.length === 0) return conclude(stretch, cut, null);
  const cause = cut ?? `it was judged ${verdict}`;
  return conclude(stretch, cut, await rollBackInTime(stretch, cause, null));
}

/** An attempt's last stretches are for putting back: what brings down every process that tries it is not tried to the end. */
const STRETCHES_TO_ROLL_BACK = 4;

function spentGoingForward({ engine, phase, checkpoints }: Stretch, running: RunningSlot): string | undefined {
  const isLeft = running.stretches <= engine.limits.stretches - STRETCHES_TO_ROLL_BACK;
  if (isLeft || phase.onFailure !== 'roll-back' || running.effectIds.length === 0) return undefined;
  if (checkpoints.length >= phase.operations.length) return undefined;
  return `${running.stretches - 1} stretches did not bring it to an end`;
}

async function conclude(stretch: Stretch, cut: string | null, rollback: RollbackRecord | null): Promise<StretchResult> {
  return { kind: 'concluded', slot: await settle(stretch, { cut, rollback }) };
}

/** Runs what has no checkpoint yet, in plan order. Returns why it stopped short, if it did for a reason of its own. */
async function runOperations(stretch: Stretch): Promise<string | undefined> {
  const { engine, phase, checkpoints } = stretch;
  const current = pinsOf(engine, phase);
  for (const [index, operation] of phase.operations.entries()) {
    if (checkpoints.some((checkpoint) => checkpoint.operation === operation.name)) continue;
    const changed = (['plan', 'configuration', 'code'] as const).filter((pin) => current[pin] !== stretch.pins[pin]);
    if (changed.length > 0) return `${changed.join(' and ')} changed while it ran`;
    if (engine.clock.now() > overtimeAt(stretch.slot, stretch.startedAt))
      return `its budget was used up before ${operation.name}`;
    if (isStopped(stretch, operation)) continue;
    requireTime(stretch, operation);
    checkpoints.push(await runAndKeep(stretch, operation, index));
  }
  return undefined;
}

/** What the attempt would be judged now. A violation of an earlier attempt stands: what a rerun released would only be put back. */
function verdictSoFar({ checkpoints, violatedBefore }: Stretch): Verdict {
  return worst([...checkpoints.map(({ verdict }) => verdict), ...(violatedBefore ? (['violated'] as const) : [])]);
}

/** After a blocking verdict nothing is changed any more; checks go on where the phase wants every gap named. */
function isStopped(stretch: Stretch, operation: Operation<PortMap>): boolean {
  const blocked = !isGo(verdictSoFar(stretch));
  return blocked && (stretch.phase.onFailure === 'roll-back' || operation.kind === 'action');
}

/** An operation begins only if its whole timeout fits into what is left of the stretch. */
function requireTime(stretch: Stretch, operation: Operation<PortMap>): void {
  if (stretch.engine.draining.aborted) throw new StretchEnds('the process is asked to go');
  const leftMs = stretch.endsAtMs - stretch.engine.clock.monotonicMs();
  const fits = leftMs >= Math.min(operation.timeoutSeconds, stretch.engine.limits.budgetSeconds / 2) * 1000;
  if (!fits) throw new StretchEnds(`${operation.name} would not fit into this stretch`);
}

async function runAndKeep(stretch: Stretch, operation: Operation<PortMap>, index: number): Promise<Checkpoint> {
  const { engine, keeper } = stretch;
  const cursorPath = paths.cursor(stretch.slot.slotId, stretch.attempt, operation.name);
  const stored =
    stretch.resumed && operation.resumable === true
      ? await engine.documents.get<{ cursor: Json }>(cursorPath)
      : undefined;
  // A worker that stood still may wake up here, and that read may have taken longer than the lease: another stretch may
  // have run this operation long since.
  keeper.check();
  const record = await runOperation(stretch, operation, index, {
    signal: keeper.halt,
    cursor: stored?.cursor,
    saveCursor: async (cursor) => {
      await transact(engine, async (transaction) => {
        await assertHolding(transaction, keeper.holding);
        transaction.set(cursorPath, { cursor });
      });
      if (engine.draining.aborted || engine.clock.monotonicMs() >= stretch.endsAtMs)
        throw new StretchEnds(`${operation.name} goes on at its cursor`);
      return 'go-on';
    },
    effectsFor: (operationSignal) => effectRunner(stretch, operation, operationSignal),
    fanOut: (name, plan) => fanOut(stretch, operation, name, plan),
  });
  return writeCheckpoint(stretch, record);
}

/** Rollback may go on under any code and after the budget; it gives up only when its own time is over. */
async function rollBackInTime(
  stretch: Stretch,
  cause: string,
  begun: { begunAt: string } | null,
): Promise<RollbackRecord> {
  try {
    return await rollBack(stretch, cause, begun);
  } catch (error) {
    if (stretch.keeper.signal.aborted) throw error;
    const lastChance = plusSeconds(
      rerunClosesAt(stretch.slot),
      (phaseNamed(stretch.phase.name)?.budgetSeconds ?? 0) + ROLLBACK_GRACE_SECONDS,
    );
    if (stretch.engine.clock.now() < lastChance) throw error;
    return {
      begunAt: begun?.begunAt ?? stretch.engine.clock.now(),
      cause,
      outcome: 'failed',
      effects: [{ effectId: '', target: '', outcome: 'failed', detail: String(error) }],
    };
  }
}

/** Every slot ends by its window, its budget and ten minutes; five of them are left for telling people. */
const ROLLBACK_GRACE_SECONDS = 300;

/** Checkpoint is done; release the lease in a commit and publish the continuation. The watchdog resumes it if that is lost. */
async function handOver(stretch: Stretch): Promise<StretchResult> {
  const { engine, keeper } = stretch;
  const mayPublish = await transact(engine, async (transaction) => {
    const running = await assertHolding(transaction, keeper.holding);
    const publishes = running.publishes + 1;
    transaction.set(paths.slot(running.slotId), { ...running, lease: null, publishes });
    return publishes <= engine.limits.publishes;
  });
  if (mayPublish) {
    try {
      await engine.publisher.trigger(stretch.phase.name, {
        phase: stretch.phase.name,
        trigger: 'continuation',
        runId: stretch.runId,
      });
    } catch (error) {
      engine.log.write('WARNING', 'a continuation could not be published; the watchdog resumes the run', {
        run: stretch.runId,
        error,
      });
    }
  }
  return { kind: 'continues' };
}

/** After an error of the infrastructure the next delivery should not have to wait for the lease to end. */
async function releaseQuietly(stretch: Stretch): Promise<void> {
  const { engine, keeper } = stretch;
  try {
    await engine.documents.transact(async (transaction) => {
      const running = await assertHolding(transaction, keeper.holding);
      transaction.set(paths.slot(running.slotId), { ...running, lease: null });
    });
  } catch (error) {
    engine.log.write('DEBUG', 'the lease ends by itself', { run: stretch.runId, error });
  }
}
