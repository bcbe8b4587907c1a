/** The evidence that guardrails judge, by name. Missing, empty or older than its limit is inconclusive, never passed. */
import { z } from 'zod';
import { fieldName, fieldTypes, flag, hours, list, route, text, word } from './primitives.ts';
import { sourceUri } from './sources.ts';

/** Names that conditions use for something else. */
export const RESERVED_ALIASES: ReadonlySet<string> = new Set([
  'tz',
  'now',
  'in',
  'true',
  'false',
  'null',
  'has',
  'size',
]);

/** Short names that the worked example uses; every other evidence is called by its own name. */
export const USUAL_ALIASES: Readonly<Record<string, string>> = {
  orders: 'o',
  verifications: 'v',
  consents: 'c',
  coa_records: 'coa',
};

const alias = text('a short name for conditions: lower case letters, digits, `_`, at most 20', (value) => {
  if (RESERVED_ALIASES.has(value)) return 'means something else in conditions';
  return /^[a-z][a-z0-9_]{0,19}$/.test(value) ? undefined : 'is not a short name';
});

export const evidenceName = text(
  'a name: a lower case letter, then lower case letters, digits, `_`, at most 40',
  (value) => {
    if (RESERVED_ALIASES.has(value)) return 'means something else in conditions';
    return /^[a-z][a-z0-9_]{0,39}$/.test(value) ? undefined : 'is not a name of evidence';
  },
);

export const evidenceSchema = z.strictObject({
  source_uri: sourceUri().describe('Where it is read.'),
  max_age_h: hours().describe('Evidence older than this proves nothing.'),
  pii: flag().default(false).describe('Records are about people: ids appear as keyed hashes, values never.'),
  alias: alias
    .optional()
    .describe(
      'What conditions call one record. Default: `o` orders, `v` verifications, `c` consents, `coa` coa_records; any other its own name.',
    ),
  key: fieldName
    .optional()
    .describe('The field whose value names a record in findings. Default: the position of the record.'),
  format: word(['ndjson', 'json', 'csv'])
    .optional()
    .describe('How an object is written. Default: by the end of its name, `ndjson` where that says nothing.'),
  fields: fieldTypes()
    .optional()
    .describe(
      'The fields that guardrails use. With this, a misspelt field is refused when the configuration is loaded.',
    ),
  routes: list(route, { most: 200, distinct: true })
    .optional()
    .describe('Pages of a site that are read where a guardrail names none. Default: `/`.'),
});

export const evidenceSection = z
  .record(evidenceName, evidenceSchema)
  .default({})
  .meta({ allowed: 'a map from name to evidence' });
