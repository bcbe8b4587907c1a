/** The services that are probed before noon and, where they ask for it, released at noon. */
import { z } from 'zod';
import {
  amount,
  filePath,
  flag,
  jsonValue,
  line,
  list,
  name,
  passage,
  secretReference,
  statuses,
  text,
  whole,
  word,
} from './primitives.ts';
import { audience, webAddress } from './sources.ts';

const jsonPath = text('names of fields joined by dots, such as `data.updated_at`', (value) =>
  /^(?!.*__)[A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+){0,9}$/.test(value) && value.length <= 200
    ? undefined
    : 'is not a path of field names',
);

const expectSchema = z.strictObject({
  status: statuses()
    .default(200)
    .describe('The status (or one of several) that is healthy. A status listed here is never a fault, 401 included.'),
  json: z
    .record(z.string(), jsonValue)
    .optional()
    .describe('Fields of the JSON answer that must have exactly these values; others are not looked at.'),
  body_contains: passage.optional().describe('Text that the answer must contain.'),
});

const releaseSchema = z.strictObject({
  service: text('the name of a Cloud Run service', (value) =>
    /^[a-z](?:[a-z0-9-]{0,47}[a-z0-9])?$/.test(value) ? undefined : 'is not a Cloud Run service',
  )
    .optional()
    .describe('The Cloud Run service whose traffic moves. Default: the name of the entry.'),
  candidate: text('`latest-ready`, or the name of a revision', (value) =>
    /^[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(value) ? undefined : 'is not the name of a revision',
  )
    .default('latest-ready')
    .describe('Which revision T-30 tickets: the newest ready one, or exactly this one.'),
});

export const serviceSchema = z.strictObject({
  name: name.describe('How reports call it.'),
  url: webAddress().describe('What is asked: the health address.'),
  critical: flag().default(true).describe('`false`: findings about it degrade the phase instead of blocking it.'),
  required_for_go: flag().default(true).describe('`false`: a service that is not needed for a go; findings degrade.'),
  auth: z
    .union([word(['none', 'oidc']), z.strictObject({ token: secretReference.describe('Sent as a bearer token.') })])
    .default('none')
    .meta({ allowed: '`none`, `oidc`, or `{token: SECRET REFERENCE}`' })
    .describe('How the probe identifies itself. With `oidc` it sends an id token of its own service account.'),
  audience: audience()
    .optional()
    .describe(
      'The audience of the id token. Default: the base address of `url`. Another one must be listed in `network.allowed_audiences`.',
    ),
  expect: expectSchema.prefault({}).describe('What a healthy answer is.'),
  samples: whole(1, 50).default(3).describe('How many times it is asked in one check; `p95_ms` is judged over them.'),
  p95_ms: whole(1, 60_000, 'milliseconds')
    .optional()
    .describe('The 95th percentile of the answers may not be slower. Left out: not judged.'),
  freshness: z
    .strictObject({
      path: jsonPath.describe('Where the JSON answer says when its data was made.'),
      max_age_s: amount(1, 31_536_000, 'seconds').describe('Older than this is stale.'),
    })
    .optional()
    .describe('A healthy answer over old data is stale: this says where to look.'),
  deps: list(name, { least: 0, most: 100, distinct: true })
    .default([])
    .describe('What it depends on, for the reader of a report.'),
  note: line.optional().describe('Why it is as it is, for the reader of a report.'),
  manifest: filePath
    .nullable()
    .default(null)
    .describe('Its deployment manifest in the first repository, checked by `manifest_rules`; `null`: none.'),
  release: releaseSchema
    .optional()
    .describe('Present: noon moves the traffic of this service to the ticketed revision.'),
});

export const servicesSection = list(serviceSchema, { least: 0, most: 10_000 }).default([]);
