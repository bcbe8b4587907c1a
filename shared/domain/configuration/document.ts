/** From bytes to a plain tree with a place for each path. Nothing here knows what a configuration is. */
import { Composer, type Document, isMap, isScalar, isSeq, type Node, type Scalar } from 'yaml';
import type { Path, PathPart, RawMistake } from './mistake.ts';
import { PROTOTYPE_NAMES } from './reserved-names.ts';
import { readTokens } from './yaml-tokens.ts';

/** 100 times the size of the worked example; a larger file is not a configuration. */
export const MOST_BYTES = 1_048_576;

export interface SourceDocument {
  /** Plain maps, lists and scalars; undefined where the text could not be read at all. */
  readonly tree: unknown;
  readonly text: string;
  readonly mistakes: readonly RawMistake[];
  /** The offset of the value at the path (`key`: of its key), or of the nearest parent that is in the text. */
  offsetOf(path: Path, part: 'key' | 'value'): number | undefined;
}

const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/;
/** Direction overrides make a line read differently from what it says. */
const INVISIBLE = /[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069]/;

/** Reads UTF-8 YAML. Never throws. */
export function readDocument(source: string | Uint8Array): SourceDocument {
  const bytes = typeof source === 'string' ? Buffer.byteLength(source) : source.byteLength;
  if (bytes > MOST_BYTES) {
    return unreadable('', { at: [], message: `the file has ${bytes} bytes`, allowed: `at most ${MOST_BYTES} bytes` });
  }
  const text = decode(source);
  if (text === undefined) return unreadable('', { at: [], message: 'the file is not UTF-8', allowed: 'UTF-8 text' });
  const control = text.search(CONTROL);
  if (control >= 0) {
    const code = text.charCodeAt(control).toString(16).padStart(4, '0').toUpperCase();
    return unreadable(text, {
      at: [],
      offset: control,
      message: `the control character U+${code} stands in the file`,
      allowed: 'text without control characters',
    });
  }
  const { tokens, mistakes } = readTokens(text);
  if (mistakes.length > 0)
    return { ...unreadable(text), mistakes: mistakes.map((mistake) => ({ at: [], ...mistake })) };
  return compose(text, tokens);
}

function decode(source: string | Uint8Array): string | undefined {
  if (typeof source === 'string') return source.isWellFormed() ? source : undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(source);
  } catch {
    return undefined;
  }
}

function unreadable(text: string, ...mistakes: RawMistake[]): SourceDocument {
  return { tree: undefined, text, mistakes, offsetOf: () => undefined };
}

function compose(text: string, tokens: ReturnType<typeof readTokens>['tokens']): SourceDocument {
  // uniqueKeys compares every pair of keys of a map; duplicates are found below in one pass.
  const composer = new Composer({
    version: '1.2',
    schema: 'core',
    merge: false,
    uniqueKeys: false,
    prettyErrors: false,
    strict: true,
  });
  const [document] = [...composer.compose(tokens, true, text.length)];
  if (document === undefined)
    return unreadable(text, { at: [], message: 'the file is empty', allowed: 'one YAML document' });
  const broken = document.errors.map((error): RawMistake => {
    const offset = error.pos[0];
    return {
      at: [],
      offset,
      value: lineAt(text, offset),
      message: `is not YAML: ${SYNTAX[error.code] ?? 'syntax error'}`,
      allowed: 'YAML 1.2',
    };
  });
  if (broken.length > 0) return { ...unreadable(text), mistakes: broken };
  const mistakes: RawMistake[] = [];
  const tree = toTree(document.contents, [], mistakes);
  return { tree, text, mistakes, offsetOf: (path, part) => offsetOf(document, path, part) };
}

/** The library's own sentences quote the text; these do not. */
const SYNTAX: Readonly<Record<string, string>> = {
  BAD_INDENT: 'the indentation does not fit, or a bracket before it is not closed',
  MISSING_CHAR: 'a closing quote, bracket, colon or comma is missing',
  TAB_AS_INDENT: 'tabs cannot indent',
  UNEXPECTED_TOKEN: 'something stands here that does not fit',
  BLOCK_AS_IMPLICIT_KEY: 'a nested block cannot be a key',
  BLOCK_IN_FLOW: 'an indented block cannot stand inside brackets',
  BAD_DQ_ESCAPE: 'an unknown escape in double quotes',
  BAD_SCALAR_START: 'text cannot begin with this character without quotes',
  MULTILINE_IMPLICIT_KEY: 'a key must stand on one line',
  IMPOSSIBLE: 'it cannot be understood',
  KEY_OVER_1024_CHARS: 'a key is too long',
  MULTIPLE_DOCS: 'a second document',
};

