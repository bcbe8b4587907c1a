import { type Cron, cronOf } from '../domain/cron.ts';
import type { Escalation } from '../domain/escalation.ts';
import type { OutboxRecord } from '../domain/outbox.ts';
import { beginSelfTest, delivered, isSelfTestDue, type SelfTestRecord } from '../domain/self-test.ts';
import type { Instant } from '../domain/time.ts';
import type { Engine } from './engine.ts';
import { paths } from './records.ts';
import { transact } from './transact.ts';

export const SELF_TEST_PATH = 'counters/self-test';

/**
 * Keeps the weekly self-test of delivery going, once a tick and before the outbox is delivered: notes that the newest
 * was acknowledged, or begins the next one. Both are stored like any owed escalation, so the outbox, the relay and the
 * channels cannot tell it from a real one; only its cause and its words do.
 */
export async function keepSelfTest(
  engine: Engine,
  known: SelfTestRecord | undefined,
  watchedSince: Instant,
): Promise<'kept' | 'nothing-due'> {
  if (known !== undefined && known.deliveredAt === null) {
    const escalation = await engine.documents.get<Escalation>(paths.escalation(known.id));
    if (escalation === undefined || escalation.acknowledgedAt === null) return 'nothing-due';
    await noteDelivered(engine, known.id, escalation.acknowledgedAt);
    return 'kept';
  }
  if (!isSelfTestDue(known, scheduleOf(engine), watchedSince, engine.clock.now())) return 'nothing-due';
  await begin(engine, watchedSince);
  return 'kept';
}

const scheduleOf = ({ configuration }: Engine): Cron => cronOf(configuration.alerts.delivery_selftest.cron);

async function noteDelivered(engine: Engine, id: string, at: Instant): Promise<void> {
  await transact(engine, async (transaction) => {
    const stored = await transaction.get<SelfTestRecord>(SELF_TEST_PATH);
    // Another tick was faster.
    if (stored === undefined || stored.id !== id || stored.deliveredAt !== null) return;
    transaction.set(SELF_TEST_PATH, delivered(stored, at));
  });
}

async function begin(engine: Engine, watchedSince: Instant): Promise<void> {
  await transact(engine, async (transaction) => {
    const stored = await transaction.get<SelfTestRecord>(SELF_TEST_PATH);
    if (!isSelfTestDue(stored, scheduleOf(engine), watchedSince, transaction.readAt)) return;
    const { record, escalation } = beginSelfTest(stored, engine.environmentName, transaction.readAt);
    const owed: OutboxRecord = {
      id: escalation.id,
      createdAt: transaction.readAt,
      points: [],
      escalations: [escalation.id],
      wakes: [],
      reports: [],
    };
    transaction.set(SELF_TEST_PATH, record);
    // Two in the same minute can only be the same test: its own commit, found again.
    transaction.set(paths.escalation(escalation.id), escalation);
    transaction.set(paths.outbox(owed.id), owed);
  });
}
