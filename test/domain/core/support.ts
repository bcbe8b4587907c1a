import { chainSlot } from '../../../shared/domain/day.ts';
import type { LevelState } from '../../../shared/domain/levels.ts';
import { NO_LOCKDOWN } from '../../../shared/domain/lockdown.ts';
import type { Trigger } from '../../../shared/domain/trigger.ts';

/** A Sunday: the day on which every phase has a slot. */
export const DATE = '2026-11-29';
export const at = (time: string): string => `${DATE}T${time}:00.000Z`;
export const prep = chainSlot('t-90-prep', DATE);
export const finalCheck = chainSlot('t-30-final-check', DATE);
export const noon = chainSlot('high-noon-sync', DATE);

/** What Scheduler sends for T-90, on time. */
export const trigger = (change: Partial<Trigger> = {}): Trigger => ({
  phase: 't-90-prep',
  kind: 'schedule',
  messageId: 'm',
  publishedAt: at('10:30'),
  dryRun: false,
  rerun: false,
  ...change,
});

/** The day's row of a slot that passed when it was due, or what the change says. */
export const row = (slot: typeof prep, change: object = {}) => ({
  [slot.slotId]: {
    ...slot,
    status: 'concluded',
    attempt: 1,
    ending: 'passed',
    startedAt: slot.dueAt,
    concludedAt: slot.dueAt,
    ...change,
  },
});

/** The levels' sources when nothing has happened yet. */
export const nothingYet = (watchedSince: string): LevelState => ({
  environment: 'production',
  days: [],
  lockdown: NO_LOCKDOWN,
  totals: undefined,
  anchoredAt: null,
  selfTestedAt: null,
  surplusStarts: 0,
  oldestOwedAt: null,
  configurationChanged: false,
  snapshots: undefined,
  watchedSince,
});
