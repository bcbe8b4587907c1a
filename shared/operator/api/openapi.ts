import { z } from 'zod';
import { ACT_HEADER } from '../identity/same-origin.ts';
import { ACTS, dryRunBody } from './acts.ts';
import { ANSWERS, type AnswerName } from './answers.ts';
import { LEDGER_TAIL_MOST } from './ledger-view.ts';

type JsonObject = Record<string, unknown>;

const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): JsonObject => {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { target: 'draft-2020-12', io }) as JsonObject;
  return rest;
};
const reference = (name: AnswerName) => ({ $ref: `#/components/schemas/${name}` });
const content = (name: AnswerName) => ({ 'application/json': { schema: reference(name) } });
const answered = (description: string, name: AnswerName) => ({ description, content: content(name) });

const COMMON_ANSWERS = {
  400: answered('A parameter or the body is not as described.', 'Error'),
  401: answered('The sign-in is missing, has ended or does not hold.', 'Error'),
  403: answered('This person may not, or the request may come from another site.', 'Error'),
  405: answered('This method is not allowed here.', 'Error'),
  503: answered('The store or the sign-in is out of reach.', 'Error'),
};

const ACT_ANSWERS = {
  ...COMMON_ANSWERS,
  409: answered('The stored state does not allow it; nothing was changed.', 'Error'),
  413: answered('The body is too large.', 'Error'),
  415: answered('The body is not application/json.', 'Error'),
};

const parameter = (where: 'query' | 'path', name: string, description: string, schema: JsonObject) => ({
  name,
  in: where,
  required: where === 'path',
  description,
  schema,
});
const DATE = parameter('query', 'date', 'The day, UTC; left out, today.', { type: 'string', format: 'date' });
const HEADER = {
  name: ACT_HEADER,
  in: 'header',
  required: true,
  description: 'Any value. A page of another site cannot send it.',
  schema: { type: 'string', minLength: 1 },
};

const look = (
  operationId: string,
  summary: string,
  answer: AnswerName,
  parameters: JsonObject[],
  more: JsonObject = {},
) => ({
  get: {
    operationId,
    summary,
    parameters,
    responses: { 200: answered('As stored.', answer), ...COMMON_ANSWERS, ...more },
  },
});

const act = (
  name: string,
  summary: string,
  role: string,
  body: z.ZodType,
  answer: AnswerName,
  more: JsonObject = {},
) => ({
  post: {
    operationId: name,
    summary,
    description: `Needs the role ${role}.`,
    parameters: [HEADER],
    requestBody: { required: true, content: { 'application/json': { schema: schemaOf(body, 'input') } } },
    responses: { 200: answered('Done.', answer), ...more, ...ACT_ANSWERS },
  },
});

/** The description of the API, made from the schemas that check its requests. */
export function openApi(): JsonObject {
  const acts = ACTS.map(({ name, summary, role, body }) => [
    `/api/acts/${name}`,
    act(name, summary, role, body, 'Act'),
  ]);
  return {
    openapi: '3.1.0',
    info: {
      title: 'High Noon operator',
      version: '1',
      description:
        'What a person sees and does. Identity-Aware Proxy stands before it; who acts is its verified assertion alone. A request that is refused changes nothing.',
    },
    security: [{ iap: [] }],
    paths: {
      '/api/status': look('status', "The day's slots, verdicts, gates, hold, lockdown and ticket.", 'Status', [DATE]),
      '/api/report': look('report', 'The High Noon Sync Report, computed from what is stored.', 'Report', [
        DATE,
        parameter('query', 'format', 'markdown answers text/markdown.', { type: 'string', enum: ['json', 'markdown'] }),
      ]),
      '/api/runs/{slot}': look(
        'run',
        'The newest attempt of a slot with its findings and receipts.',
        'Run',
        [parameter('path', 'slot', 'The slot id, encoded.', { type: 'string' })],
        { 404: answered('The slot has no run.', 'Error') },
      ),
      '/api/ledger': look('ledger', 'The newest entries, or the check of the whole chain.', 'Ledger', [
        parameter('query', 'scope', 'whole reads every entry and every anchor.', {
          type: 'string',
          enum: ['tail', 'whole'],
        }),
        parameter('query', 'count', 'Of the tail.', { type: 'integer', minimum: 1, maximum: LEDGER_TAIL_MOST }),
      ]),
      '/api/openapi.json': {
        get: {
          operationId: 'openapi',
          summary: 'This description.',
          responses: {
            200: { description: 'OpenAPI 3.1.', content: { 'application/json': { schema: { type: 'object' } } } },
          },
        },
      },
      ...Object.fromEntries(acts),
      '/api/acts/dry-run': act(
        'dry-run',
        'Runs every check of a phase, says what each action would do, and writes nothing.',
        'viewer',
        dryRunBody,
        'Run',
        { 202: answered("Asked for: the phase's own function answers in its log.", 'DryRunAsked') },
      ),
    },
    components: {
      schemas: Object.fromEntries(Object.entries(ANSWERS).map(([name, schema]) => [name, schemaOf(schema, 'output')])),
      securitySchemes: {
        iap: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: "An id token for the proxy; the function sees the proxy's own assertion instead.",
        },
      },
    },
  };
}
