/**
 * The kinds of guardrails: each states one claim about evidence and has exactly the keys that claim needs.
 * A new kind is one entry here and one evaluator; nothing else lists them.
 */
import { z } from 'zod';
import { evidenceName } from './evidence.ts';
import { pattern } from './pattern.ts';
import {
  amount,
  days,
  fieldList,
  fieldName,
  flag,
  glob,
  line,
  list,
  name,
  passage,
  route,
  scalar,
  severity,
  statuses,
  text,
  whole,
  word,
} from './primitives.ts';

export const GUARDRAIL_SCOPES = ['pre-flight', 'audit', 'final', 'weekly', 'snapshot'] as const;
export type GuardrailScope = (typeof GUARDRAIL_SCOPES)[number];

/** Kubernetes and this program refuse longer conditions before they are parsed. */
export const LONGEST_EXPRESSION = 4096;

const common = {
  id: name.describe('Its number or name in every report; unique.'),
  title: line.describe('The claim in words.'),
  severity: severity().describe(
    'What breaking it does: `critical` violated (lockdown), `high` failed, `medium` degraded.',
  ),
  scopes: list(word(GUARDRAIL_SCOPES), { most: GUARDRAIL_SCOPES.length, distinct: true })
    .optional()
    .describe(
      'Where it runs: `pre-flight` T-90, `audit` T-30, `final` noon, `weekly`, `snapshot`. Default: everywhere. T-30 runs all of them.',
    ),
  shadow: flag().default(false).describe('`true`: run and reported, but never judged; for new guardrails.'),
  allow_empty: flag().default(false).describe('`true`: no records at all is fine. Otherwise that is inconclusive.'),
  basis: line.optional().describe('The law or rule it comes from.'),
  remedy: passage.optional().describe('What to do when it is broken.'),
  owner: line.optional().describe('Who answers for it.'),
  evidence: evidenceName.describe('The name of the evidence that is judged.'),
};

const expression = text(`a CEL condition, at most ${LONGEST_EXPRESSION} bytes`, (value) => {
  if (value.trim() === '') return 'is empty';
  return Buffer.byteLength(value) <= LONGEST_EXPRESSION ? undefined : 'is too long';
}).describe('The condition on one record (or one pair), in CEL, by the short names of the evidence.');
const join = evidenceName.describe('The name of the other evidence.');
const match = fieldList().describe('Fields with the same name and value in both: that makes a pair.');
const field = fieldName.describe('The field of each record that is judged.');
const routes = list(route, { most: 200, distinct: true }).describe(
  'The pages that are read. Default: the routes of the evidence.',
);
const patterns = (most = 200) => list(pattern, { most });

const recordsShape = {
  expr: expression.optional(),
  join: join.optional(),
  match: match.optional(),
  fields: fieldList().optional().describe('Instead of `expr`: fields that are compared with `value`.'),
  value: scalar.optional().describe('What each of `fields` is compared with.'),
};

function recordsRules(
  value: { expr?: unknown; join?: unknown; match?: unknown; fields?: unknown; value?: unknown },
  context: z.RefinementCtx,
): void {
  const say = (path: string, message: string, allowed: string) =>
    context.addIssue({ code: 'custom', path: [path], message, params: { allowed } });
  const one = 'either `expr`, or `fields` with `value`';
  if (value.expr !== undefined && value.fields !== undefined) say('fields', 'stands beside `expr`', one);
  if (value.expr === undefined && value.fields === undefined) say('expr', 'is missing', one);
  if (value.fields !== undefined && value.value === undefined) say('value', 'is missing', one);
  if (value.fields === undefined && value.value !== undefined) say('value', 'stands without `fields`', one);
  if (value.join !== undefined && value.match === undefined)
    say('match', 'is missing', 'with `join`, the fields that make a pair');
  if (value.join === undefined && value.match !== undefined)
    say('match', 'stands without `join`', 'nothing, or `join` with it');
}

