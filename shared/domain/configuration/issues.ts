/** From what zod says to mistakes: in our words, with what is allowed read from the schema. */
import type { z } from 'zod';
import type { Path, PathPart, RawMistake } from './mistake.ts';
import { orList } from './primitives.ts';
import { allowedFor, bare, discriminatorWords, knownKeys, literalsOf, schemaAt, shortList } from './schema-walk.ts';
import { isSecretKey } from './secrets.ts';
import { nearest } from './suggest.ts';

type Issue = z.core.$ZodIssue;
type AnySchema = z.core.$ZodType;

/** For more keys than this nothing similar is looked for: the list of mistakes is cut anyway. */
const MOST_HINTS = 200;

/** Why a key that people try may not stand there; undefined for a key that is merely unknown. */
export type ExplainKey = (parent: Path, key: string) => { message: string; allowed: string } | undefined;

interface ToldIn {
  readonly tree: unknown;
  readonly root: AnySchema;
  readonly explainKey?: ExplainKey;
}

export function issueMistakes(issues: readonly Issue[], told: ToldIn): RawMistake[] {
  return issues.flatMap((issue) => oneIssue(issue, [], told));
}

function oneIssue(issue: Issue, parent: Path, told: ToldIn): RawMistake[] {
  const { tree, root } = told;
  const at = [...parent, ...(issue.path as PathPart[])];
  const value = valueAt(tree, at);
  const schema = schemaAt(root, at, tree);
  const allowed = schema === undefined ? 'nothing' : allowedFor(schema);
  const here = (message: string, instead = allowed): RawMistake[] => [
    { at, value, message, allowed: instead, secret: underSecretKey(at) },
  ];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key, index) => unknownKey(at, key, tree, index < MOST_HINTS ? schema : undefined, told));
    case 'invalid_type':
      return value === undefined ? here('is missing') : here(`is ${kindOf(value)}`);
    case 'invalid_union':
      if (issue.discriminator !== undefined) return wrongKind(at, value, told);
      return (
        unionMistakes(issue, at, told) ??
        here(wrongWord(value, schema === undefined ? [] : literalsOf(schema).map(String)))
      );
    case 'invalid_value':
      return here(wrongWord(value, schema === undefined ? [] : literalsOf(schema).map(String)));
    case 'too_big':
      return here(issue.origin === 'array' ? `has more than ${issue.maximum} entries` : `is above ${issue.maximum}`);
    case 'too_small':
      if (issue.origin === 'array') return here(`has fewer than ${issue.minimum} entries`);
      return here(`is below ${issue.minimum}`);
    case 'invalid_key':
      return [{ at, value: at.at(-1), message: 'is a key that may not stand here', allowed: keyRule(root, at, tree) }];
    case 'custom': {
      const instead = (issue.params as { allowed?: string } | undefined)?.allowed;
      return here(issue.message, instead ?? allowed);
    }
    default:
      return here('is not written as it must be');
  }
}

/** The keys of a closed record come as wrong words of the key's own schema. */
function keyRule(root: AnySchema, at: Path, tree: unknown): string {
  const record = schemaAt(root, at.slice(0, -1), tree);
  const def = record === undefined ? undefined : (bare(record)._zod.def as z.core.$ZodTypes['_zod']['def']);
  return def?.type === 'record' ? allowedFor(def.keyType) : 'a plain key';
}

/** The word that chooses the shape of a map is itself wrong, so the map has no shape to be judged by. */
function wrongKind(at: Path, value: unknown, { tree, root }: ToldIn): RawMistake[] {
  const union = schemaAt(root, at.slice(0, -1), tree);
  const words = union === undefined ? [] : discriminatorWords(bare(union));
  return [{ at, value, message: wrongWord(value, words), allowed: orList(words) }];
}

/** The member whose shape the value has tells what is wrong inside it; if none has, the union speaks as one. */
function unionMistakes(issue: z.core.$ZodIssueInvalidUnion, at: Path, told: ToldIn): RawMistake[] | undefined {
  const inside = issue.errors.filter((errors) =>
    errors.some((error) => error.path.length > 0 || error.code === 'unrecognized_keys'),
  );
  const [only] = inside;
  if (only === undefined || inside.length > 1) return undefined;
  return only.flatMap((error) => oneIssue(error, at, told));
}

function unknownKey(at: Path, key: string, tree: unknown, schema: AnySchema | undefined, told: ToldIn): RawMistake {
  const place = { at: [...at, key], value: valueAt(tree, [...at, key]), secret: isSecretKey(key), isAboutKey: true };
  const explained = told.explainKey?.(at, key);
  if (explained !== undefined) return { ...place, ...explained };
  const known = schema === undefined ? [] : knownKeys(schema, valueAt(tree, at));
  const meant = nearest(key, known);
  const hint = meant === undefined ? '' : `; did you mean \`${meant}\`?`;
  return { ...place, message: `is an unknown key${hint}`, allowed: known.length === 0 ? 'no keys' : shortList(known) };
}

function wrongWord(value: unknown, words: readonly string[]): string {
  if (value === undefined) return 'is missing';
  if (typeof value === 'object' && value !== null) return `is ${kindOf(value)}`;
  const meant = typeof value === 'string' ? nearest(value, words) : undefined;
  return `is not one of the allowed values${meant === undefined ? '' : `; did you mean \`${meant}\`?`}`;
}

function kindOf(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  switch (typeof value) {
    case 'string':
      return 'text';
    case 'number':
      return 'a number';
    case 'boolean':
      return 'a truth value';
    default:
      return 'a map';
  }
}

function underSecretKey(at: Path): boolean {
  return at.some((part) => typeof part === 'string' && isSecretKey(part));
}

export function valueAt(tree: unknown, path: Path): unknown {
  let at = tree;
  for (const part of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, part)) return undefined;
    at = (at as Record<string | number, unknown>)[part];
  }
  return at;
}
