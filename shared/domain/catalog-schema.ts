/** What phases.json and metrics.json may say, part by part. */
import { z } from 'zod';
import { cron, line, list, text, timeZone, whole, word } from './configuration/primitives.ts';

/** In the order of the day. Every list of phases derives from this one; phases.json must name exactly these. */
export const PHASE_NAMES = [
  't-90-prep',
  't-30-final-check',
  'high-noon-sync',
  'weekly-risk-review',
  'snapshot-orchestration',
] as const;
export type PhaseName = (typeof PHASE_NAMES)[number];

/**
 * What a zone with daylight saving does to a due time that occurs twice or not at all: `earliest` takes the first of
 * two and the end of the gap, `latest` the second of two and the end of the gap. UTC needs none.
 */
const DST_POLICIES = ['earliest', 'latest'] as const;
export type DstPolicy = (typeof DST_POLICIES)[number];

const seconds = (low: number, high: number) => whole(low, high, 'seconds');
const target = text('the name of a function target: letters and digits, beginning with a lower case letter', (value) =>
  /^[a-z][A-Za-z0-9]{0,62}$/.test(value) ? undefined : 'is not a function target',
);
/** Service account ids have 30 characters, and the environment's name stands before it. */
const account = text('the last part of a service account: lower case letters, digits, `-`, at most 12', (value) =>
  /^[a-z][a-z0-9-]{0,10}[a-z0-9]$/.test(value) ? undefined : 'is not the part of a service account',
);
const serviceName = text('lower case letters, digits, `-`', (value) =>
  /^[a-z][a-z0-9-]{0,40}$/.test(value) ? undefined : 'is not a name',
);

export const phaseSchema = z.strictObject({
  name: word(PHASE_NAMES),
  target,
  account: account.optional(),
  title: line,
  cron,
  timeZone,
  dstPolicy: word(DST_POLICIES).optional(),
  budgetSeconds: seconds(1, 86_400),
  startWindowSeconds: seconds(1, 604_800),
  rerunWindowSeconds: seconds(1, 604_800),
  effectDeadlineSeconds: seconds(1, 86_400).optional(),
  purpose: line,
});
export type Phase = Readonly<z.output<typeof phaseSchema>>;

const serviceSchema = z.strictObject({
  name: serviceName,
  target,
  account: account.optional(),
  cron: cron.optional(),
  timeZone: timeZone.optional(),
  startGraceSeconds: seconds(1, 3600).optional(),
  purpose: line,
});
export type CatalogService = Readonly<z.output<typeof serviceSchema>>;

const functionSchema = z.strictObject({
  runtime: text('a Node runtime, such as `nodejs24`', (value) =>
    /^nodejs\d{2}$/.test(value) ? undefined : 'is not a Node runtime',
  ),
  timeoutSeconds: seconds(1, 3600),
  // Pub/Sub's own limits.
  ackDeadlineSeconds: seconds(10, 600),
  engineBudgetSeconds: seconds(1, 3600),
  leaseSeconds: seconds(30, 600),
  maxDeliveryAttempts: whole(5, 100),
  minBackoffSeconds: seconds(0, 600),
  maxBackoffSeconds: seconds(0, 600),
});
export type FunctionLimits = Readonly<z.output<typeof functionSchema>>;

export const catalogSchema = z.strictObject({
  timeZone,
  phases: list(phaseSchema, { most: PHASE_NAMES.length }),
  services: list(serviceSchema, { most: 20 }),
  function: functionSchema,
});
export type Catalog = Readonly<Omit<z.output<typeof catalogSchema>, 'phases'>> & { readonly phases: readonly Phase[] };

const LABELS = ['phase', 'verdict', 'result', 'severity', 'environment'] as const;
export type MetricLabel = (typeof LABELS)[number];

const metricName = text('lower case letters, digits, `_`', (value) =>
  /^[a-z][a-z0-9_]{0,99}$/.test(value) ? undefined : 'is not the name of a metric',
);
const metricSchema = z
  .strictObject({
    name: metricName,
    kind: word(['GAUGE', 'CUMULATIVE']),
    valueType: word(['INT64', 'DOUBLE', 'DISTRIBUTION']),
    unit: text('a UCUM unit', (value) => (/^[A-Za-z0-9{}/.%]{1,20}$/.test(value) ? undefined : 'is not a unit')),
    labels: list(word(LABELS), { least: 0, most: LABELS.length, distinct: true }),
    written: word(['outcome', 'watchdog']),
    description: text('a sentence or two, at most 400 characters', (value) =>
      value.trim() !== '' && value.length <= 400 ? undefined : 'is empty or too long',
    ),
  })
  // A level that is written once a day cannot page; a sum that the watchdog writes has no start of its own.
  .refine((metric) => (metric.kind === 'GAUGE') === (metric.written === 'watchdog'), {
    path: ['written'],
    error: 'does not fit the kind',
    params: { allowed: '`watchdog` for GAUGE, `outcome` for CUMULATIVE' },
  });
export type Metric = Readonly<z.output<typeof metricSchema>>;

export const metricCatalogSchema = z.strictObject({
  prefix: text('`custom.googleapis.com/NAME`', (value) =>
    /^custom\.googleapis\.com\/[a-z][a-z0-9_]{0,40}$/.test(value) ? undefined : 'is not a prefix of custom metrics',
  ),
  labels: list(word(LABELS), { distinct: true }),
  metrics: list(metricSchema, { most: 200 }).superRefine((metrics, context) => {
    const names = new Set<string>();
    for (const [index, { name }] of metrics.entries()) {
      if (names.has(name))
        context.addIssue({
          code: 'custom',
          path: [index, 'name'],
          message: 'stands here a second time',
          params: { allowed: 'each metric once' },
        });
      names.add(name);
    }
  }),
  // Cloud Monitoring refuses a generic_task point that lacks one of these.
  resource: z.strictObject({
    type: word(['generic_task']),
    labels: z.tuple([word(['project_id']), word(['location']), word(['namespace']), word(['job']), word(['task_id'])]),
  }),
});
export type MetricCatalog = Readonly<z.output<typeof metricCatalogSchema>>;
