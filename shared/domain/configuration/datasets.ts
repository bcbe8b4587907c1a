/** The datasets whose batches are staged at T-90, verified at T-30 and made live at noon. */
import { z } from 'zod';
import { amount, fieldList, fieldName, fieldTypes, flag, hours, list, name, percent, whole } from './primitives.ts';
import { liveUri, objectUri, sourceUri } from './sources.ts';

export const datasetSchema = z.strictObject({
  name: name.describe('How reports call it, and the id of its pointer.'),
  source: name.describe('The system that its records come from, for the reader of a report.'),
  source_uri: sourceUri().describe('Where its records are read.'),
  ts: fieldName.describe('The field that says when a record was made; freshness is judged by the newest.'),
  max_age_h: hours()
    .nullable()
    .describe('The newest record may not be older; `null`: records of any age, said in the report.'),
  min_rows: whole(0, Number.MAX_SAFE_INTEGER, 'rows').default(1).describe('Fewer rows than this are not a dataset.'),
  max_drop_pct: percent().default(0).describe('How many rows fewer than the live version a batch may have.'),
  key: fieldName.describe('The field that identifies a record; twice the same is a duplicate.'),
  required: fieldList(0).default([]).describe('Fields that every record must have; a row without one is quarantined.'),
  schema: fieldTypes()
    .optional()
    .describe('Types of fields; a row with another type is quarantined. Fields that are not listed may be anything.'),
  pii: flag().default(false).describe('Records are about people: ids appear as keyed hashes, values never.'),
  parity_with: z
    .strictObject({
      dataset: name.describe('The dataset that must agree.'),
      tolerance_pct: amount(0, 100, 'percent').describe('How far the row counts may be apart.'),
    })
    .optional()
    .describe('Two systems that tell of the same events must tell of as many.'),
  reject_if_mock: flag().default(false).describe('Whether a batch that says it is mock data is refused.'),
  required_for_go: flag()
    .default(true)
    .describe('`false`: findings about it degrade the phase instead of blocking it.'),
  incoming_uri: objectUri('folder')
    .optional()
    .describe(
      'Where incoming batches arrive. Default: `source_uri` where it is a folder of the object store, else `gs://<data bucket>/incoming/<name>/`.',
    ),
  staged_uri: objectUri('folder')
    .optional()
    .describe('Where T-90 stages. Default: `gs://<data bucket>/staged/<name>/`.'),
  live_uri: liveUri()
    .optional()
    .describe(
      'Where the live version lies. Default: `source_uri` where it is a table, else `gs://<data bucket>/live/<name>/`.',
    ),
});

export const datasetsSection = list(datasetSchema, { least: 0, most: 1000 }).default([]);
