/** The repositories that are released together. */
import { z } from 'zod';
import { pattern } from './pattern.ts';
import { branch, branchRef, flag, hours, line, list, name, secretReference, whole } from './primitives.ts';
import { webAddress } from './sources.ts';

/** Refs that High Noon writes for itself: a release ref on one of them would fight the context copy or the fence. */
export const OWN_REFS: readonly string[] = ['refs/heads/high-noon/context', 'refs/heads/high-noon/fence'];

export const repositorySchema = z.strictObject({
  name: name.describe('How reports call it; `SOVEREIGN_TRINITY` lists these names.'),
  url: webAddress().describe('Its address over smart HTTP.'),
  default_branch: branch.default('main').describe('The branch whose head is checked and released. Never written.'),
  required: flag().default(true).describe('`false`: findings about it degrade the phase instead of blocking it.'),
  release_ref: branchRef
    .default('refs/heads/high-noon/release')
    .describe('The ref that noon moves forward to the ticketed commit. Created by the first noon if it is absent.'),
  token: secretReference.optional().describe('Reads the repository; without `write_token` it also writes at noon.'),
  write_token: secretReference
    .optional()
    .describe(
      'Writes the release ref, the context branch and the tag. Noon alone needs to be able to read this secret; T-90 then cannot prove the right to write, and noon does so before its first effect. Left out: `token`.',
    ),
  required_checks: list(line, { least: 0, most: 50, distinct: true })
    .default([])
    .describe('Names of the checks that must be green on the commit. Empty: those that branch protection asks for.'),
  max_behind: whole(0, 10_000, 'commits')
    .default(0)
    .describe('How many commits the default branch may lack of the release ref.'),
  max_age_h: hours().optional().describe('The newest commit by a person may not be older. Left out: any age.'),
  ignore_commit_patterns: list(pattern, { least: 0, most: 50 })
    .default([])
    .describe('Commits whose subject matches are made by machines and do not count as work of a person.'),
});

export const repositoriesSection = list(repositorySchema, { least: 1, most: 300 });
