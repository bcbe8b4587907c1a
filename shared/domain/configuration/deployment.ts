/** Where and for whom this High Noon runs. */
import { z } from 'zod';
import { email, list, text, timeZone, whole } from './primitives.ts';

/** Values that people write when they mean "no level": a level that is switched off passes every comparison with itself. */
const OFF = /^(?:none|off|no|false|disabled|null|nil|0|any|unset|default)$/i;

const complianceLevel = text(
  'a level such as `21+`: letters, digits, `+`, `-`, `.`; never `none` or `off`',
  (value) => {
    if (OFF.test(value)) return 'switches compliance off';
    return /^[A-Za-z0-9][A-Za-z0-9+._-]{0,31}$/.test(value) ? undefined : 'is not a level';
  },
);

const contacts = () => list(email, { least: 0, most: 50, distinct: true }).default([]);

export const deploymentSection = z.strictObject({
  project_id: text('a Google Cloud project id: 6 to 30 lower case letters, digits, `-`', (value) =>
    /^[a-z][a-z0-9-]{4,28}[a-z0-9]$/.test(value) ? undefined : 'is not a project id',
  ).describe('The project that everything runs in.'),
  region: text('a region such as `us-central1`', (value) =>
    /^[a-z]+(?:-[a-z]+)+[0-9]{1,2}$/.test(value) ? undefined : 'is not a region',
  ).describe('The region of the functions, the store and the services that noon releases.'),
  environment: text('lower case letters, digits, `-`, at most 20', (value) =>
    /^[a-z](?:[a-z0-9-]{0,18}[a-z0-9])?$/.test(value) ? undefined : 'is not the name of an environment',
  ).describe(
    '`production` uses plain names; any other environment puts its name into every bucket, topic and function.',
  ),
  compliance_level: complianceLevel.describe(
    'The level that the environment variable `COMPLIANCE_LEVEL` must have. Another value is a violation; none is inconclusive.',
  ),
  store_timezone: timeZone.describe(
    'The zone of the business, for calendar ages and sale dates. Slots are always in UTC.',
  ),
  clock_skew_s: whole(0, 300, 'seconds')
    .default(5)
    .describe('How far the clocks of sources may be ahead of the store.'),
  alert_contacts: z
    .strictObject({
      oncall: contacts().describe('Engineering on-call: phases that fail again and again, missed slots.'),
      security: contacts().describe('Security: violations, lockdowns, forged messages.'),
      continuity: contacts().describe('Business continuity: services that run degraded.'),
    })
    .prefault({})
    .describe('Who is written to by alert policies, beside the contacts that Terraform is given.'),
});
