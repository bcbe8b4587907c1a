/** What the deployment manifest of a service must say. */
import { z } from 'zod';
import { flag, line, list, scalar, text, word } from './primitives.ts';

export const environmentName = text('the name of an environment variable: letters, digits, `_`', (value) =>
  /^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(value) ? undefined : 'is not the name of an environment variable',
);

export const manifestRulesSection = z.strictObject({
  require_probes: list(word(['liveness', 'startup']), { least: 0, most: 2, distinct: true })
    .default(['liveness', 'startup'])
    .describe('Probes that each container must declare.'),
  require_image_digest: flag().default(true).describe('Images by digest only: a tag can be moved after the check.'),
  forbid_tags: list(line, { least: 0, most: 50, distinct: true })
    .default(['latest'])
    .describe('Image tags that are refused even beside a digest.'),
  require_service_account: flag().default(true).describe('A service account of its own instead of the default one.'),
  cpu_below_1_requires_concurrency_1: flag()
    .default(true)
    .describe('Cloud Run refuses more than one request at once below one CPU.'),
  require_env: z
    .record(environmentName, scalar)
    .default({})
    .describe('Environment variables that must be set to exactly these values.'),
  forbid_probe_path_suffix: text('the end of a path, 1 to 20 characters', (value) =>
    /^[A-Za-z0-9/._-]{1,20}$/.test(value) ? undefined : 'is not the end of a path',
  )
    .optional()
    .describe('Paths of probes may not end so: `/healthz` is reserved on run.app.'),
});
