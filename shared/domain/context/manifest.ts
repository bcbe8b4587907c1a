import { z } from 'zod';
import { type Instant, parseInstant } from '../time.ts';

/** The shape that High Noon writes; the old one is only read. */
export const MANIFEST_SHAPE = 'highnoon.context/2';
/** Far above 300 repositories with 1,000 datasets, far below what would hurt to hold. */
export const LARGEST_MANIFEST_BYTES = 1_048_576;

/** Where each repository keeps its copy: a branch of its own, so that default branches are never written. */
export const COPY_REF = 'refs/heads/high-noon/context';
export const COPY_PATH = 'highnoon/context_manifest.yaml';

/** What was released together, and which manifest it follows. */
export interface ContextManifest {
  /** `1.0`: made by the scripts before High Noon, which looked at folders and not at commits. */
  readonly shape: typeof MANIFEST_SHAPE | '1.0';
  /** Place in the chain: one more than the manifest before; 0 for what was there before High Noon. */
  readonly sequence: number;
  readonly syncedAt: Instant;
  readonly run: string | null;
  /** Taken over as found on the first day, before any noon. */
  readonly adopted: boolean;
  /** `sha256:...` of the bytes of the manifest before; null at the beginning of the chain. */
  readonly previous: string | null;
  /** Digest of the configuration it was made under. */
  readonly configuration: string | null;
  readonly code: string | null;
  /** Commit by name of the repository; null where none is known. */
  readonly repositories: Readonly<Record<string, { readonly present: boolean; readonly commit: string | null }>>;
  /** Version by dataset, revision by service; null where there is none. */
  readonly datasets: Readonly<Record<string, string | null>>;
  readonly services: Readonly<Record<string, string | null>>;
}

const time = z.string().transform((value, context): Instant => {
  const parsed = parseInstant(value);
  if (parsed !== undefined) return parsed;
  context.addIssue({ code: 'custom', message: 'is not an RFC 3339 time such as 2026-11-24T12:00:00Z' });
  return z.NEVER;
});
const key = z.string().regex(/^[A-Za-z][A-Za-z0-9._-]{0,62}$/, 'is not a name');
const line = z.string().max(300, 'is longer than 300 characters');
const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'is not a digest such as sha256:<64 hexadecimal digits>');
const commit = z.string().regex(/^[0-9a-f]{40}$/, 'is not a commit of 40 lower-case hexadecimal digits');

const current = z
  .strictObject({
    schema: z.literal(MANIFEST_SHAPE),
    sequence: z.int().min(1),
    synced_at: time,
    run: line,
    adopted: z.boolean(),
    previous: digest.nullable(),
    configuration: line,
    code: line,
    repositories: z.record(key, z.strictObject({ commit: commit.nullable() })),
    datasets: z.record(key, line.nullable()),
    services: z.record(key, line.nullable()),
  })
  .transform(
    ({ schema, synced_at, repositories, ...rest }): ContextManifest => ({
      ...rest,
      shape: schema,
      syncedAt: synced_at,
      repositories: Object.fromEntries(
        Object.entries(repositories).map(([name, entry]) => [name, { present: entry.commit !== null, ...entry }]),
      ),
    }),
  );

/** `version: 1.0` is a number to YAML unless somebody put it in quotes. */
const old = z
  .strictObject({
    version: z.union([z.literal(1), z.literal('1.0'), z.literal('1')]),
    timestamp: time,
    repositories: z.array(
      z.strictObject({ name: key, path: z.string().max(1000), status: z.enum(['present', 'missing']) }),
    ),
  })
  .superRefine(({ repositories }, context) => {
    const names = repositories.map(({ name }) => name);
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined)
      context.addIssue({ code: 'custom', path: ['repositories'], message: `names ${twice} twice` });
  })
  .transform(
    ({ timestamp, repositories }): ContextManifest => ({
      shape: '1.0',
      sequence: 0,
      syncedAt: timestamp,
      run: null,
      adopted: true,
      previous: null,
      configuration: null,
      code: null,
      repositories: Object.fromEntries(
        repositories.map(({ name, status }) => [name, { present: status === 'present', commit: null }]),
      ),
      datasets: {},
      services: {},
    }),
  );

/** The schema that a tree says it has; one that says nothing is judged by the current one. */
export const schemaFor = (tree: unknown): typeof current | typeof old =>
  typeof tree === 'object' && tree !== null && 'version' in tree && !('schema' in tree) ? old : current;
