import { PHASE_NAMES } from '../../domain/catalog.ts';
import { type DayRecord, emptyDay } from '../../domain/day.ts';
import { gateFor } from '../../domain/gate.ts';
import { type Lockdown, NO_LOCKDOWN } from '../../domain/lockdown.ts';
import { activeWaivers } from '../../domain/override.ts';
import { nextHighNoon, slotsOfDate } from '../../domain/slot.ts';
import { dateOf } from '../../domain/time.ts';
import type { Engine } from '../../engine/engine.ts';
import { PAGE_PATH, type PageSummary } from '../../engine/page-summary.ts';
import { type OverridesRecord, paths, type WaiversRecord } from '../../engine/records.ts';

export type StatusView = Awaited<ReturnType<typeof statusView>>;

/** `highnoon.status/1`, from one document for the day, the controls, and the page's own for what the newest runs found. */
export async function statusView(engine: Engine, date: string) {
  const [stored, lockdown, overrides, waivers, page] = await Promise.all([
    engine.documents.get<DayRecord>(paths.day(date)),
    engine.documents.get<Lockdown>(paths.lockdown),
    engine.documents.get<OverridesRecord>(paths.overrides),
    engine.documents.get<WaiversRecord>(paths.waivers),
    engine.documents.get<PageSummary>(PAGE_PATH),
  ]);
  const day = stored ?? emptyDay(date);
  const now = engine.clock.now();
  const next = nextHighNoon(now);
  const nextDate = dateOf(next);
  // Late in a day the next noon is another day's: its hold would be seen nowhere.
  const nextDay = nextDate === date ? day : await engine.documents.get<DayRecord>(paths.day(nextDate));
  const state = { day, lockdown: lockdown ?? NO_LOCKDOWN, at: now };
  const slots = PHASE_NAMES.flatMap((phase) => slotsOfDate(phase, date))
    .sort((a, b) => (a.dueAt < b.dueAt ? -1 : a.dueAt > b.dueAt ? 1 : 0))
    .map((slot) => {
      const known = day.slots[slot.slotId];
      const newest = page?.runs[slot.phase];
      return {
        slot: slot.slotId,
        phase: slot.phase,
        runId: known === undefined ? null : `${slot.slotId}#${known.attempt}`,
        attempt: known?.attempt ?? null,
        status: known?.status ?? ('none' as const),
        ending: known?.ending ?? null,
        verdict: known?.verdict ?? null,
        exitCode: known?.exitCode ?? null,
        dueAt: slot.dueAt,
        latenessSeconds: known?.latenessSeconds ?? null,
        reason: known?.reason ?? '',
        findings: newest?.slotId === slot.slotId ? newest.findings.filter((one) => one.verdict !== 'passed') : [],
        gate: known?.status === 'concluded' || known?.status === 'running' ? null : gateFor(slot, state),
      };
    });
  return {
    schema: 'highnoon.status/1' as const,
    date,
    slots,
    hold: day.hold,
    lockdown: state.lockdown,
    ticket: day.ticket,
    scrubbed: day.scrubbed,
    overrides: (overrides?.items ?? []).filter(({ until }) => until > now),
    waivers: activeWaivers(waivers?.items ?? [], now),
    nextHighNoon: next,
    nextHold: nextDay?.hold ?? null,
  };
}
