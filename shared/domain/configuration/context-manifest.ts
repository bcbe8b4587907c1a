/** The context manifest: what the repositories agreed on at the last noon. */
import { z } from 'zod';
import { flag, hours } from './primitives.ts';
import { objectUri } from './sources.ts';

export const contextManifestSection = z.strictObject({
  uri: objectUri('object')
    .optional()
    .describe('Where the manifest lies. Default: `gs://<data bucket>/context/context_manifest.yaml`.'),
  max_age_h: hours().default(26).describe('Older than this it is stale, and stale is inconclusive.'),
  create_if_missing: flag()
    .default(true)
    .describe(
      'Whether the first day may create it from what is observed. Later a missing manifest is inconclusive, whatever stands here.',
    ),
});
