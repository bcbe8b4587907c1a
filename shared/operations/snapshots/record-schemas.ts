import { z } from 'zod';

const id = z.string().min(1).max(1500);
/** A Firestore timestamp, or the same as text. */
const time = z.iso.datetime({ offset: true });

/** What the records of a schema version must look like. Fields that a version does not name are the application's own. */
const SCHEMAS: Readonly<Record<string, z.ZodType>> = {
  'behavioral.v1': z.looseObject({ userId: id, type: z.string().min(1).max(200), at: time }),
  'context.v1': z.looseObject({ userId: id, updatedAt: time }),
  'preference.v1': z.looseObject({ userId: id, updatedAt: time }),
  'ops.v1': z.looseObject({}).refine((record) => Object.keys(record).length > 0, { error: 'no field at all' }),
  'environment.v1': z.record(z.string(), z.string().nullable()),
};

/** `context.v1`, whether it is written so or as `context/1`; undefined when the text names no version. */
function versionIn(text: unknown): string | undefined {
  if (typeof text !== 'string') return undefined;
  const match = /^([a-z][a-z0-9_-]{0,39})(?:\.v|\/)([1-9][0-9]{0,3})$/.exec(text);
  return match === null ? undefined : `${match[1]}.v${match[2]}`;
}

export type SchemaAnswer =
  | { readonly kind: 'fits' }
  | { readonly kind: 'unknown-version'; readonly version: string }
  /** Where it differs, without what stands there. */
  | { readonly kind: 'differs'; readonly version: string; readonly problem: string };

const FITS: SchemaAnswer = { kind: 'fits' };

/** Judges a record by the version that it names itself, else by the one that the configuration gives its collection. */
export function judgeRecord(record: Readonly<Record<string, unknown>>, configured: string): SchemaAnswer {
  const version = versionIn(record.schema) ?? configured;
  const schema = Object.hasOwn(SCHEMAS, version) ? SCHEMAS[version] : undefined;
  if (schema === undefined) return { kind: 'unknown-version', version };
  const parsed = schema.safeParse(record);
  if (parsed.success) return FITS;
  const [issue] = parsed.error.issues;
  const place = issue === undefined || issue.path.length === 0 ? 'the record' : `\`${issue.path.join('.')}\``;
  return { kind: 'differs', version, problem: `${place}: ${wordsFor(issue?.code, record, issue?.path[0])}` };
}

function wordsFor(code: string | undefined, record: Readonly<Record<string, unknown>>, name: PropertyKey | undefined) {
  if (typeof name === 'string' && record[name] === undefined) return 'missing';
  return code === 'invalid_type' ? 'another type' : 'not in its form';
}
