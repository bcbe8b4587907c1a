/** The types that a configuration may declare for a field or variable. */
export type FieldTypeName =
  | 'string'
  | 'int'
  | 'uint'
  | 'double'
  | 'bool'
  | 'bytes'
  | 'timestamp'
  | 'duration'
  | 'map'
  | 'any'
  | `list<${'string' | 'int' | 'double' | 'bool' | 'timestamp' | 'map' | 'any'}>`;

/** A record: the fields that exist, each with its type. A field may also be null in a document. */
export interface RecordType {
  readonly [field: string]: FieldType;
}

export type FieldType = FieldTypeName | RecordType;

/** A type as the checker knows it. `any` is unknown until evaluation and fits everywhere. */
export type StaticType =
  | { readonly kind: ScalarKind }
  | { readonly kind: 'list'; readonly element: StaticType }
  | { readonly kind: 'map'; readonly value: StaticType }
  | { readonly kind: 'record'; readonly fields: ReadonlyMap<string, StaticType> };

export type ScalarKind =
  | 'any'
  | 'null'
  | 'bool'
  | 'int'
  | 'uint'
  | 'double'
  | 'string'
  | 'bytes'
  | 'timestamp'
  | 'duration'
  | 'type';

const SCALARS: ReadonlySet<string> = new Set<ScalarKind>([
  'any',
  'bool',
  'int',
  'uint',
  'double',
  'string',
  'bytes',
  'timestamp',
  'duration',
  'type',
]);

export const ANY: StaticType = { kind: 'any' };
export const BOOL: StaticType = { kind: 'bool' };

/** All names that `parseType` reads, for messages. */
export const TYPE_NAMES: readonly string[] = [...SCALARS, 'map', 'list<...>', 'record'];

/** Reads a type name; undefined when it names none. */
export function parseType(name: string): StaticType | undefined {
  if (SCALARS.has(name)) return { kind: name as ScalarKind };
  if (name === 'map') return { kind: 'map', value: ANY };
  const element = /^list<(.+)>$/.exec(name)?.[1];
  const type = element === undefined ? undefined : parseType(element);
  return type === undefined ? undefined : { kind: 'list', element: type };
}

/** A declared type as the checker knows it; undefined when a name in it is no type. */
export function staticType(declared: FieldType): StaticType | undefined {
  if (typeof declared === 'string') return parseType(declared);
  const fields = new Map<string, StaticType>();
  for (const [name, field] of Object.entries(declared)) {
    const type = staticType(field);
    if (type === undefined) return undefined;
    fields.set(name, type);
  }
  return { kind: 'record', fields };
}

export function typeText(type: StaticType): string {
  return type.kind === 'list' ? `list<${typeText(type.element)}>` : type.kind;
}

export function isNumber(type: StaticType): boolean {
  return type.kind === 'int' || type.kind === 'uint' || type.kind === 'double';
}

/** Whether a value of one type may stand where another is wanted. */
export function fits(actual: StaticType, wanted: StaticType): boolean {
  if (actual.kind === 'any' || wanted.kind === 'any') return true;
  if (actual.kind === 'list' && wanted.kind === 'list') return fits(actual.element, wanted.element);
  const isMapLike = (type: StaticType) => type.kind === 'map' || type.kind === 'record';
  return actual.kind === wanted.kind || (isMapLike(actual) && isMapLike(wanted));
}

/** The type of what is one or the other: theirs when they fit, else any. */
export function join(left: StaticType, right: StaticType): StaticType {
  if (left.kind === 'null') return right;
  if (right.kind === 'null') return left;
  return left.kind !== 'any' && right.kind !== 'any' && fits(left, right) && fits(right, left) ? left : ANY;
}
