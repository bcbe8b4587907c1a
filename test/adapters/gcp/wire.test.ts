import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { decodeFields, encodeFields } from '../../../shared/adapters/gcp/firestore-values.ts';
import { decodeMessage, encodeMessage, type Kind, type Schema } from '../../../shared/adapters/gcp/wire-codec.ts';
import * as messages from '../../../shared/adapters/gcp/wire-messages.ts';

const require = createRequire(import.meta.url);

interface Descriptor {
  readonly fields?: Readonly<Record<string, { type: string; id: number; rule?: string; keyType?: string }>>;
  readonly nested?: Readonly<Record<string, Descriptor>>;
  readonly values?: Readonly<Record<string, number>>;
}

const descriptors = (name: string): Descriptor => require(`@google-cloud/${name}/build/protos/protos.json`);

/** A type by the name that a field gives it: nearest scope first, as Protocol Buffers resolve names. */
function resolve(root: Descriptor, scope: readonly string[], name: string): [Descriptor, string[]] {
  for (let depth = scope.length; depth >= 0; depth -= 1) {
    const path = [...scope.slice(0, depth), ...name.split('.')];
    const found = path.reduce<Descriptor | undefined>((at, part) => at?.nested?.[part], root);
    if (found !== undefined) return [found, path];
  }
  throw new Error(`${name} is not described`);
}

/** Every field of our table has the number, the type and the arity that Google's descriptor gives it. Returns how many were looked at. */
function compare(root: Descriptor, schema: Schema, path: string[], seen = new Set<Schema>()): number {
  if (seen.has(schema)) return 0;
  seen.add(schema);
  const [descriptor] = resolve(root, [], path.join('.'));
  let compared = 0;
  for (const [name, { id, kind, many }] of Object.entries(schema)) {
    const field = descriptor.fields?.[name];
    const label = `${path.join('.')}.${name}`;
    assert.ok(field !== undefined, label);
    assert.equal(id, field.id, label);
    assert.equal(
      many ?? 'one',
      field.keyType !== undefined ? 'map' : field.rule === 'repeated' ? 'list' : 'one',
      label,
    );
    compared += 1 + compareKind(root, kind, field.type, path, seen, label);
  }
  return compared;
}

function compareKind(
  root: Descriptor,
  kind: Kind,
  type: string,
  scope: string[],
  seen: Set<Schema>,
  label: string,
): number {
  if (typeof kind === 'function') return compare(root, kind(), resolve(root, scope, type)[1], seen);
  if (typeof kind === 'string') {
    assert.equal(kind, type, label);
    return 0;
  }
  const [{ values }] = resolve(root, scope, type);
  for (const [number, name] of kind.entries())
    if (name !== '') assert.equal(values?.[name], number, `${label} ${name}`);
  return 0;
}

describe('messages on the wire', () => {
  it('have the numbers and types that Google describes', () => {
    const firestore = descriptors('firestore-api');
    const { BatchGetDocumentsRequest, BatchGetDocumentsResponse, CommitRequest, RollbackRequest } = messages;
    const { RunQueryRequest, RunQueryResponse, Document, Write } = messages;
    const compared = Object.entries({
      ...{ BatchGetDocumentsRequest, BatchGetDocumentsResponse, CommitRequest, RollbackRequest },
      ...{ RunQueryRequest, RunQueryResponse, Document, Write },
    }).map(([name, schema]) => compare(firestore, schema, ['google', 'firestore', 'v1', name]));
    assert.ok(
      compared.every((count) => count > 1),
      String(compared),
    );
    assert.ok(
      compare(descriptors('pubsub-api'), messages.PublishRequest, ['google', 'pubsub', 'v1', 'PublishRequest']) > 2,
    );
  });

  it('come back as they went, whatever a document holds', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (data) => {
        const document = { name: 'projects/p', fields: encodeFields(data) };
        const decoded = decodeMessage(messages.Document, encodeMessage(messages.Document, document));
        assert.deepEqual(
          decodeFields(decoded.fields as never),
          JSON.parse(JSON.stringify(decodeFields(document.fields))),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('keep 64-bit integers whole, also negative ones', () => {
    for (const integerValue of ['-1', '0', '9223372036854775807', '-9223372036854775808', '127', '128']) {
      const bytes = encodeMessage(messages.Value, { integerValue });
      assert.deepEqual(decodeMessage(messages.Value, bytes), { integerValue });
    }
  });

  it('skip fields that a newer server sends', () => {
    const Newer: Schema = {
      name: { id: 1, kind: 'string' },
      a: { id: 90, kind: 'string' },
      b: { id: 91, kind: 'int64' },
      c: { id: 92, kind: 'double' },
    };
    const bytes = encodeMessage(Newer, { a: 'x', b: '300', c: 1.5, name: 'n' });
    assert.deepEqual(decodeMessage(messages.Document, bytes), { name: 'n' });
  });

  it('that end in the middle of a field are refused, and so are fields and names that do not exist', () => {
    const bytes = encodeMessage(messages.Document, { name: 'abcdef' });
    assert.throws(() => decodeMessage(messages.Document, bytes.subarray(0, 4)), RangeError);
    assert.throws(() => encodeMessage(messages.Document, { nmae: 'x' }), /no field nmae/);
    const wrongName = { fieldFilter: { op: 'ABOUT' } };
    assert.throws(() => encodeMessage(messages.StructuredQuery, { where: wrongName }), /'ABOUT' is none of/);
  });
});
