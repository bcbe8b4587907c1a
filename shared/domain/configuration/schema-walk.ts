/** Reading the schema itself: which part of it stands at a path, and what that part allows, in words. */
import { z } from 'zod';
import type { Path } from './mistake.ts';
import { orList } from './primitives.ts';

type AnySchema = z.core.$ZodType;
type Definition = z.core.$ZodTypes['_zod']['def'];

function definition(schema: AnySchema): Definition {
  return schema._zod.def as Definition;
}

/** What stands in docs and mistakes for a schema; the outermost wrapper that says something wins. */
export function note(schema: AnySchema, key: 'allowed' | 'description'): string | undefined {
  for (let at: AnySchema | undefined = schema; at !== undefined; at = innerOf(at)) {
    const said = z.globalRegistry.get(at)?.[key];
    if (typeof said === 'string') return said;
  }
  return undefined;
}

function innerOf(schema: AnySchema): AnySchema | undefined {
  const def = definition(schema);
  switch (def.type) {
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
      return def.innerType;
    default:
      return undefined;
  }
}

/** Without optional, nullable and defaults. */
export function bare(schema: AnySchema): AnySchema {
  let at = schema;
  for (let inner = innerOf(at); inner !== undefined; inner = innerOf(at)) at = inner;
  return at;
}

export function isNullable(schema: AnySchema): boolean {
  for (let at: AnySchema | undefined = schema; at !== undefined; at = innerOf(at))
    if (definition(at).type === 'nullable') return true;
  return false;
}

export function shapeOf(schema: AnySchema): Readonly<Record<string, AnySchema>> | undefined {
  const def = definition(bare(schema));
  return def.type === 'object' ? def.shape : undefined;
}

/** The part of the schema that judges the value at the path; undefined where the schema knows nothing of it. */
export function schemaAt(root: AnySchema, path: Path, tree: unknown): AnySchema | undefined {
  let at: AnySchema | undefined = root;
  let value = tree;
  for (const part of path) {
    const next: AnySchema | undefined = at === undefined ? undefined : step(at, part, value);
    value = typeof value === 'object' && value !== null ? (value as Record<string | number, unknown>)[part] : undefined;
    at = next;
  }
  return at;
}

function step(schema: AnySchema, part: string | number, value: unknown): AnySchema | undefined {
  const def = definition(bare(schema));
  switch (def.type) {
    case 'object':
      return Object.hasOwn(def.shape, part) ? def.shape[part] : undefined;
    case 'array':
      return def.element;
    case 'record':
      return def.valueType;
    case 'union': {
      const chosen = optionFor(bare(schema), value);
      if (chosen !== undefined) return step(chosen, part, value);
      return def.options.map((option) => step(option, part, value)).find((found) => found !== undefined);
    }
    default:
      return undefined;
  }
}

/** The member of a discriminated union that the value claims to be. */
export function optionFor(union: AnySchema, value: unknown): AnySchema | undefined {
  const def = definition(union);
  if (def.type !== 'union' || !('discriminator' in def) || typeof value !== 'object' || value === null)
    return undefined;
  const key = String(def.discriminator);
  const claimed = (value as Record<string, unknown>)[key];
  return def.options.find((option) => literalsOf(shapeOf(option)?.[key]).includes(claimed));
}

/** The keys that a map may have here: those of its shape, or of the one shape that the value can mean. */
export function knownKeys(schema: AnySchema, value: unknown): readonly string[] {
  const def = definition(bare(schema));
  switch (def.type) {
    case 'object':
      return Object.keys(def.shape);
    case 'record':
      return literalsOf(def.keyType).map(String);
    case 'union': {
      const chosen = optionFor(bare(schema), value);
      if (chosen !== undefined) return knownKeys(chosen, value);
      return 'discriminator' in def ? [] : def.options.flatMap((option) => knownKeys(option, value));
    }
    default:
      return [];
  }
}

export function literalsOf(schema: AnySchema | undefined): readonly unknown[] {
  if (schema === undefined) return [];
  const def = definition(bare(schema));
  if (def.type === 'literal') return def.values;
  return def.type === 'enum' ? Object.values(def.entries) : [];
}

/** What may stand here, as the end of the sentence "allowed: ...". */
export function allowedFor(schema: AnySchema): string {
  const text = note(schema, 'allowed') ?? described(bare(schema));
  return isNullable(schema) && !text.includes('`null`') ? `${text}, or \`null\`` : text;
}

function described(schema: AnySchema): string {
  const def = definition(schema);
  switch (def.type) {
    case 'object':
      return `a map with the keys ${shortList(Object.keys(def.shape))}`;
    case 'array':
      return listed(def.element);
    case 'record':
      return `a map from ${allowedFor(def.keyType)} to ${allowedFor(def.valueType)}`;
    case 'union':
      if ('discriminator' in def)
        return `a map whose \`${def.discriminator}\` is ${orList(discriminatorWords(schema))}`;
      return def.options.map(allowedFor).join('; or ');
    case 'boolean':
      return '`true` or `false`';
    case 'number':
      return 'a number';
    default:
      return 'text';
  }
}

/** Inside a list the whole shape of a map would be read as a list of keys. */
function listed(element: AnySchema): string {
  const def = definition(bare(element));
  const ofMaps = def.type === 'object' || (def.type === 'union' && 'discriminator' in def);
  return ofMaps ? 'a list of maps' : `a list; each entry: ${allowedFor(element)}`;
}

export function discriminatorWords(union: AnySchema): string[] {
  const def = definition(union);
  if (def.type !== 'union' || !('discriminator' in def)) return [];
  const key = String(def.discriminator);
  return def.options.flatMap((option) => literalsOf(shapeOf(option)?.[key]).map(String));
}

export function shortList(keys: readonly string[]): string {
  return keys.map((key) => `\`${key}\``).join(', ');
}
