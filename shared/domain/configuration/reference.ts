/** docs/configuration.md, written from the schema: what is allowed is said once, there. */
import type { z } from 'zod';
import { explainMistakes } from './explain.ts';
import { guardrailKinds } from './guardrail-kinds.ts';
import { MOST_MISTAKES, parseConfiguration } from './parse.ts';
import { configurationSchema } from './schema.ts';
import { allowedFor, bare, note, shapeOf } from './schema-walk.ts';

type AnySchema = z.core.$ZodType;
type Definition = z.core.$ZodTypes['_zod']['def'];

/** The whole document, Markdown, with a closing line end. Throws when a key of the schema has no description. */
export function configurationReference(): string {
  const sections = Object.entries(configurationSchema.shape).map(([name, schema]) => sectionText(name, schema));
  return `${[introduction(), ...sections, guardrailText(), additions()].join('\n\n')}\n`;
}

function sectionText(name: string, schema: AnySchema): string {
  const rows = rowsBelow(name, schema);
  const head = `## \`${name}\`\n\n${described(name, schema)} ${presence(schema)}`;
  if (rows.length > 0) return `${head}\n\n${table(rows)}`;
  return name === 'guardrails'
    ? `${head} The kinds stand [below](#kinds-of-guardrails).`
    : `${head}\n\nAllowed: ${allowedFor(schema)}.`;
}

type Row = readonly [key: string, presence: string, allowed: string, meaning: string];

/** The keys inside a schema, each with everything below it. */
function rowsBelow(path: string, schema: AnySchema): Row[] {
  const def = bare(schema)._zod.def as Definition;
  switch (def.type) {
    case 'object':
      return Object.entries(def.shape).flatMap(([key, inner]) => rowsOf(`${path}.${key}`, inner));
    case 'array':
      return rowsBelow(`${path}[]`, def.element);
    case 'record':
      return rowsBelow(`${path}.NAME`, def.valueType);
    case 'union':
      return 'discriminator' in def ? [] : def.options.flatMap((option) => rowsBelow(path, option));
    default:
      return [];
  }
}

function rowsOf(path: string, schema: AnySchema): Row[] {
  const isMap = shapeOf(schema) !== undefined;
  return [
    [path, presence(schema), isMap ? 'a map' : allowedFor(schema), described(path, schema)],
    ...rowsBelow(path, schema),
  ];
}

function described(path: string, schema: AnySchema): string {
  const text = note(schema, 'description');
  if (text === undefined) throw new Error(`the schema says nothing about ${path}; every key has a description`);
  return text;
}

function presence(schema: AnySchema): string {
  const def = schema._zod.def as Definition;
  switch (def.type) {
    case 'default':
      return `Default: \`${JSON.stringify(def.defaultValue)}\`.`;
    case 'optional':
    case 'prefault':
      return 'Optional.';
    case 'nullable':
      return presence(def.innerType);
    default:
      return 'Required.';
  }
}

function table(rows: readonly Row[]): string {
  const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
  const lines = rows.map(
    ([key, need, allowed, meaning]) =>
      `| \`${key}\` | ${cell(meaning)} | ${cell(allowed)} | ${cell(need.replace(/\.$/, ''))} |`,
  );
  return ['| key | meaning | allowed | |', '|---|---|---|---|', ...lines].join('\n');
}

function guardrailText(): string {
  const [first] = guardrailKinds;
  const common = Object.keys(first.shape).filter(
    (key) => key !== 'check' && guardrailKinds.every((kind) => key in kind.shape),
  );
  const rows = common.flatMap((key) =>
    rowsOf(`guardrails[].${key}`, (first.shape as Record<string, AnySchema>)[key] as AnySchema),
  );
  const kinds = guardrailKinds.map((kind) => {
    const [check] = [...kind.shape.check.values];
    const own = Object.entries(kind.shape).filter(([key]) => key !== 'check' && !common.includes(key));
    return `### \`${check}\`\n\n${described(String(check), kind)}\n\n${table(own.flatMap(([key, inner]) => rowsOf(key, inner)))}`;
  });
  return [
    `## Kinds of guardrails\n\nEvery guardrail has \`check\`, which is one of the kinds below, and these keys:\n\n${table(rows)}`,
    ...kinds,
  ].join('\n\n');
}

/** A true answer of the reader, so that the example in the document cannot grow old. */
function exampleOfMistakes(): string {
  const result = parseConfiguration(EXAMPLE_WITH_MISTAKES, { fileName: 'herbitrage.yaml' });
  return result.ok ? '' : explainMistakes(result.mistakes, result.fileName, result.omitted);
}

const EXAMPLE_WITH_MISTAKES = `schema_version: "1"
deployment: {project_id: example-shop, region: us-central1, environment: production, compliance_level: "21+", store_timezone: America/Chicago}
repositories:
  - {name: shop, url: "https://git.example/shop", max_age: 72}
memory:
  - {collection: ops, schema: ops.v1, cadence_h: 6, freshness_h: {warn: 3, max: 4, critical: 12}, retain_days: 30}
`;

function introduction(): string {
  return `# Configuration

This document is written from the schema (\`npm test\` fails when it is out of date); how to write it anew stands at its end.

One YAML file holds everything that is particular to one user. \`npm run -s highnoon -- config check FILE\` reads it and lists
every mistake at once, at most ${MOST_MISTAKES}, each with its place, its value (secrets struck out) and what is allowed:

\`\`\`text
${exampleOfMistakes()}
\`\`\`

- The file is UTF-8, at most 1 MiB, one document of plain YAML 1.2: no anchors, aliases, tags, directives or merge keys,
  no key twice, at most 32 levels. Text that looks like a number or a truth value needs quotes: \`"21+"\`, \`"1"\`, \`"false"\`.
- Unknown keys are mistakes.
- Secrets are references: \`secret://NAME\` (the newest version of that secret in the project of \`deployment\`),
  \`projects/P/secrets/S/versions/V\`, or, in the local runtime, \`env:NAME\`. Anything that looks like a secret is refused wherever
  it stands, comments included.
- Addresses are \`https://\`. The local runtime may also ask loopback over \`http://\`; \`sample://NAME\` names a server of the sample world.
- Times and budgets of phases stand in \`shared/catalog/phases.json\`, not here. Waivers and overrides are acts of people, not lines here.
- The data bucket is \`<project_id>-highnoon-data\`, reports and snapshots lie in \`...-reports\` and \`...-snapshots\`; an environment
  other than \`production\` puts its name between: \`<project_id>-highnoon-<environment>-data\`.
- The SHA-256 of the exact bytes is the configuration's digest: \`HIGHNOON_CONFIG_SHA256\` pins it, the go ticket carries it.`;
}

function additions(): string {
  return `## Adding a key, a section or a kind

- A key: one line in the file of its section in \`shared/domain/configuration/\`, with a description.
- A section: its file, and one line in \`schema.ts\`.
- A kind of guardrail: one entry in \`guardrail-kinds.ts\`, and its evaluator.
- Then \`node test/domain/configuration/write-reference.ts\` writes this document anew.`;
}
