import type { Kind, Schema } from './wire-codec.ts';

/**
 * The messages of Firestore's and Pub/Sub's data APIs that the engine sends and reads, and no other (google/firestore/v1
 * and google/pubsub/v1). A test holds the numbers to the descriptors of Google's own packages.
 */
const one = (id: number, kind: Kind) => ({ id, kind });
const list = (id: number, kind: Kind) => ({ id, kind, many: 'list' as const });
const map = (id: number, kind: Kind) => ({ id, kind, many: 'map' as const });

const Timestamp: Schema = { seconds: one(1, 'int64'), nanos: one(2, 'int32') };
const Int32Value: Schema = { value: one(1, 'int32') };

const ArrayValue: Schema = { values: list(1, () => Value) };
const MapValue: Schema = { fields: map(1, () => Value) };
export const Value: Schema = {
  booleanValue: one(1, 'bool'),
  integerValue: one(2, 'int64'),
  doubleValue: one(3, 'double'),
  mapValue: one(6, () => MapValue),
  arrayValue: one(9, () => ArrayValue),
  nullValue: one(11, ['NULL_VALUE']),
  stringValue: one(17, 'string'),
};
export const Document: Schema = { name: one(1, 'string'), fields: map(2, () => Value) };

const ReadWrite: Schema = { concurrencyMode: one(2, ['CONCURRENCY_MODE_UNSPECIFIED', 'OPTIMISTIC', 'PESSIMISTIC']) };
const TransactionOptions: Schema = { readWrite: one(3, () => ReadWrite) };
const Precondition: Schema = { exists: one(1, 'bool') };
const FieldTransform: Schema = { fieldPath: one(1, 'string'), increment: one(3, () => Value) };
const DocumentTransform: Schema = { document: one(1, 'string'), fieldTransforms: list(2, () => FieldTransform) };
export const Write: Schema = {
  update: one(1, () => Document),
  delete: one(2, 'string'),
  currentDocument: one(4, () => Precondition),
  transform: one(6, () => DocumentTransform),
};

const FieldReference: Schema = { fieldPath: one(2, 'string') };
const CollectionSelector: Schema = { collectionId: one(2, 'string') };
const CompositeFilter: Schema = { op: one(1, ['OPERATOR_UNSPECIFIED', 'AND', 'OR']), filters: list(2, () => Filter) };
const FieldFilter: Schema = {
  field: one(1, () => FieldReference),
  op: one(2, [
    'OPERATOR_UNSPECIFIED',
    'LESS_THAN',
    'LESS_THAN_OR_EQUAL',
    'GREATER_THAN',
    'GREATER_THAN_OR_EQUAL',
    'EQUAL',
  ]),
  value: one(3, () => Value),
};
const UnaryFilter: Schema = {
  op: one(1, ['OPERATOR_UNSPECIFIED', '', 'IS_NAN', 'IS_NULL']),
  field: one(2, () => FieldReference),
};
const Filter: Schema = {
  compositeFilter: one(1, () => CompositeFilter),
  fieldFilter: one(2, () => FieldFilter),
  unaryFilter: one(3, () => UnaryFilter),
};
const Order: Schema = {
  field: one(1, () => FieldReference),
  direction: one(2, ['DIRECTION_UNSPECIFIED', 'ASCENDING', 'DESCENDING']),
};
export const StructuredQuery: Schema = {
  from: list(2, () => CollectionSelector),
  where: one(3, () => Filter),
  orderBy: list(4, () => Order),
  limit: one(5, () => Int32Value),
};

export const BatchGetDocumentsRequest: Schema = {
  database: one(1, 'string'),
  documents: list(2, 'string'),
  transaction: one(4, 'bytes'),
  newTransaction: one(5, () => TransactionOptions),
};
export const BatchGetDocumentsResponse: Schema = {
  found: one(1, () => Document),
  missing: one(2, 'string'),
  transaction: one(3, 'bytes'),
  readTime: one(4, () => Timestamp),
};
export const CommitRequest: Schema = {
  database: one(1, 'string'),
  writes: list(2, () => Write),
  transaction: one(3, 'bytes'),
};
export const RollbackRequest: Schema = { database: one(1, 'string'), transaction: one(2, 'bytes') };
export const RunQueryRequest: Schema = { parent: one(1, 'string'), structuredQuery: one(2, () => StructuredQuery) };
export const RunQueryResponse: Schema = { document: one(1, () => Document), readTime: one(3, () => Timestamp) };

export const PubsubMessage: Schema = { data: one(1, 'bytes') };
export const PublishRequest: Schema = { topic: one(1, 'string'), messages: list(2, () => PubsubMessage) };

/** What a status carries beside its code (google.rpc): the permission that was missing, the API that is not enabled. */
export const ErrorInfo: Schema = { reason: one(1, 'string'), domain: one(2, 'string'), metadata: map(3, 'string') };
const Any: Schema = { typeUrl: one(1, 'string'), value: one(2, 'bytes') };
export const RpcStatus: Schema = { code: one(1, 'int32'), message: one(2, 'string'), details: list(3, () => Any) };
export const NOTHING: Schema = {};
