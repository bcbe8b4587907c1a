/** The documents whose currency is checked by the history of their content. */
import { z } from 'zod';
import { filePath, hours, line, list, name, severity } from './primitives.ts';

export const documentSchema = z.strictObject({
  path: filePath.describe('The file.'),
  repository: name.optional().describe('The repository that holds it. Default: the first.'),
  header: line
    .optional()
    .describe('The header line that tells its date; a date later than the newest change of content is a finding.'),
  column: line.optional().describe('The column of its table that tells when each row was reviewed.'),
  max_age_h: hours().describe('Its newest change of content may not be older.'),
  severity: severity().describe('How bad it is when it is out of date.'),
});

export const docsSection = list(documentSchema, { least: 0, most: 500 }).default([]);
