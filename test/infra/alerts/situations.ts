import {
  failed,
  good,
  joined,
  missed,
  NOON,
  noonDidNotRun,
  refusedDay,
  SNAPSHOT,
  settled,
  skippedDay,
  T30,
  T90,
  violated,
  WEEKLY,
} from './changes.ts';
import { type Changes, clock, type Levels, levelsOf, type Step } from './world.ts';

/** Who must be told of what, and since when: `at` is the minute at which the failure came to be. */
export interface Page {
  readonly policy: string;
  readonly phase?: string;
  readonly at: number;
  /** The minute at which the cause was gone, if it went within the situation. */
  readonly until?: number;
}
export interface Situation {
  readonly title: string;
  readonly from: number;
  readonly to: number;
  readonly levels: Levels;
  /** Everybody who is paged; nobody else may be. */
  readonly pages: readonly Page[];
  /** The minutes at which a phase tells its own ending, without waiting for a tick. */
  readonly told: readonly number[];
  /** From when to when the watchdog does not tick. */
  readonly silent?: readonly [number, number];
  /** Another environment's watchdog goes on ticking. */
  readonly neighbourTicks?: true;
  /** When a message is given up into the dead letters. */
  readonly deadLetterAt?: number;
}

const situation = (
  title: string,
  from: string,
  to: number,
  steps: readonly Step[],
  pages: readonly Page[],
  more: Partial<Situation> = {},
): Situation => ({
  title,
  from: clock(from),
  to,
  levels: levelsOf(steps),
  pages,
  told: steps.filter(({ set }) => isToldByPhase(set)).map((step) => step.at),
  ...more,
});
/** A phase that ran tells what was not all green; of a slot that nobody started or that waited, the watchdog tells. */
function isToldByPhase(set: Changes): boolean {
  return Object.entries(set).some(([series, level]) => {
    const phase = series.startsWith('phase_ending/') ? series.slice('phase_ending/'.length) : undefined;
    if (phase === undefined || typeof level !== 'number') return false;
    return level >= 3 || (level === 0 && set[`phase_verdict/${phase}`] === 1);
  });
}
const at = (time: string, set: Changes, day = 0): Step => ({ at: clock(time, day), set });
const page = (policy: string, time: string, phase?: string, until?: string): Page => ({
  policy,
  at: clock(time),
  ...(phase === undefined ? {} : { phase }),
  ...(until === undefined ? {} : { until: clock(until) }),
});
const EVENING = clock('13:30');