function lineAt(text: string, offset: number): string {
  // Cut first: looking for the end of a line of a mebibyte, once for each of its errors, would take minutes.
  return text.slice(offset, offset + 200).split('\n', 1)[0] ?? '';
}

/** Recursion is bounded: deeper trees were refused as tokens. */
function toTree(node: unknown, at: PathPart[], mistakes: RawMistake[]): unknown {
  if (isScalar(node)) return scalarValue(node, at, mistakes);
  if (isSeq(node)) return node.items.map((item, index) => toTree(item, [...at, index], mistakes));
  if (!isMap(node)) return null;
  const map: Record<string, unknown> = {};
  const seen = new Set<string>();
  for (const pair of node.items) {
    const key = keyOf(pair.key, at, mistakes);
    if (key === undefined) continue;
    const path = [...at, key];
    if (seen.has(key)) {
      const offset = (pair.key as Node).range?.[0];
      mistakes.push({
        at: path,
        message: 'stands here a second time',
        allowed: 'each key once',
        ...(offset === undefined ? {} : { offset }),
      });
      continue;
    }
    seen.add(key);
    if (PROTOTYPE_NAMES.has(key)) {
      mistakes.push({ at: path, message: 'is a name that every object has', allowed: 'any other key' });
    } else if (key === '<<') {
      mistakes.push({
        at: path,
        message: 'merge keys are refused: what is meant must stand where it is meant',
        allowed: 'plain keys',
      });
    } else {
      map[key] = toTree(pair.value, path, mistakes);
    }
  }
  return map;
}

function keyOf(key: unknown, at: PathPart[], mistakes: RawMistake[]): string | undefined {
  const value = isScalar(key) ? key.value : undefined;
  if (
    typeof value === 'string' &&
    value !== '' &&
    value.length <= 512 &&
    !CONTROL.test(value) &&
    !INVISIBLE.test(value) &&
    value.isWellFormed()
  )
    return value;
  const offset = (key as Node | null)?.range?.[0];
  mistakes.push({
    at,
    value,
    message: 'has a key that is not a word',
    allowed: 'keys of text (in quotes where they look like numbers)',
    ...(offset === undefined ? {} : { offset }),
  });
  return undefined;
}

function scalarValue(scalar: Scalar, at: PathPart[], mistakes: RawMistake[]): unknown {
  const value = scalar.value;
  if (typeof value === 'number' && (!Number.isFinite(value) || Math.abs(value) > Number.MAX_SAFE_INTEGER)) {
    mistakes.push({
      at: [...at],
      value,
      message: 'is not a number that can be held exactly',
      allowed: `a finite number, at most ${Number.MAX_SAFE_INTEGER}`,
    });
    return undefined;
  }
  if (typeof value === 'string' && (CONTROL.test(value) || INVISIBLE.test(value) || !value.isWellFormed())) {
    mistakes.push({ at: [...at], value, message: 'contains control or invisible characters', allowed: 'visible text' });
    return undefined;
  }
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}

function offsetOf(document: Document.Parsed, path: Path, part: 'key' | 'value'): number | undefined {
  let node: unknown = document.contents;
  let offset = (node as Node | null)?.range?.[0];
  for (const [index, step] of path.entries()) {
    const last = index === path.length - 1;
    if (isSeq(node) && typeof step === 'number') node = node.items[step];
    else if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === step);
      if (pair === undefined) break;
      const key = pair.key as Node;
      node = pair.value;
      if (last && part === 'key') return key.range?.[0];
      // An empty value has no place of its own that a person could see.
      if (!isScalar(node) || node.value !== null)
        offset = (node as Node | null)?.range?.[0] ?? key.range?.[0] ?? offset;
      else offset = key.range?.[0] ?? offset;
      continue;
    } else break;
    offset = (node as Node | undefined)?.range?.[0] ?? offset;
  }
  return offset;
}
