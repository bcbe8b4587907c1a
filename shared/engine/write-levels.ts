import type { DayRecord } from '../domain/day.ts';
import type { Anchor } from '../domain/ledger.ts';
import { HEARTBEAT, levels, surplusStartsOf } from '../domain/levels.ts';
import { type Lockdown, NO_LOCKDOWN } from '../domain/lockdown.ts';
import type { SnapshotLevels } from '../domain/operation.ts';
import type { OutboxRecord } from '../domain/outbox.ts';
import type { SelfTestRecord } from '../domain/self-test.ts';
import { dateOf, type Instant, plusSeconds } from '../domain/time.ts';
import { TOTALS_ID, type Totals } from '../domain/totals.ts';
import type { Documents, Paths } from '../ports/documents.ts';
import { withDeadline } from './deadline.ts';
import type { Engine } from './engine.ts';
import { METRICS_LIMIT_MS } from './outbox.ts';
import { paths } from './records.ts';
import { SELF_TEST_PATH } from './self-test.ts';
import { WATCH_PATH, type WatchRecord } from './watch.ts';

/** Kept by the snapshot phase. */
export const SNAPSHOT_LEVELS_PATH = 'counters/snapshots';

type Counts = Readonly<Record<string, number>>;
export type LevelDocuments = [
  DayRecord,
  DayRecord,
  Counts,
  Counts,
  Lockdown,
  Totals,
  Anchor,
  SnapshotLevels,
  WatchRecord,
  SelfTestRecord,
];

/** What the levels are computed from, apart from the outbox. */
export interface LevelRecords {
  /** Yesterday and today. */
  readonly days: readonly { readonly date: string; readonly day: DayRecord | undefined }[];
  readonly refusals: readonly (Counts | undefined)[];
  readonly lockdown: Lockdown;
  readonly totals: Totals | undefined;
  readonly anchor: Anchor | undefined;
  readonly snapshots: SnapshotLevels | undefined;
  readonly watch: WatchRecord | undefined;
  readonly selfTest: SelfTestRecord | undefined;
}

const datesAt = (now: Instant): [string, string] => [dateOf(plusSeconds(now, -86_400)), dateOf(now)];

/** For a caller that reads more in the same call. */
export function levelPaths(now: Instant): Paths<LevelDocuments> {
  const [yesterday, today] = datesAt(now);
  return [
    paths.day(yesterday),
    paths.day(today),
    paths.counter(`refusals@${yesterday}`),
    paths.counter(`refusals@${today}`),
    paths.lockdown,
    paths.counter(TOTALS_ID),
    paths.anchor,
    SNAPSHOT_LEVELS_PATH,
    WATCH_PATH,
    SELF_TEST_PATH,
  ];
}

export function levelRecords(now: Instant, documents: Documents<LevelDocuments>): LevelRecords {
  const [before, current, refusedBefore, refused, lockdown, totals, anchor, snapshots, watch, selfTest] = documents;
  const [yesterday, today] = datesAt(now);
  return {
    days: [
      { date: yesterday, day: before },
      { date: today, day: current },
    ],
    refusals: [refusedBefore, refused],
    lockdown: lockdown ?? NO_LOCKDOWN,
    totals,
    anchor,
    snapshots,
    watch,
    selfTest,
  };
}

/**
 * Computes the levels from what is stored and writes them; what could not be written is written anew by the next tick.
 * A phase tells its own bad ending at once, so that a page does not wait for a tick that may be lost. That the
 * watchdog is alive only the watchdog may say.
 */
export async function writeLevels(engine: Engine, now: Instant, teller: 'watchdog' | 'phase'): Promise<void> {
  const { documents } = engine;
  const [read, owed] = await Promise.all([
    documents.readAll<LevelDocuments>(levelPaths(now)),
    documents.query<OutboxRecord>('outbox', { orderBy: { field: 'createdAt', direction: 'asc' }, limit: 1 }),
  ]);
  await tellLevels(engine, now, teller, levelRecords(now, read.documents), owed[0]?.data.createdAt ?? null);
}

/** The same for a caller that has read them already. */
export async function tellLevels(
  engine: Engine,
  now: Instant,
  teller: 'watchdog' | 'phase',
  { days, refusals, lockdown, totals, anchor, snapshots, watch, selfTest }: LevelRecords,
  oldestOwedAt: Instant | null,
): Promise<void> {
  const points = levels(
    {
      environment: engine.environmentName,
      days: days.flatMap(({ day }) => day ?? []),
      lockdown,
      totals,
      anchoredAt: anchor?.at ?? null,
      selfTestedAt: selfTest?.lastSuccessAt ?? null,
      surplusStarts: refusals.reduce((sum, day) => sum + (day === undefined ? 0 : surplusStartsOf(day)), 0),
      oldestOwedAt,
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