export const situations: readonly Situation[] = [
  situation(
    'T-90 fails hard and is not mended',
    '09:30',
    EVENING,
    [at('10:41', failed(T90)), ...skippedDay()],
    [page('t-90-failed', '10:41', T90)],
  ),
  situation(
    'T-90 cannot tell',
    '09:30',
    EVENING,
    [at('10:36', settled(T90, 2, 3, 1)), ...skippedDay()],
    [page('t-90-failed', '10:36', T90)],
  ),
  situation(
    'T-90 fails and a rerun passes in time',
    '09:30',
    EVENING,
    [at('10:41', failed(T90)), at('11:21', good(T90))],
    [page('t-90-failed', '10:41', T90, '11:21')],
  ),
  situation(
    'T-30 fails hard and the day is scrubbed',
    '09:30',
    EVENING,
    [at('11:36', failed(T30)), at('12:30', noonDidNotRun())],
    [page('t-30-failed', '11:36', T30)],
  ),
  situation(
    'T-30 fails, a rerun passes and a person releases the hold at 12:10',
    '09:30',
    EVENING,
    [at('11:36', failed(T30)), at('12:04', good(T30))],
    [page('t-30-failed', '11:36', T30, '12:04')],
  ),
  situation(
    'T-30 fails because a critical service is down',
    '09:30',
    EVENING,
    [at('11:36', { ...failed(T30), degraded_services: 1 }), at('12:30', noonDidNotRun())],
    [page('t-30-failed', '11:36', T30), page('degraded-services', '11:36')],
  ),
  situation(
    'Noon fails and is rolled back',
    '09:30',
    EVENING,
    [at('12:11', { ...failed(NOON), high_noon_sync_status: -1 })],
    [page('high-noon-failed', '12:11')],
  ),
  situation(
    'Noon fails and the rollback fails too',
    '09:30',
    EVENING,
    [at('12:16', { ...settled(NOON, 3, 5, 1), high_noon_sync_status: -2, lockdown_active: 1 })],
    [page('rollback-failed', '12:16'), page('lockdown-active', '12:16')],
  ),
  situation(
    'T-90 finds a violation',
    '09:30',
    EVENING,
    [at('10:36', violated(T90)), ...refusedDay],
    [page('compliance-violation', '10:36', T90), page('lockdown-active', '10:36')],
  ),
  situation(
    'Noon finds a violation and is locked after its rollback',
    '09:30',
    EVENING,
    [at('12:06', { ...violated(NOON), high_noon_sync_status: -1 })],
    [page('compliance-violation', '12:06', NOON), page('high-noon-failed', '12:06'), page('lockdown-active', '12:06')],
  ),
  situation(
    'A snapshot finds a violation',
    '17:00',
    clock('20:00'),
    [at('18:06', violated(SNAPSHOT))],
    [page('compliance-violation', '18:06', SNAPSHOT), page('lockdown-active', '18:06')],
  ),
  situation(
    'A rehearsal finds a violation',
    '06:00',
    clock('09:00'),
    [at('07:21', { lockdown_active: 1 })],
    [page('lockdown-active', '07:21')],
    { told: [clock('07:21')] },
  ),
  situation(
    'A person locks down before T-90',
    '09:30',
    EVENING,
    [at('10:11', { lockdown_active: 1 }), at('10:30', joined(T90)), ...refusedDay],
    [page('lockdown-active', '10:11')],
  ),
  situation(
    'T-90 is degraded',
    '09:30',
    EVENING,
    [at('10:36', settled(T90, 1, 0, 0))],
    [page('soft-failure', '10:36', T90)],
  ),
  situation(
    'Noon is degraded by its report',
    '09:30',
    EVENING,
    [at('12:11', settled(NOON, 1, 0, 0))],
    [page('soft-failure', '12:11', NOON)],
  ),
  situation(
    'T-30 and noon find a service degraded',
    '09:30',
    EVENING,
    [at('11:36', { ...settled(T30, 1, 0, 0), degraded_services: 2 }), at('12:11', settled(NOON, 1, 0, 0))],
    [page('degraded-services', '11:36')],
  ),
  situation(
    'T-90 fails on two days in a row',
    '09:30',
    clock('13:00', 1),
    [at('10:41', failed(T90)), ...skippedDay(), { at: clock('10:36', 1), set: failed(T90, 2) }, ...skippedDay(1, 2)],
    [page('t-90-failed', '10:41', T90), { policy: 'repeated-failures', phase: T90, at: clock('10:36', 1) }],
  ),
  situation(
    'Noon fails on two days in a row',
    '09:30',
    clock('13:00', 1),
    [at('12:11', { ...failed(NOON), high_noon_sync_status: -1 }), { at: clock('12:16', 1), set: failed(NOON, 2) }],
    [page('high-noon-failed', '12:11'), { policy: 'repeated-failures', phase: NOON, at: clock('12:16', 1) }],
  ),
  situation(
    'The weekly review fails',
    '11:30',
    clock('14:30'),
    [at('12:46', failed(WEEKLY))],
    [page('supporting-phase-failed', '12:46', WEEKLY)],
  ),
  situation(
    'A snapshot fails',
    '17:00',
    clock('20:00'),
    [at('18:06', failed(SNAPSHOT))],
    [page('supporting-phase-failed', '18:06', SNAPSHOT)],
  ),
  situation(
    'T-90 is never started',
    '09:30',
    EVENING,
    [
      at('10:30', { [`slot_lateness_seconds/${T90}`]: { since: clock('10:30'), unit: 's' } }),
      at('11:15', missed(T90)),
      ...skippedDay(),
    ],
    [page('start-late', '10:38', T90), page('slot-missed', '11:15', T90)],
  ),
  situation(
    'T-90 starts twelve minutes late',
    '09:30',
    EVENING,
    [
      at('10:30', { [`slot_lateness_seconds/${T90}`]: { since: clock('10:30'), unit: 's' } }),
      at('10:42', { [`slot_lateness_seconds/${T90}`]: 720 }),
    ],
    [page('start-late', '10:38', T90)],
  ),
  situation(
    'Noon is stuck past its budget, then rolled back',
    '09:30',
    EVENING,
    [
      at('12:20', { [`slot_overrun_seconds/${NOON}`]: { since: clock('12:20'), unit: 's' } }),
      at('12:41', { [`slot_overrun_seconds/${NOON}`]: 1260, ...failed(NOON), high_noon_sync_status: -1 }),
    ],
    [page('finish-late', '12:21', NOON), page('high-noon-failed', '12:41')],
  ),
  situation(
    'T-30 runs into noon, which waits for it',
    '09:30',
    EVENING,
    [
      at('11:40', { [`slot_overrun_seconds/${T30}`]: { since: clock('11:40'), unit: 's' } }),
      at('12:08', { [`slot_overrun_seconds/${T30}`]: 1680, margin_to_noon_seconds: -480 }),
    ],
    [page('finish-late', '11:41', T30)],
  ),
  situation(
    'A second schedule doubles the starts',
    '04:00',
    clock('09:00'),
    [at('06:01', { surplus_starts: 3 })],
    [page('surplus-starts', '06:01')],
  ),
  situation('The watchdog stops after 09:00', '07:00', clock('10:25'), [], [page('watchdog-silent', '09:10')], {
    silent: [clock('09:01'), clock('10:25')],
    neighbourTicks: true,
  }),
  situation(
    'The store is out from 11:55 to 12:20 and noon starts late',
    '09:30',
    EVENING,
    [at('12:00', { [`slot_lateness_seconds/${NOON}`]: 1260 })],
    [page('watchdog-silent', '12:00', undefined, '12:25'), page('start-late', '12:21', NOON)],
    { silent: [clock('11:52'), clock('12:24')] },
  ),
  situation('A message ends in the dead letters', '06:00', clock('09:00'), [], [page('dead-letters', '07:12')], {
    deadLetterAt: clock('07:12'),
  }),
  situation(
    'The ledger is no longer anchored',
    '00:30',
    clock('05:00'),
    [at('00:33', { ledger_anchor_age_seconds: { since: clock('00:02'), unit: 's' } })],
    [page('ledger-anchor-late', '02:03')],
  ),
  situation(
    'The weekly self-test of delivery is not acknowledged',
    '06:00',
    clock('13:00', 1),
    [at('06:05', { delivery_self_test_age_seconds: { since: clock('09:05') - 7 * 1440, unit: 's' } })],
    [{ policy: 'self-test-late', at: clock('09:06', 1) }],
  ),
  situation(
    'Snapshots no longer come',
    '06:30',
    clock('21:00'),
    [at('06:35', { snapshot_freshness_hours: { since: clock('06:02'), unit: 'h' } })],
    [page('snapshot-stale', '14:03'), page('snapshot-critical', '18:03')],
  ),
  situation(
    'The configuration is changed behind the deployment',
    '06:00',
    clock('09:00'),
    [at('07:06', { configuration_changed: 1 })],
    [page('configuration-changed', '07:06')],
  ),
  situation(
    'An escalation cannot be delivered',
    '02:00',
    clock('09:30'),
    [at('03:02', { outbox_age_seconds: { since: clock('03:02'), unit: 's' } }), at('05:01', { outbox_age_seconds: 0 })],
    [page('outbox-stuck', '03:18', undefined, '05:01')],
  ),
];
