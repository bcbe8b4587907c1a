import type { DayRecord } from '../domain/day.ts';
import { emptyDay } from '../domain/day.ts';
import { InvariantError } from '../domain/errors.ts';
import { unknown } from '../domain/finding.ts';
import type { OperationOutcome } from '../domain/operation.ts';
import type { Checkpoint } from '../domain/run.ts';
import { dateOfSlot, runIdOf } from '../domain/slot.ts';
import type { Trigger } from '../domain/trigger.ts';
import { admitShard, assertHoldingShard, renewShard, type ShardGrant, type ShardRefusal } from './admit-shard.ts';
import { concludeShard } from './conclude-shard.ts';
import { type Engine, phaseIn, pinsOf } from './engine.ts';
import { LeaseKeeper, LeaseLost } from './lease.ts';
import { overtimeAt } from './overtime.ts';
import { readControls } from './read-controls.ts';
import { paths } from './records.ts';
import { observeOperation, StretchEnds } from './run-operation.ts';
import type { Pass } from './stretch.ts';
import { transact } from './transact.ts';

interface Worked {
  readonly kind: 'continues';
  readonly runId: string;
}

/** A message for one shard of a parked run: worked under its own lease, to its outcome or to its cursor. */
export async function runShard(engine: Engine, trigger: Trigger, id: string): Promise<Worked | ShardRefusal> {
  const grantedAtMs = engine.clock.monotonicMs();
  const admitted = await admitShard(engine, trigger, id);
  if (admitted.kind === 'refused') return admitted;
  const runId = runIdOf(admitted.slot.slotId, admitted.running.attempt);
  const keeper = new LeaseKeeper(engine, admitted.holding, grantedAtMs, renewShard(id));
  const endsAtMs = grantedAtMs + engine.limits.budgetSeconds * 1000;
  try {
    await workToEnd(engine, admitted, keeper, endsAtMs);
  } catch (error) {
    if (!(error instanceof LeaseLost)) throw error;
    // Another stretch holds the shard now, or its run waits no longer: nothing is left to do here.
    engine.log.write('WARNING', 'a shard lost its lease and stopped', { run: runId, shard: id, error });
  } finally {
    await keeper.close();
  }
  return { kind: 'continues', runId };
}

async function workToEnd(engine: Engine, grant: ShardGrant, keeper: LeaseKeeper, endsAtMs: number): Promise<void> {
  try {
    await concludeShard(engine, grant, keeper, await work(engine, grant, keeper, endsAtMs));
  } catch (error) {
    if (error instanceof LeaseLost) throw error;
    if (error instanceof StretchEnds || engine.draining.aborted) return handOver(engine, grant, keeper, 'publish');
    // The next delivery should not have to wait for the lease to end.
    await handOver(engine, grant, keeper, 'release').catch((cause: unknown) =>
      engine.log.write('DEBUG', 'the lease of a shard ends by itself', { shard: grant.shard.id, error: cause }),
    );
    throw error;
  }
}

async function work(
  engine: Engine,
  grant: ShardGrant,
  keeper: LeaseKeeper,
  endsAtMs: number,
): Promise<OperationOutcome> {
  const { shard, slot } = grant;
  const pass = await openPass(engine, grant);
  const fault = faultOf(pass, grant);
  const operation = pass.phase.operations.find(({ name }) => name === shard.operation);
  if (fault !== undefined || operation?.runShard === undefined) {
    const message = `${shard.id} was not worked: ${fault ?? 'its operation is not in this plan'}`;
    const remedy = 'look at the log of this run, then rerun the slot';
    return { findings: [unknown({ code: 'shard-not-worked', subject: shard.id, message, remedy })], evidence: [] };
  }
  const refuse = (): never => {
    throw new InvariantError(`${shard.id}: a shard begins no effect and gives out no shards`);
  };
  const run = operation.runShard.bind(operation);
  const scope = {
    signal: keeper.halt,
    cursor: shard.cursor ?? undefined,
    saveCursor: async (cursor: OpenCursor) => {
      await transact(engine, async (transaction) => {
        const held = await assertHoldingShard(transaction, keeper.holding, shard.id);
        transaction.set(paths.shard(slot.slotId, grant.running.attempt, shard.id), { ...held.shard, cursor });
      });
      if (engine.draining.aborted || engine.clock.monotonicMs() >= endsAtMs)
        throw new StretchEnds(`${shard.id} goes on at its cursor`);
      return 'go-on' as const;
    },
    fanOut: refuse,
    effectsFor: () => ({ apply: refuse }),
  };
  return observeOperation(pass, operation, scope, (context) => run(context, shard.work));
}

type OpenCursor = ShardGrant['shard']['cursor'];

/** Why it is not worked any more; undefined when it is. The run is told all the same, and judges it. */
function faultOf({ engine, phase }: Pass, { slot, running, shard }: ShardGrant): string | undefined {
  const current = pinsOf(engine, phase);
  const changed = (['plan', 'configuration', 'code'] as const).filter((pin) => current[pin] !== running.pins[pin]);
  if (changed.length > 0) return `${changed.join(' and ')} changed while it ran`;
  if (engine.clock.now() > overtimeAt(slot, running.startedAt)) return 'the budget of the run was used up';
  return shard.stretches > engine.limits.stretches
    ? `it was begun ${shard.stretches - 1} times and never ended`
    : undefined;
}

async function openPass(engine: Engine, { slot, running }: ShardGrant): Promise<Pass> {
  const date = dateOfSlot(slot);
  const [controls, day, stored] = await Promise.all([
    readControls(engine, slot),
    engine.documents.get<DayRecord>(paths.day(date)),
    engine.documents.query<Checkpoint>(paths.operations(slot.slotId, running.attempt)),
  ]);
  return {
    engine,
    phase: phaseIn(engine, slot.phase),
    mode: 'run',
    slot,
    attempt: running.attempt,
    runId: runIdOf(slot.slotId, running.attempt),
    startedAt: running.startedAt,
    pins: running.pins,
    day: day ?? emptyDay(date),
    ...controls,
    checkpoints: stored.map(({ data }) => data).sort((a, b) => a.index - b.index),
  };
}

/** Releases the lease in a commit; `publish` sends the message for the next stretch. The watchdog does so too, if that is lost. */
async function handOver(
  engine: Engine,
  { slot, running, shard }: ShardGrant,
  keeper: LeaseKeeper,
  then: 'publish' | 'release',
): Promise<void> {
  await transact(engine, async (transaction) => {
    const held = await assertHoldingShard(transaction, keeper.holding, shard.id);
    transaction.set(paths.shard(slot.slotId, running.attempt, shard.id), { ...held.shard, lease: null });
  });
  if (then === 'release') return;
  const runId = runIdOf(slot.slotId, running.attempt);
  try {
    const { phase } = slot;
    await engine.publisher.trigger(phase, { phase, trigger: 'continuation', runId, shard: shard.id });
  } catch (error) {
    engine.log.write('WARNING', 'a shard could not be continued; the watchdog does it', { run: runId, error });
  }
}
