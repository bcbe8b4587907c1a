import type { PhaseName } from '../../../shared/domain/catalog.ts';
import type { DayRecord } from '../../../shared/domain/day.ts';
import { emptyDay } from '../../../shared/domain/day.ts';
import { type Ending, exitCodeOf, isGood } from '../../../shared/domain/ending.ts';
import type { Hold } from '../../../shared/domain/hold.ts';
import { type LevelState, levels } from '../../../shared/domain/levels.ts';
import { type Lockdown, NO_LOCKDOWN } from '../../../shared/domain/lockdown.ts';
import type { SlotSummary } from '../../../shared/domain/run.ts';
import { makeSlot, type Slot, slotsBetween } from '../../../shared/domain/slot.ts';
import { emptyTotals, type RecentSlot } from '../../../shared/domain/totals.ts';
import type { Verdict } from '../../../shared/domain/verdict.ts';
import { clock, type Levels, PHASES } from './world.ts';

/** What became of one slot, in minutes of the story's clock; started is null for what never ran. */
export interface Told {
  readonly phase: PhaseName;
  readonly due: number;
  readonly waitsFrom?: number;
  readonly started: number | null;
  readonly concluded: number | null;
  readonly ending: Ending | null;
  readonly verdict: Verdict | null;
  readonly attempt?: number;
}
export interface Story {
  readonly slots: readonly Told[];
  readonly lockedAt?: number;
  readonly releasedAt?: number;
  readonly degraded?: { readonly at: number; readonly services: readonly string[] };
  readonly owedAt?: number;
  readonly configurationChangedAt?: number;
  /** The newest self-test that was delivered in time; left out, the evening before. */
  readonly selfTestedAt?: number;
}

/** A Sunday, so that the weekly review meets noon. The day before it is well. */
const SUNDAY = Date.parse('2026-11-22T00:00:00.000Z');
export const instantOf = (minute: number): string => new Date(SUNDAY + minute * 60_000).toISOString();

const summary = (slot: Slot, told: Told, minute: number): SlotSummary | undefined => {
  const attempt = told.attempt ?? 1;
  const base = {
    slotId: slot.slotId,
    phase: told.phase,
    attempt,
    dueAt: slot.dueAt,
    latenessSeconds: null,
    reason: '',
  };
  const waiting = {
    ...base,
    status: 'waiting' as const,
    ending: null,
    verdict: null,
    exitCode: null,
    startedAt: null,
    concludedAt: null,
    opensGate: false,
  };
  if (told.concluded !== null && minute >= told.concluded && told.ending !== null) {
    return {
      ...base,
      status: 'concluded',
      ending: told.ending,
      verdict: told.verdict,
      exitCode: exitCodeOf(told.ending, told.verdict),
      startedAt: told.started === null ? null : instantOf(told.started),
      concludedAt: instantOf(told.concluded),
      opensGate: isGood(told.ending),
    };
  }
  if (told.started !== null && minute >= told.started)
    return { ...waiting, status: 'running', startedAt: instantOf(told.started) };
  return told.waitsFrom !== undefined && minute >= told.waitsFrom ? waiting : undefined;
};

/** Slots that the story does not speak of start two seconds late, take two minutes and pass. */
function allTold(story: Story, minute: number): Told[] {
  const told = [...story.slots];
  for (const phase of PHASES as PhaseName[]) {
    for (const slot of slotsBetween(phase, instantOf(-1440 * 7), instantOf(minute + 1))) {
      const due = (Date.parse(slot.dueAt) - SUNDAY) / 60_000;
      if (!story.slots.some((each) => each.phase === phase && each.due === due)) told.push(usual(story, phase, due));
    }
  }
  return told;
}

/** A noon that is not spoken of takes twenty minutes. */
const NOON_MINUTES = 20;

