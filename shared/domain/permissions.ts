import type { DayRecord } from './day.ts';
import { isHeld } from './hold.ts';
import type { Lockdown } from './lockdown.ts';

/** What each lock state allows: this table, and nothing else, decides. */
export type LockState = 'none' | 'hold' | 'lockdown';

export const ACTIONS = [
  'dry-run',
  'rehearsal',
  'report',
  'snapshot-create',
  'scratch-restore',
  'rollback',
  'watchdog',
  'check',
  'start-t-90-or-t-30',
  'start-noon',
  'rerun-t-90-or-t-30',
  'noon-forward-effect',
  'stage-data',
  'snapshot-delete',
  'snapshot-archive',
] as const;
export type Action = (typeof ACTIONS)[number];

/** `wait`: not now, but the state may pass. `gate-stays-shut`: it runs, and opens nothing. */
export type Permission = 'yes' | 'wait' | 'no' | 'gate-stays-shut';

export const PERMISSIONS: Record<Action, Record<LockState, Permission>> = {
  'dry-run': { none: 'yes', hold: 'yes', lockdown: 'yes' },
  rehearsal: { none: 'yes', hold: 'yes', lockdown: 'yes' },
  report: { none: 'yes', hold: 'yes', lockdown: 'yes' },
  'snapshot-create': { none: 'yes', hold: 'yes', lockdown: 'yes' },
  'scratch-restore': { none: 'yes', hold: 'yes', lockdown: 'yes' },
  rollback: { none: 'yes', hold: 'yes', lockdown: 'yes' },
  watchdog: { none: 'yes', hold: 'yes', lockdown: 'yes' },
  check: { none: 'yes', hold: 'yes', lockdown: 'yes' },
  'start-t-90-or-t-30': { none: 'yes', hold: 'yes', lockdown: 'no' },
  'start-noon': { none: 'yes', hold: 'wait', lockdown: 'no' },
  'rerun-t-90-or-t-30': { none: 'yes', hold: 'yes', lockdown: 'gate-stays-shut' },
  'noon-forward-effect': { none: 'yes', hold: 'no', lockdown: 'no' },
  // Staging changes no live data, but in a lockdown nothing that could be evidence is written over.
  'stage-data': { none: 'yes', hold: 'yes', lockdown: 'no' },
  'snapshot-delete': { none: 'yes', hold: 'yes', lockdown: 'no' },
  'snapshot-archive': { none: 'yes', hold: 'yes', lockdown: 'no' },
};

export function lockState(lockdown: Lockdown, day: Pick<DayRecord, 'hold'> | undefined): LockState {
  if (lockdown.active) return 'lockdown';
  return isHeld(day?.hold ?? null) ? 'hold' : 'none';
}

export const permitted = (action: Action, state: LockState): Permission => PERMISSIONS[action][state];