const kind = <const Check extends string, Shape extends z.ZodRawShape>(check: Check, claim: string, shape: Shape) =>
  z.strictObject({ check: z.literal(check).meta({ allowed: `\`${check}\`` }), ...common, ...shape }).describe(claim);

export const guardrailKinds = [
  kind('config_equals', 'A setting has exactly this value.', {
    field: text('the name of a setting', settingName).describe('The setting.'),
    value: scalar.describe('The value it must have.'),
  }),
  kind('config_min', 'A setting is a number and at least this.', {
    field: text('the name of a setting', settingName).describe('The setting.'),
    value: amount(-1e12, 1e12).describe('The least it may be.'),
  }),
  kind('http_body_any', 'Each page contains at least one of these texts.', {
    routes: routes.optional(),
    any: list(passage, { most: 50 }).describe('Texts of which one must stand in each page.'),
  }),
  kind('http_denies_forged', 'A page refuses a visitor who brings a forged cookie.', {
    cookie: text('`NAME=VALUE`', (value) =>
      /^[A-Za-z0-9_.-]{1,64}=[A-Za-z0-9_.%-]{0,256}$/.test(value) ? undefined : 'is not a cookie',
    ).describe('The forged cookie that is sent.'),
    expect_status: statuses().describe('The statuses that count as refused.'),
    routes: routes.optional(),
  }),
  kind('records_all', 'Every record satisfies the condition.', recordsShape).superRefine(recordsRules),
  kind('records_none', 'No record satisfies the condition.', recordsShape).superRefine(recordsRules),
  kind('join_complete', 'Every record has a partner in the other evidence.', { join, match }),
  kind('join_equal', 'Every record has a partner, and these fields are equal in both.', {
    join,
    match,
    fields: fieldList().describe('Fields that must be equal.'),
  }),
  kind('max_age_days', 'A date in every record is at most this many days ago.', {
    field,
    max: days().describe('Older breaks the guardrail.'),
    warn: days().optional().describe('Older is degraded.'),
  }),
  kind('expiry_min_days', 'A date in every record is more than this many days away.', {
    field,
    min: whole(0, 3650, 'days').describe('Days that must be left.'),
  }),
  kind('fields_present', 'Every record has these fields, none of them empty.', {
    fields: fieldList().describe('Fields that must be there.'),
  }),
  kind('fields_true', 'In every record these fields are true.', {
    fields: fieldList().describe('Fields that must be `true`.'),
  }),
  kind('content_deny', 'No text matches one of these expressions.', {
    deny: patterns().describe('What may not stand in the text; upper and lower case are the same.'),
    allow: patterns().optional().describe('Passages in which a match is no match: they are taken out first.'),
    routes: routes.optional(),
  }),
  kind('content_require', 'Each page contains this text.', {
    text: passage.describe('The text; runs of white space are the same.'),
    routes: routes.optional(),
  }),
  kind('http_status', 'The address in each record answers with this status, to anybody.', {
    field,
    status: statuses().default(200).describe('The status that is right.'),
  }),
  kind('metric_min', 'A metric is at least this, over enough samples.', {
    metric: name.describe('The metric.'),
    min: amount(-1e12, 1e12).describe('The least it may be.'),
    min_samples: whole(1, 1_000_000, 'samples').default(1).describe('With fewer samples the answer is inconclusive.'),
  }),
  kind('secrets_clean', 'No secret file is tracked, and every secret was rotated lately.', {
    deny_paths: list(glob, { most: 200 }).describe('Files that may not be tracked.'),
    inventory: evidenceName.describe('The evidence that lists the secrets and when each was rotated.'),
    max_rotation_days: days(3650).describe('A secret may not be older.'),
  }),
] as const;

function settingName(value: string): string | undefined {
  return /^(?!__)[A-Za-z_][A-Za-z0-9_.-]{0,127}$/.test(value) ? undefined : 'is not the name of a setting';
}
