import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ANSWERS, type AnswerName } from '../../shared/operator/api/answers.ts';
import { openApi } from '../../shared/operator/api/openapi.ts';
import { fromSchema, type JsonSchema } from './from-schema.ts';
import { DATE, openOperator } from './support.ts';

interface Described {
  readonly paths: Record<string, Record<string, OperationObject>>;
  readonly components: { readonly schemas: Record<string, JsonSchema> };
}
interface OperationObject {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: JsonSchema }[];
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: JsonSchema } } };
  readonly responses: Record<
    string,
    { readonly content?: Record<string, { readonly schema: { readonly $ref?: string } }> }
  >;
}

const document = openApi() as unknown as Described;
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
);

/** Values that get through the first check more often than chance would let them. */
const LIKELY: Readonly<Record<string, readonly unknown[]>> = {
  slot: [DATE, `${DATE}T10:30:00Z`, `t-30-final-check@${DATE}T11:30Z`],
  until: [`${DATE}T12:50:00Z`, '2026-12-24T00:00:00Z'],
  finding: ['GR-1', 'GR-2', 'check-world/world/down'],
  epoch: [0, 1, 2],
};

describe('the description of the API', () => {
  it('in docs/openapi.json is the one that the function serves', async () => {
    const written = readFileSync('docs/openapi.json', 'utf8');
    assert.equal(written, `${JSON.stringify(document, null, 2)}\n`, 'run: node test/operator/write-openapi.ts');
    using operator = await openOperator();
    assert.equal((await operator.as('vic@example.com', '/api/openapi.json')).body, written);
  });

  it('refers to nothing that is not there, and names each operation once', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)];
    assert.ok(references.length > 10);
    for (const [, name = ''] of references) assert.ok(name in document.components.schemas, name);
    const ids = operations.map(({ operation }) => operation.operationId);
    assert.deepEqual(ids, [...new Set(ids)]);
  });

  it('holds for every request, well formed or not, of every role', async () => {
    const request = fc.constantFrom(...operations).chain(({ path, method, operation }) => {
      const schema = operation.requestBody?.content['application/json'].schema;
      const query = (operation.parameters ?? []).filter((one) => one.in === 'query');
      return fc.record({
        path: fc.constant(path),
        method: fc.constant(method),
        operation: fc.constant(operation),
        slot: fc.oneof(fc.constantFrom(`t-90-prep@${DATE}T10:30Z`, `high-noon-sync@${DATE}T12:00Z`), fc.string()),
        query: fc.record(
          Object.fromEntries(query.map(({ name, schema: one }) => [name, fc.oneof(fromSchema(one, {}), fc.string())])),
          { requiredKeys: [] },
        ),
        body:
          schema === undefined
            ? fc.constant(undefined)
            : fc.oneof({ weight: 4, arbitrary: fromSchema(schema, LIKELY) }, fc.jsonValue()),
        who: fc.constantFrom('vic@example.com', 'ana@example.com', 'sam@example.com', 'kim@example.com'),
      });
    });
    const statuses = new Set<number>();
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 5, maxLength: 25 }), async (requests) => {
        using operator = await openOperator();
        await operator.run('t-90-prep', '10:30');
        for (const one of requests) {
          const parameters = new URLSearchParams(Object.entries(one.query).map(([key, value]) => [key, String(value)]));
          const path = one.path.replace('{slot}', encodeURIComponent(one.slot));
          const reply = await operator.as(one.who, `${path}?${parameters}`, one.body);
          statuses.add(reply.status);
          const told = `${one.method} ${path}?${parameters} ${JSON.stringify(one.body)}: ${reply.status} ${reply.body.slice(0, 300)}`;
          const described = one.operation.responses[reply.status];
          assert.ok(described !== undefined, `not described: ${told}`);
          if (reply.headers['content-type']?.startsWith('application/json') !== true) continue;
          const name = described.content?.['application/json']?.schema.$ref?.split('/').at(-1);
          if (name !== undefined)
            assert.doesNotThrow(() => ANSWERS[name as AnswerName].parse(JSON.parse(reply.body)), told);
        }
      }),
      { numRuns: 40 },
    );
    for (const status of [200, 400, 403, 409]) assert.ok(statuses.has(status), `never answered ${status}`);
  });
});
