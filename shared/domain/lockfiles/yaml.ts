import { isAlias, isMap, isScalar, isSeq, type Node, parseAllDocuments } from 'yaml';
import { LockfileSyntaxError } from './types.ts';
import { readYamlSubset, UnknownYaml, type YamlMap, type YamlNode } from './yaml-subset.ts';

/** The general parser is slow and compares keys pairwise, so a file that only it understands has to be of a sane size. */
const MAX_GENERAL_CHARACTERS = 4 * 1024 * 1024;
const MAX_DEPTH = 64;

/** The documents of a YAML lockfile, every scalar as text. Anchors, aliases and repeated keys are refused. */
export function readYaml(text: string): YamlNode[] {
  try {
    return readYamlSubset(text);
  } catch (error) {
    if (!(error instanceof UnknownYaml) || text.length > MAX_GENERAL_CHARACTERS) throw error;
    return readGeneral(text);
  }
}

function readGeneral(text: string): YamlNode[] {
  const documents = parseAllDocuments(text, {
    uniqueKeys: false,
    schema: 'failsafe',
    logLevel: 'silent',
    merge: false,
  });
  return (Array.isArray(documents) ? documents : []).map((document) => {
    const [error] = document.errors;
    if (error !== undefined)
      throw new LockfileSyntaxError(`line ${error.linePos?.[0].line ?? 1}`, `not valid YAML (${error.code})`);
    return toNode(document.contents, 0);
  });
}

function toNode(node: Node | null | undefined, depth: number): YamlNode {
  if (depth > MAX_DEPTH) throw new LockfileSyntaxError('the whole file', `nested deeper than ${MAX_DEPTH}`);
  if (node === null || node === undefined) return '';
  if (isAlias(node)) throw new LockfileSyntaxError('the whole file', 'an alias, which no lockfile uses');
  if (isScalar(node)) return node.value === null || node.value === undefined ? '' : String(node.value);
  if (isSeq(node)) return node.items.map((item) => toNode(item as Node, depth + 1));
  if (!isMap(node)) throw new LockfileSyntaxError('the whole file', 'a YAML node of an unknown kind');
  const map = new Map<string, YamlNode>();
  for (const pair of node.items) {
    const key = isScalar(pair.key) ? String(pair.key.value) : undefined;
    if (key === undefined || map.has(key))
      throw new LockfileSyntaxError('the whole file', 'a key is no text or stands twice in one map');
    map.set(key, toNode(pair.value as Node | null, depth + 1));
  }
  return map;
}

export function isYamlMap(node: YamlNode | undefined): node is YamlMap {
  return node instanceof Map;
}

export function mapIn(map: YamlMap, key: string): YamlMap | undefined {
  const value = map.get(key);
  return isYamlMap(value) ? value : undefined;
}

export function textIn(map: YamlMap, key: string): string | undefined {
  const value = map.get(key);
  return typeof value === 'string' && value !== '' ? value : undefined;
}
