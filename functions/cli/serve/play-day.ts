import { PHASE_NAMES } from '../../../shared/domain/catalog.ts';
import type { DayRecord } from '../../../shared/domain/day.ts';
import { emptyDay } from '../../../shared/domain/day.ts';
import type { SlotRecord } from '../../../shared/domain/run.ts';
import { slotsOfDate } from '../../../shared/domain/slot.ts';
import { plusSeconds } from '../../../shared/domain/time.ts';
import { type RunView, readRun } from '../../../shared/engine/read-run.ts';
import { paths } from '../../../shared/engine/records.ts';
import type { LocalRuntime } from '../../../shared/runtime/local.ts';
import { deliverAll } from './deliver-queue.ts';
import type { FunctionServers } from './push-server.ts';
import { firingsOf } from './timeline.ts';

export interface PlayedDay {
  readonly day: DayRecord;
  readonly runs: readonly RunView[];
  readonly deadLetters: number;
}

/**
 * Plays every firing of a date on the stepped clock, through the served functions. A day that was cut short goes on
 * where its clock stood: messages have the same ids again, so nothing is lost and nothing is doubled.
 */
export async function playDay(
  runtime: LocalRuntime,
  servers: FunctionServers,
  date: string,
  tell: (run: RunView) => void,
): Promise<PlayedDay> {
  const { clock, publisher, engine } = runtime;
  const startedAt = clock.now();
  let deadLetters = 0;
  const open = new Set<string>();
  for (const { at, topic } of firingsOf(date)) {
    if (at < startedAt && at.slice(0, 10) === startedAt.slice(0, 10)) continue;
    await runtime.stepTo(at);
    const data = topic === 'watchdog' ? { tick: true } : { phase: topic, trigger: 'schedule' };
    const message = { topic, messageId: `day-${topic}-${at}`, publishedAt: at, data };
    deadLetters += (await deliverAll(servers, publisher, clock, message)).length;
    if (topic !== 'watchdog') {
      const run = await readStored(runtime, `${topic}@${at.slice(0, 16)}Z`);
      if (run !== undefined) tell(run);
      if (run !== undefined && run.status !== 'concluded') open.add(run.slot);
    }
  }
  // Reports and escalations that the last run owed are delivered by the tick after midnight.
  await runtime.stepTo(plusSeconds(`${date}T00:00:00.000Z`, 86_399));
  const day = (await engine.documents.get<DayRecord>(paths.day(date))) ?? emptyDay(date);
  const runs: RunView[] = [];
  for (const slot of PHASE_NAMES.flatMap((phase) => slotsOfDate(phase, date)).sort((a, b) =>
    a.dueAt < b.dueAt ? -1 : 1,
  )) {
    const run = await readStored(runtime, slot.slotId);
    if (run === undefined) continue;
    runs.push(run);
    if (open.has(run.slot)) tell(run);
  }
  return { day, runs, deadLetters };
}

async function readStored({ engine }: LocalRuntime, slotId: string): Promise<RunView | undefined> {
  const record = await engine.documents.get<SlotRecord>(paths.slot(slotId));
  return record === undefined ? undefined : readRun(engine, record);
}
