import type { DayRecord } from '../domain/day.ts';
import { PortError } from '../domain/errors.ts';
import type { Escalation } from '../domain/escalation.ts';
import { gateFor } from '../domain/gate.ts';
import type { Lockdown } from '../domain/lockdown.ts';
import { isEmpty, type OutboxRecord, type Wake } from '../domain/outbox.ts';
import { mergeNewest, type Point } from '../domain/points.ts';
import { makeSlot, startClosesAt } from '../domain/slot.ts';
import { hoursBetween, type Instant, toSeconds } from '../domain/time.ts';
import type { TriggerBody } from '../domain/trigger.ts';
import { withDeadline } from './deadline.ts';
import type { Engine } from './engine.ts';
import { paths } from './records.ts';
import { writeReport } from './write-report.ts';

/** The waiting slots of a day that this state lets start, or lets conclude. */
export function wakesAfter(day: DayRecord, lockdown: Lockdown, at: Instant): Wake[] {
  return Object.values(day.slots)
    .filter((summary) => summary.status === 'waiting')
    .map((summary) => makeSlot(summary.phase, summary.dueAt))
    .filter((slot) => at > startClosesAt(slot) || gateFor(slot, { day, lockdown, at }).kind !== 'wait')
    .map((slot) => ({ phase: slot.phase, dueAt: slot.dueAt }));
}

/** Cloud Monitoring refuses older points; sending them would fail for ever. */
const POINT_MAX_AGE_HOURS = 25;
/** Metrics may never hold a phase up: after this it is the watchdog's turn. */
export const METRICS_LIMIT_MS = 2000;

/**
 * Delivers what one outbox document owes; what could not be delivered stays owed. Never throws: a sender that fails
 * changes no ending. Returns whether nothing is owed any more.
 */
export async function deliver(engine: Engine, record: OutboxRecord): Promise<boolean> {
  const [points, escalations, wakes, reports] = [
    await deliverPoints(engine, record.points),
    await keepFailed(engine, record.escalations, (id) => escalate(engine, id)),
    await keepFailed(engine, record.wakes, (wake) => engine.publisher.trigger(wake.phase, bodyOf(wake))),
    await keepFailed(engine, record.reports, (report) => writeReport(engine, report)),
  ];
  const rest: OutboxRecord = { ...record, points, escalations, wakes, reports };
  try {
    await engine.documents.transact(async (transaction) => {
      const stored = await transaction.get<OutboxRecord>(paths.outbox(record.id));
      if (stored === undefined) return;
      if (isEmpty(rest)) transaction.delete(paths.outbox(record.id));
      else transaction.set(paths.outbox(record.id), rest);
    });
    return isEmpty(rest);
  } catch (error) {
    engine.log.write('WARNING', 'outbox could not be updated; the watchdog delivers it again', {
      outbox: record.id,
      error,
    });
    return false;
  }
}

export function bodyOf({ phase, dueAt, shard }: Wake): TriggerBody {
  if (shard === undefined) return { phase, trigger: 'sweep', slot: toSeconds(dueAt) };
  return { phase, trigger: 'continuation', runId: shard.runId, shard: shard.id };
}

async function keepFailed<T>(engine: Engine, items: readonly T[], send: (item: T) => Promise<unknown>): Promise<T[]> {
  const failed: T[] = [];
  for (const item of items) {
    try {
      await send(item);
    } catch (error) {
      engine.log.write('WARNING', 'an effect stays owed', { item, error });
      failed.push(item);
    }
  }
  return failed;
}

/** Published to the relay; it stays owed until somebody answers that it was told (the relay's acknowledgement). */
async function escalate(engine: Engine, id: string): Promise<void> {
  const escalation = await engine.documents.get<Escalation>(paths.escalation(id));
  if (escalation === undefined || escalation.acknowledgedAt !== null) return;
  await engine.publisher.escalate(escalation);
  const after = await engine.documents.get<Escalation>(paths.escalation(id));
  if (after === undefined || after.acknowledgedAt === null) {
    throw new PortError('publisher', 'unavailable', `escalation ${id} is published and not acknowledged yet`);
  }
}

async function deliverPoints(engine: Engine, points: readonly Point[]): Promise<Point[]> {
  const now = engine.clock.now();
  const fresh = mergeNewest(points).filter((point) => hoursBetween(point.at, now) < POINT_MAX_AGE_HOURS);
  if (fresh.length === 0) return [];
  try {
    const outcomes = await withDeadline(engine.clock, METRICS_LIMIT_MS, 'writing metrics', undefined, (signal) =>
      engine.metrics.write(fresh, signal),
    );
    const refused = outcomes.filter(({ outcome }) => outcome === 'refused');
    if (refused.length > 0) engine.log.write('ERROR', 'points were refused and are given up', { refused });
    return fresh.filter((_, index) => outcomes[index]?.outcome === 'retry');
  } catch (error) {
    engine.log.write('WARNING', 'metrics stay owed', { points: fresh.length, error });
    return fresh;
  }
}
