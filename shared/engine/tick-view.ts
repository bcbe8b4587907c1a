import type { DayRecord } from '../domain/day.ts';
import type { LedgerHead } from '../domain/ledger.ts';
import { dateOf, type Instant, plusSeconds } from '../domain/time.ts';
import { AUDIT_PATH, type AuditRecord } from './compare-with-ledger.ts';
import type { Engine } from './engine.ts';
import { type OverridesRecord, paths, type WaiversRecord } from './records.ts';
import { type LevelDocuments, type LevelRecords, levelPaths, levelRecords } from './write-levels.ts';

/** What a tick of the watchdog looks at. */
export interface TickView {
  readonly levels: LevelRecords;
  readonly days: ReadonlyMap<string, DayRecord | undefined>;
  readonly overrides: OverridesRecord | undefined;
  readonly waivers: WaiversRecord | undefined;
  readonly head: LedgerHead | undefined;
  readonly audit: AuditRecord | undefined;
}

/**
 * Everything that a tick looks at, read once and in one call: nearly every tick of a day finds nothing to do, and then
 * this is nearly all that it costs. What it shows only says where to look closer; who acts reads again in a transaction.
 */
export async function readTickView(engine: Engine, now: Instant): Promise<TickView> {
  const older = dateOf(plusSeconds(now, -2 * 86_400));
  const { documents } = await engine.documents.readAll<
    [OverridesRecord, WaiversRecord, LedgerHead, AuditRecord, DayRecord, ...LevelDocuments]
  >([paths.overrides, paths.waivers, paths.head, AUDIT_PATH, paths.day(older), ...levelPaths(now)]);
  const [overrides, waivers, head, audit, olderDay, ...rest] = documents;
  const levels = levelRecords(now, rest);
  const days = new Map([[older, olderDay], ...levels.days.map(({ date, day }) => [date, day] as const)]);
  return { levels, days, overrides, waivers, head, audit };
}
