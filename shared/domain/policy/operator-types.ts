import { ANY, BOOL, fits, isNumber, join, type ScalarKind, type StaticType } from './types.ts';

const ORDERED: ReadonlySet<string> = new Set<ScalarKind>([
  'bool',
  'int',
  'uint',
  'double',
  'string',
  'bytes',
  'timestamp',
  'duration',
]);

/** Left operand, right operand, result. */
const SUMS: readonly (readonly [ScalarKind, ScalarKind, ScalarKind])[] = [
  ['int', 'int', 'int'],
  ['uint', 'uint', 'uint'],
  ['double', 'double', 'double'],
  ['string', 'string', 'string'],
  ['bytes', 'bytes', 'bytes'],
  ['duration', 'duration', 'duration'],
  ['timestamp', 'duration', 'timestamp'],
  ['duration', 'timestamp', 'timestamp'],
];
const DIFFERENCES: typeof SUMS = [
  ['int', 'int', 'int'],
  ['uint', 'uint', 'uint'],
  ['double', 'double', 'double'],
  ['duration', 'duration', 'duration'],
  ['timestamp', 'duration', 'timestamp'],
  ['timestamp', 'timestamp', 'duration'],
];
const PRODUCTS = SUMS.slice(0, 3);
const WHOLES = SUMS.slice(0, 2);

/** The type of a binary operator's result; undefined when it does not take these types. */
export function binaryType(operator: string, left: StaticType, right: StaticType): StaticType | undefined {
  switch (operator) {
    case '_==_':
    case '_!=_':
      return areComparable(left, right) ? BOOL : undefined;
    case '_<_':
    case '_<=_':
    case '_>_':
    case '_>=_':
      return areOrdered(left, right) ? BOOL : undefined;
    case '_+_':
      return left.kind === 'list' && right.kind === 'list'
        ? { kind: 'list', element: join(left.element, right.element) }
        : fromTable(SUMS, left, right);
    case '_-_':
      return fromTable(DIFFERENCES, left, right);
    case '_*_':
    case '_/_':
      return fromTable(PRODUCTS, left, right);
    case '_%_':
      return fromTable(WHOLES, left, right);
    case '@in':
      return isContainer(left, right) ? BOOL : undefined;
    default:
      return undefined;
  }
}

/** Every field may be null, so comparing with null is always allowed; numbers compare across their types. */
function areComparable(left: StaticType, right: StaticType): boolean {
  if (left.kind === 'null' || right.kind === 'null') return true;
  return fits(left, right) || (isNumber(left) && isNumber(right));
}

function areOrdered(left: StaticType, right: StaticType): boolean {
  if (isNumber(left) && isNumber(right)) return true;
  const isAllowed = (type: StaticType) => type.kind === 'any' || ORDERED.has(type.kind);
  return isAllowed(left) && isAllowed(right) && fits(left, right);
}

function isContainer(value: StaticType, container: StaticType): boolean {
  if (container.kind === 'list') return areComparable(value, container.element);
  if (container.kind === 'record') return value.kind === 'string' || value.kind === 'any';
  return container.kind === 'map' || container.kind === 'any';
}

function fromTable(table: typeof SUMS, left: StaticType, right: StaticType): StaticType | undefined {
  const rows = table.filter(
    ([l, r]) => (left.kind === 'any' || left.kind === l) && (right.kind === 'any' || right.kind === r),
  );
  const [first] = rows;
  if (first === undefined) return left.kind === 'any' && right.kind === 'list' ? right : undefined;
  return rows.length === 1 ? { kind: first[2] } : ANY;
}
