import { z } from 'zod';
import { parseSource } from '../../domain/configuration/index.ts';
import { PortError } from '../../domain/errors.ts';
import type { BatchManifest, DatasetPlaces, Pointer, PointerName, StagedPart } from '../../ports/datasets.ts';

/** Where a dataset's objects lie, and what is in those that are not rows. */
export const partUri = ({ staged_uri }: DatasetPlaces, { sha256 }: StagedPart): string =>
  `${folder(staged_uri)}parts/${sha256}.ndjson`;
export const quarantineUri = ({ staged_uri }: DatasetPlaces, { sha256 }: StagedPart): string =>
  `${folder(staged_uri)}quarantine/${sha256}.ndjson`;

export function manifestUri({ name, staged_uri }: DatasetPlaces, version: string): string {
  const digest = /^sha256:([0-9a-f]{64})$/.exec(version)?.[1];
  if (digest === undefined)
    throw new PortError('datasets', 'invalid', `${name}: ${version.slice(0, 80)} is no version`);
  return `${folder(staged_uri)}versions/${digest}.json`;
}

export const pointerUri = (dataset: DatasetPlaces, which: PointerName): string =>
  `${folder(which === 'staged' ? dataset.staged_uri : liveFolder(dataset))}current.json`;

function liveFolder({ live_uri }: DatasetPlaces): string {
  const source = parseSource(live_uri);
  return typeof source !== 'string' && source.system === 'bigquery'
    ? `gs://bigquery/${source.dataset}.${source.table}/`
    : live_uri;
}

const folder = (uri: string): string => (uri.endsWith('/') ? uri : `${uri}/`);

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const whole = z.int().min(0);
const part = z.strictObject({ rows: whole, bytes: whole, sha256: z.string().regex(/^[0-9a-f]{64}$/) });
const pointerSchema = z.strictObject({
  schema: z.literal('highnoon.pointer/1'),
  dataset: z.string(),
  version: digest.nullable(),
  token: whole,
});
const manifestSchema: z.ZodType<BatchManifest> = z.strictObject({
  schema: z.literal('highnoon.batch/1'),
  dataset: z.string(),
  rows: whole,
  bytes: whole,
  sha256: z.string(),
  parts: z.array(part),
  newest: z.string().nullable(),
  nullRates: z.record(z.string(), z.number()),
  quarantined: z.strictObject({ rows: whole, reasons: z.record(z.string(), whole), object: part.nullable() }),
  source: z.strictObject({
    generation: z.string(),
    parts: z.array(z.strictObject({ uri: z.string(), generation: z.string(), bytes: whole })),
  }),
  rules: z.string(),
});

export const parseManifest = (text: string, uri: string): BatchManifest => parsed(manifestSchema, text, uri);

export function parsePointer(text: string, uri: string, dataset: string): Pointer {
  const pointer = parsed(pointerSchema, text, uri);
  if (pointer.dataset !== dataset)
    throw new PortError('datasets', 'invalid', `${uri} is the pointer of ${pointer.dataset}, not of ${dataset}`);
  return { version: pointer.version, token: pointer.token };
}

function parsed<T>(schema: z.ZodType<T>, text: string, uri: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new PortError('datasets', 'invalid', `${uri} is not JSON`, { cause });
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new PortError(
    'datasets',
    'invalid',
    `${uri}: ${z.prettifyError(result.error).replaceAll('\n', ' ').slice(0, 300)}`,
  );
}
