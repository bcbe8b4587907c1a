import { z } from 'zod';
import { decodeFields, plainFields } from '../../snapshots/index.ts';
import { countFields, FieldNames, pickFields } from './pick-fields.ts';

const id = z.string().min(1).max(1500);
/** A Firestore timestamp, or the same as text. */
const time = z.iso.datetime({ offset: true });

interface RecordSchema {
  /** The fields that it asks about; all of them where it is not said. */
  readonly fields?: readonly string[];
  readonly schema: z.ZodType;
}

const about = (shape: Record<string, z.ZodType>): RecordSchema => ({
  fields: Object.keys(shape),
  schema: z.looseObject(shape),
});

/** What the records of a schema version must look like. Fields that a version does not name are the application's own. */
const SCHEMAS: Readonly<Record<string, RecordSchema>> = {
  'behavioral.v1': about({ userId: id, type: z.string().min(1).max(200), at: time }),
  'context.v1': about({ userId: id, updatedAt: time }),
  'preference.v1': about({ userId: id, updatedAt: time }),
  /** Records of operations have many forms; an empty one has none. */
  'ops.v1': about({}),
  'environment.v1': { schema: z.record(z.string(), z.string().nullable()) },
};

/** The field in which a record names its own version. */
const VERSION_FIELD = 'schema';
const VERSION_ONLY = new FieldNames([VERSION_FIELD]);
const WANTED = new Map(
  Object.entries(SCHEMAS).map(([name, { fields }]) => [name, fields && new FieldNames([...fields, VERSION_FIELD])]),
);

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

/** Judges a record, as canonical bytes, by the version that it names itself, else by that of its collection. */
export function judgeRecord(bytes: Uint8Array, configured: string): SchemaAnswer {
  const wanted = WANTED.get(configured);
  const first = pickFields(bytes, wanted ?? VERSION_ONLY);
  const version = versionIn(first[VERSION_FIELD]) ?? configured;
  const found = Object.hasOwn(SCHEMAS, version) ? SCHEMAS[version] : undefined;
  if (found === undefined) return { kind: 'unknown-version', version };
  if (countFields(bytes) === 0) return { kind: 'differs', version, problem: 'the record: no field at all' };
  const isPicked = version === configured && wanted !== undefined;
  const record = isPicked ? first : recordFor(bytes, version);
  const parsed = found.schema.safeParse(record);
  if (parsed.success) return FITS;
  const [issue] = parsed.error.issues;
  const place = issue === undefined || issue.path.length === 0 ? 'the record' : `\`${issue.path.join('.')}\``;
  return { kind: 'differs', version, problem: `${place}: ${wordsFor(issue?.code, record, issue?.path[0])}` };
}

function recordFor(bytes: Uint8Array, version: string): Record<string, unknown> {
  const wanted = WANTED.get(version);
  return wanted === undefined ? plainFields(decodeFields(bytes)) : pickFields(bytes, wanted);
}

function wordsFor(code: string | undefined, record: Readonly<Record<string, unknown>>, name: PropertyKey | undefined) {
  if (typeof name === 'string' && record[name] === undefined) return 'missing';
  return code === 'invalid_type' ? 'another type' : 'not in its form';
}
