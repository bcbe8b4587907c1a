/** The memory collections that snapshots capture. */
import { z } from 'zod';
import { environmentName } from './manifest-rules.ts';
import { days, flag, hours, list, name, text, whole, word } from './primitives.ts';

export const ARCHIVE_RULES = [
  'incident',
  'weekly',
  'monthly',
  'quarterly',
  'yearly',
  'permanent_profile',
  'none',
] as const;
const archiveRule = () => word(ARCHIVE_RULES);
const keepDays = () => days().nullable();

export const memorySchema = z.strictObject({
  collection: text('the name of a collection: no `/`, `..` or `__x__`', (value) =>
    /^(?!__.*__$)[A-Za-z][A-Za-z0-9_-]{0,99}$/.test(value) ? undefined : 'is not the name of a collection',
  ).describe('The Firestore collection, with everything below it.'),
  schema: text('a name and a version, such as `ops.v1`', (value) =>
    /^[a-z][a-z0-9_-]{0,39}\.v[1-9][0-9]{0,3}$/.test(value) ? undefined : 'is not a name and a version',
  ).describe('What its records must look like.'),
  cadence_h: hours().describe('How often something new is expected in it.'),
  freshness_h: z
    .strictObject({
      warn: hours().describe('The newest record older than this: degraded.'),
      max: hours().describe('Older than this: failed. May not be below `cadence_h`.'),
      critical: hours().describe('Older than this: failed, and people are paged.'),
    })
    .describe('How old its newest record may be; `warn` <= `max` <= `critical`.'),
  retain_days: days().describe('How long its records stay in ordinary snapshots.'),
  pii: flag()
    .default(false)
    .describe('Records are about people: always encrypted, which needs `snapshots.encryption_key`.'),
  archive: z
    .union([archiveRule(), list(archiveRule(), { distinct: true })])
    .default('none')
    .describe('What moves to the archive class before it is removed.'),
  archive_keep: word(['forever']).optional().describe('`forever`: what is archived is never removed.'),
  archive_keep_days: z
    .union([keepDays(), z.partialRecord(archiveRule(), keepDays())])
    .optional()
    .meta({ allowed: 'days, or a map from a rule of `archive` to days; `null` is forever' })
    .describe('How long archived snapshots stay, altogether or by rule.'),
  env_allowlist: list(environmentName, { least: 0, most: 100, distinct: true })
    .optional()
    .describe('Environment variables that are captured with it; no others are ever read.'),
});

export const memorySection = list(memorySchema, { least: 0, most: 100 }).default([]);

const count = () =>
  z.union([whole(1, 100_000), word(['unlimited'])]).meta({ allowed: 'a whole number from 1, or `unlimited`' });
const within = () =>
  text('a span such as `1y2m3d4h`', (value) =>
    /^(?=.)(?:\d{1,3}y)?(?:\d{1,3}m)?(?:\d{1,4}d)?(?:\d{1,5}h)?$/.test(value) && /[1-9]/.test(value)
      ? undefined
      : 'is not a span',
  );

const PERIODS = ['hourly', 'daily', 'weekly', 'monthly', 'yearly'] as const;
type Period = (typeof PERIODS)[number];

function rules<Field extends z.ZodType>(prefix: string, make: (period: Period) => Field) {
  return Object.fromEntries(PERIODS.map((period) => [`${prefix}_${period}`, make(period)])) as {
    [P in Period as `keep_${P}`]: Field;
  };
}

function rulesWithin<Field extends z.ZodType>(make: (period: Period) => Field) {
  return Object.fromEntries(PERIODS.map((period) => [`keep_within_${period}`, make(period)])) as {
    [P in Period as `keep_within_${P}`]: Field;
  };
}

const retentionShape = {
  keep_last: count().optional().describe('The newest so many.'),
  ...rules('keep', (period) =>
    count().optional().describe(`One for each of the newest so many ${period} buckets that have any.`),
  ),
  keep_within: within().optional().describe('All that are at most so much older than the newest.'),
  ...rulesWithin((period) => within().optional().describe(`One ${period} for that span before the newest.`)),
  keep_tags: list(list(name), { most: 50 }).optional().describe('Snapshots that carry all tags of one of these lists.'),
};

/** At least one rule must keep something: a retention without rules would remove everything. */
export const retentionSchema = z.strictObject(retentionShape).refine((value) => Object.keys(value).length > 0, {
  error: 'keeps nothing',
  params: { allowed: 'at least one keep rule' },
});

/** Two days of every slot, a month of days, half a year of weeks, two years of months. */
export const USUAL_RETENTION = { keep_last: 8, keep_daily: 30, keep_weekly: 26, keep_monthly: 24 } as const;