function usual(story: Story, phase: PhaseName, due: number): Told {
  const noons = story.slots.filter((each) => each.phase === 'high-noon-sync' && each.due === due);
  const isBeside =
    (phase === 'snapshot-orchestration' || phase === 'weekly-risk-review') && (due - clock('12:00')) % 1440 === 0;
  const noonEnds = Math.max(
    due + NOON_MINUTES * Number(noons.length === 0),
    ...noons.map(({ concluded }) => concluded ?? due),
  );
  const started = isBeside ? noonEnds + 0.1 : due + 0.05;
  const minutes = phase === 'high-noon-sync' ? NOON_MINUTES : 2;
  return {
    phase,
    due,
    ...(isBeside ? { waitsFrom: due } : {}),
    started,
    concluded: started + minutes - 0.1,
    ending: 'passed',
    verdict: 'passed',
  };
}

/** The levels that the watchdog's own function computes from what a store would hold in the story. */
export function productLevels(story: Story, environment = 'production'): Levels {
  return (minute) => {
    const told = allTold(story, minute).sort((a, b) => a.due - b.due || (a.attempt ?? 1) - (b.attempt ?? 1));
    const days = new Map<string, DayRecord>();
    const recent: Record<string, RecentSlot[]> = {};
    for (const each of told) {
      const slot = makeSlot(each.phase, instantOf(each.due));
      const known = summary(slot, each, minute);
      if (known === undefined) continue;
      const date = slot.dueAt.slice(0, 10);
      const day = days.get(date) ?? { ...emptyDay(date), hold: holdOf(story, minute) };
      days.set(date, { ...day, slots: { ...day.slots, [slot.slotId]: known } });
      if (known.status !== 'concluded' || known.ending === null || known.concludedAt === null) continue;
      const others = (recent[each.phase] ?? []).filter(({ slotId }) => slotId !== slot.slotId);
      recent[each.phase] = [
        ...others,
        {
          slotId: slot.slotId,
          dueAt: slot.dueAt,
          ending: known.ending,
          verdict: known.verdict,
          startedAt: known.startedAt,
          concludedAt: known.concludedAt,
        },
      ].slice(-30);
    }
    const today = instantOf(minute).slice(0, 10);
    if (story.degraded !== undefined && minute >= story.degraded.at)
      days.set(today, { ...(days.get(today) ?? emptyDay(today)), degradedServices: story.degraded.services });
    return levels(
      {
        ...rest(story, minute, environment),
        days: [...days.values()].slice(-2),
        totals: { ...emptyTotals(instantOf(-9000)), recent },
      },
      instantOf(minute),
    ).map(({ metric, labels, value }) => ({
      metric,
      labels,
      value: typeof value.value === 'number' ? value.value : Number.NaN,
    }));
  };
}

const holdOf = (story: Story, minute: number): Hold | null =>
  story.releasedAt !== undefined && minute >= story.releasedAt
    ? {
        status: 'released',
        cause: 't-30',
        reason: 'not go',
        setBy: 'engine',
        setAt: instantOf(clock('11:36')),
        releasedBy: 'ada@example.com',
        releasedAt: instantOf(story.releasedAt),
        releaseReason: 'mended',
      }
    : null;

function rest(story: Story, minute: number, environment: string): Omit<LevelState, 'days' | 'totals'> {
  const lockdown =
    story.lockedAt !== undefined && minute >= story.lockedAt
      ? ({ ...NO_LOCKDOWN, active: true } as unknown as Lockdown)
      : NO_LOCKDOWN;
  const snapshot = Math.floor(minute / 360) * 360 + (Math.floor(minute / 360) % 4 === 2 ? 23 : 2);
  return {
    environment,
    lockdown,
    anchoredAt: instantOf(minute - (minute % 60)),
    selfTestedAt: instantOf(story.selfTestedAt ?? -300),
    surplusStarts: 1,
    oldestOwedAt: story.owedAt !== undefined && minute >= story.owedAt ? instantOf(story.owedAt) : null,
    configurationChanged: story.configurationChangedAt !== undefined && minute >= story.configurationChangedAt,
    snapshots: {
      newestValidAt: instantOf(snapshot <= minute ? snapshot : snapshot - 360),
      bytes: 4_000_000,
      dedupeRatio: 20,
    },
    watchedSince: instantOf(-1440 * 30),
  };
}
