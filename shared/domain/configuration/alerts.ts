/** Whom to tell of what, beside the alert policies that page. */
import { z } from 'zod';
import { SELF_TEST_CRON } from '../self-test.ts';
import { cron, hours, list, orList, whole, word } from './primitives.ts';

export const ALERT_ROUTES = [
  'pagerduty',
  'critical',
  'security',
  'oncall',
  'engineering',
  'continuity',
  'slack',
  'mail',
] as const;
export const ALERT_EVENTS = [
  't90_failed',
  't30_failed',
  'high_noon_failed',
  'rollback_failed',
  'weekly_failed',
  'snapshot_critical',
  'snapshot_warn',
  'compliance_violation',
  'lockdown',
  'forged_act',
  'consecutive_failures',
  'missed_run',
  'degraded_services',
  'soft_failure',
  'ledger_broken',
] as const;

const events = () => list(word(ALERT_EVENTS), { least: 0, most: ALERT_EVENTS.length, distinct: true });

export const alertsSection = z
  .strictObject({
    routes: z
      .partialRecord(word(ALERT_ROUTES), events())
      .default({})
      .meta({ allowed: `a map from ${orList(ALERT_ROUTES)} to a list of events` })
      .describe(
        'Who else is told of which events: Terraform adds the channels of these routes to those that a policy has anyway. `pagerduty` is the operator on call. `slack` and `mail` are told of everything by the relay. `forged_act` is told by the relay alone.',
      ),
    consecutive_failures_threshold: whole(1, 100, 'slots')
      .default(2)
      .describe(
        'So many slots of a phase in a row that did not end well are told to engineering; Terraform puts it into the alert policy.',
      ),
    missed_run_grace_s: whole(60, 900, 'seconds')
      .default(300)
      .describe('So long after its due time a slot that nobody started is started by the watchdog.'),
    delivery_selftest: z
      .strictObject({
        cron: cron.default(SELF_TEST_CRON).describe('When a test escalation is sent (UTC).'),
        max_age_h: hours()
          .default(192)
          .describe('The last one that arrived may not be older; Terraform puts it into the alert policy.'),
      })
      .prefault({})
      .describe('Alerts that cannot arrive are found before they are needed.'),
  })
  .prefault({});
