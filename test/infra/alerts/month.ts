import { failed, missed, NOON, SNAPSHOT, settled, T30, T90, violated, WEEKLY } from './changes.ts';
import type { Situation } from './situations.ts';
import { clock, type Levels, levelsOf } from './world.ts';

/** Thirty days of a system that does well, beside another environment that does badly all the time. */
export const normalMonth: Situation = {
  title: 'A normal month',
  from: 0,
  to: clock('00:00', 30),
  levels: levelsOf([]),
  told: [],
  pages: [],
};

/** Other environments of the project, in which every level is bad all the time: nobody of this one may hear of it. */
export const otherEnvironments: readonly Levels[] = [
  levelsOf(
    [
      {
        at: 0,
        set: {
          ...failed(T90),
          ...failed(T30),
          ...missed(NOON),
          ...failed(WEEKLY, 2),
          ...violated(SNAPSHOT),
          high_noon_sync_status: -1,
          degraded_services: 3,
          configuration_changed: 1,
          outbox_age_seconds: 5000,
          ledger_anchor_age_seconds: 90_000,
          delivery_self_test_age_seconds: 900_000,
          snapshot_freshness_hours: 30,
          surplus_starts: 9,
          [`slot_lateness_seconds/${T90}`]: 3000,
          [`slot_overrun_seconds/${NOON}`]: 3000,
        },
      },
    ],
    'dev',
  ),
  levelsOf([{ at: 0, set: { ...settled(T90, 1, 0, 0), high_noon_sync_status: -2 } }], 'test'),
];
/** Another environment that does well. */
export const neighbour: Levels = levelsOf([], 'dev');
