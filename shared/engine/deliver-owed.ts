import type { OutboxRecord } from '../domain/outbox.ts';
import type { ConcludedSlot } from '../domain/run.ts';
import { runIdOf } from '../domain/slot.ts';
import type { Engine } from './engine.ts';
import type { LookResult } from './look-only.ts';
import { deliver } from './outbox.ts';
import { paths } from './records.ts';
import { writeLevels } from './write-levels.ts';

/** Tells the world of an ending that is stored. Senders may fail in any way: what stays owed is the watchdog's. */
export async function deliverOwed(engine: Engine, slot: ConcludedSlot): Promise<void> {
  const runId = runIdOf(slot.slotId, slot.attempt);
  const tellings = [deliverOutbox(engine, slot, runId)];
  if (slot.ending !== 'passed') tellings.push(writeLevels(engine, engine.clock.now(), 'phase'));
  await finish(engine, runId, tellings);
}

/** A rehearsal owes nothing but the lockdown that its violation set. */
export async function tellOfRehearsal(engine: Engine, { runId, verdict }: LookResult): Promise<void> {
  if (verdict === 'violated') await finish(engine, runId, [writeLevels(engine, engine.clock.now(), 'phase')]);
}

async function finish(engine: Engine, run: string, tellings: readonly Promise<void>[]): Promise<void> {
  for (const telling of await Promise.allSettled(tellings))
    if (telling.status === 'rejected')
      engine.log.write('WARNING', 'what an ending owes waits for the watchdog', { run, error: telling.reason });
}

async function deliverOutbox(engine: Engine, slot: ConcludedSlot, runId: string): Promise<void> {
  for (const id of slot.verdict === 'violated' ? [`${runId}~violation`, runId] : [runId]) {
    const record = await engine.documents.get<OutboxRecord>(paths.outbox(id));
    if (record !== undefined) await deliver(engine, record);
  }
}
