/** What the weekly risk review looks at. */
import { z } from 'zod';
import { days, flag, glob, hours, list, name, text, whole, word } from './primitives.ts';
import { backupUri } from './sources.ts';

const role = text('a role: `roles/NAME`, or a custom one with its project', (value) =>
  /^(?:(?:projects|organizations)\/[A-Za-z0-9-]{1,63}\/)?roles\/[A-Za-z][A-Za-z0-9_.]{0,99}$/.test(value)
    ? undefined
    : 'is not a role',
);

const backup = z.strictObject({
  name: name.describe('How reports call it.'),
  uri: backupUri().describe('Where it lies.'),
  max_age_h: hours().describe('The newest may not be older.'),
  min_bytes: whole(0, Number.MAX_SAFE_INTEGER, 'bytes').optional().describe('Smaller is no backup.'),
  restore_test_max_days: days(3650).describe('The last proven restore may not be longer ago.'),
  rpo_h: hours().optional().describe('How much work may be lost.'),
  rto_h: hours().optional().describe('How long a restore may take.'),
});

export const weeklySection = z
  .strictObject({
    lockfiles: list(glob, { least: 0, most: 200, distinct: true })
      .default(['**/package-lock.json'])
      .describe('The lockfiles of each repository that are scanned.'),
    vuln: z
      .strictObject({
        fail_at: word(['critical', 'high', 'medium', 'low'])
          .default('high')
          .describe('An advisory of this severity or worse fails.'),
        advisory_db_max_age_h: hours().default(168).describe('Advisories older than this prove nothing.'),
        require_lock_matches_manifest: flag()
          .default(true)
          .describe('Whether a lockfile that does not fit its manifest is a finding.'),
      })
      .prefault({})
      .describe('Known vulnerabilities.'),
    access: z
      .strictObject({
        forbid_human_roles: list(role, { least: 0, most: 100, distinct: true })
          .default(['roles/owner', 'roles/editor'])
          .describe('Roles that no person may hold.'),
        stale_binding_days: days(3650)
          .default(90)
          .describe('Bindings and keys unused for so long are proposed for removal.'),
        approved_service_accounts: list(name, { least: 0, most: 500, distinct: true })
          .default([])
          .describe('Service accounts that may exist, by the part before the `@`.'),
      })
      .prefault({})
      .describe('Who may do what.'),
    backups: list(backup, { least: 0, most: 100 }).default([]).describe('The backups that must exist.'),
    capacity: z
      .strictObject({
        lookback_days: whole(1, 730, 'days').default(28).describe('How far back trends look.'),
        min_points: whole(2, 1000, 'points').default(14).describe('With fewer points no trend is told.'),
        budget_alert_pct: list(whole(1, 200, 'percent'), { most: 10, distinct: true })
          .default([50, 80, 100])
          .describe('Shares of a budget at which it is told.'),
        forecast_horizon_days: whole(1, 365, 'days').default(28).describe('How far ahead forecasts look.'),
      })
      .prefault({})
      .describe('When a budget will be exceeded.'),
  })
  .prefault({});
