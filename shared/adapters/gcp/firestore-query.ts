import { InvariantError } from '../../domain/errors.ts';
import type { Query } from '../../ports/documents.ts';
import { encodeValue, fieldPath } from './firestore-values.ts';

const OPERATORS = {
  '==': 'EQUAL',
  '<': 'LESS_THAN',
  '<=': 'LESS_THAN_OR_EQUAL',
  '>': 'GREATER_THAN',
  '>=': 'GREATER_THAN_OR_EQUAL',
} as const;

type Condition = NonNullable<Query['where']>[number];

/**
 * A query as Firestore runs it without a composite index. With an inequality and no order of its own Firestore orders
 * by that field, so the caller sorts the answer by id; a limit there would cut by the wrong order and is refused.
 */
export function structuredQuery(collectionId: string, { where = [], orderBy, limit }: Query) {
  const isUnordered = orderBy === undefined && where.some(({ op }) => op !== '==');
  if (isUnordered && limit !== undefined)
    throw new InvariantError(`a limited query on ${collectionId} with an inequality needs an order`);
  const filters = where.map(filter);
  return {
    isUnordered,
    structuredQuery: {
      from: [{ collectionId }],
      ...(filters.length === 0
        ? {}
        : { where: filters.length === 1 ? filters[0] : { compositeFilter: { op: 'AND' as const, filters } } }),
      ...(orderBy === undefined
        ? {}
        : {
            orderBy: [
              {
                field: { fieldPath: dotted(orderBy.field) },
                direction: orderBy.direction === 'asc' ? ('ASCENDING' as const) : ('DESCENDING' as const),
              },
            ],
          }),
      ...(limit === undefined ? {} : { limit: Math.floor(limit) }),
    },
  };
}

function filter({ field, op, value }: Condition) {
  const at = { fieldPath: dotted(field) };
  if (value === null) return { unaryFilter: { field: at, op: 'IS_NULL' as const } };
  return { fieldFilter: { field: at, op: OPERATORS[op], value: encodeValue(value) } };
}

/** `lease.until` reaches into a map. */
const dotted = (field: string): string => field.split('.').map(fieldPath).join('.');
