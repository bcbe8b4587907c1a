import type { DayRecord } from '../domain/day.ts';
import type { Anchor } from '../domain/ledger.ts';
import { HEARTBEAT, levels } from '../domain/levels.ts';
import { type Lockdown, NO_LOCKDOWN } from '../domain/lockdown.ts';
import type { SnapshotLevels } from '../domain/operation.ts';
import type { OutboxRecord } from '../domain/outbox.ts';
import type { SelfTestRecord } from '../domain/self-test.ts';
import { dateOf, type Instant, plusSeconds } from '../domain/time.ts';
import { TOTALS_ID, type Totals } from '../domain/totals.ts';
import { withDeadline } from './deadline.ts';
import type { Engine } from './engine.ts';
import { METRICS_LIMIT_MS } from './outbox.ts';
import { paths } from './records.ts';
import { SELF_TEST_PATH } from './self-test.ts';
import { WATCH_PATH } from './watch.ts';

/** Kept by the snapshot phase. */
export const SNAPSHOT_LEVELS_PATH = 'counters/snapshots';

/**
 * Computes the levels from what is stored and writes them; what could not be written is written anew by the next tick.
 * A phase tells its own bad ending at once, so that a page does not wait for a tick that may be lost. That the
 * watchdog is alive only the watchdog may say.
 */
export async function writeLevels(engine: Engine, now: Instant, teller: 'watchdog' | 'phase'): Promise<void> {
  const dates = [dateOf(plusSeconds(now, -86_400)), dateOf(now)];
  const { documents } = engine;
  const [days, refusals, lockdown, totals, anchor, snapshots, watch, selfTest, owed] = await Promise.all([
    Promise.all(dates.map((date) => documents.get<DayRecord>(paths.day(date)))),
    Promise.all(dates.map((date) => documents.get<Record<string, number>>(paths.counter(`refusals@${date}`)))),
    documents.get<Lockdown>(paths.lockdown),
    documents.get<Totals>(paths.counter(TOTALS_ID)),
    documents.get<Anchor>(paths.anchor),
    documents.get<SnapshotLevels>(SNAPSHOT_LEVELS_PATH),
    documents.get<{ since: Instant }>(WATCH_PATH),
    documents.get<SelfTestRecord>(SELF_TEST_PATH),
    documents.query<OutboxRecord>('outbox', { orderBy: { field: 'createdAt', direction: 'asc' }, limit: 1 }),
  ]);
  const points = levels(
    {
      environment: engine.environmentName,
      days: days.filter((day) => day !== undefined),
      lockdown: lockdown ?? NO_LOCKDOWN,
      totals,
      anchoredAt: anchor?.at ?? null,
      selfTestedAt: selfTest?.lastSuccessAt ?? null,
      surplusStarts: refusals.reduce((sum, day) => sum + (day?.duplicate ?? 0), 0),
      oldestOwedAt: owed[0]?.data.createdAt ?? null,
      configurationChanged:
        engine.pinnedConfigurationSha256 !== undefined &&
        engine.pinnedConfigurationSha256 !== engine.configurationSha256,
      snapshots,
      watchedSince: watch?.since ?? now,
    },
    now,
  );
  const told = teller === 'watchdog' ? points : points.filter(({ metric }) => metric !== HEARTBEAT);
  const limitMs = teller === 'watchdog' ? 10_000 : METRICS_LIMIT_MS;
  await withDeadline(engine.clock, limitMs, 'writing the levels', undefined, (signal) =>
    engine.metrics.write(told, signal),
  );
}
