import { LockfileSyntaxError } from './types.ts';
import { isListItem, type Line, Lines } from './yaml-lines.ts';

/**
 * The YAML that pnpm and Yarn write, and no more: block maps and lists, quoted and plain scalars on one line, flow
 * collections on one line, literal and folded blocks. Every scalar is text. It exists because a general YAML parser takes
 * some thirty times longer on a lockfile; what it does not know it refuses as `UnknownYaml`, never guesses.
 */
export type YamlNode = string | readonly YamlNode[] | YamlMap;
export type YamlMap = ReadonlyMap<string, YamlNode>;

/** Valid YAML perhaps, but not of this subset. */
export class UnknownYaml extends LockfileSyntaxError {}

const MAX_DEPTH = 64;

/** One node for each `---` document. */
export function readYamlSubset(text: string): YamlNode[] {
  const lines = new Lines(text);
  const documents: YamlNode[] = [];
  do {
    const first = lines.peek();
    if (first !== undefined || documents.length === 0) documents.push(new Reader(lines).document());
  } while (lines.skipSeparator());
  return documents;
}

class Reader {
  readonly #lines: Lines;

  constructor(lines: Lines) {
    this.#lines = lines;
  }

  document(): YamlNode {
    const first = this.#lines.peek();
    if (first === undefined) return new Map();
    const node = this.#block(first.indent, 0);
    const rest = this.#lines.peek();
    if (rest !== undefined) throw new UnknownYaml(`line ${rest.number}`, 'indented less than what it follows');
    return node;
  }

  #block(indent: number, depth: number): YamlNode {
    const first = this.#lines.peek() as Line;
    if (depth > MAX_DEPTH) throw new LockfileSyntaxError(`line ${first.number}`, `nested deeper than ${MAX_DEPTH}`);
    return isListItem(first) ? this.#list(indent, depth) : this.#map(indent, depth);
  }

  #map(indent: number, depth: number): YamlMap {
    const map = new Map<string, YamlNode>();
    for (let line = this.#lines.peek(); line !== undefined && line.indent === indent; line = this.#lines.peek()) {
      const { key, rest } = splitKey(line);
      if (map.has(key)) throw new LockfileSyntaxError(`line ${line.number}`, 'a key stands twice in one map');
      this.#lines.take();
      map.set(key, this.#value(rest, line, depth));
    }
    const after = this.#lines.peek();
    if (after !== undefined && after.indent > indent)
      throw new UnknownYaml(`line ${after.number}`, 'unexpected indent');
    return map;
  }

  #list(indent: number, depth: number): YamlNode[] {
    const list: YamlNode[] = [];
    for (let line = this.#lines.peek(); line?.indent === indent && isListItem(line); line = this.#lines.peek()) {
      this.#lines.take();
      const rest = line.text.slice(1).trim();
      if (rest !== '' && !/^["'{[]/.test(rest) && /:(?: |$)/.test(rest)) {
        throw new UnknownYaml(`line ${line.number}`, 'a map inside a list item');
      }
      list.push(this.#value(rest, line, depth));
    }
    return list;
  }

  #value(rest: string, line: Line, depth: number): YamlNode {
    if (rest === '') {
      const next = this.#lines.peek();
      if (next === undefined) return '';
      if (next.indent > line.indent) return this.#block(next.indent, depth + 1);
      // A list may stand at the indent of the key that owns it.
      return next.indent === line.indent && isListItem(next) && !isListItem(line)
        ? this.#list(next.indent, depth + 1)
        : '';
    }
    if (/^[|>][+-]?$/.test(rest)) return this.#lines.takeBlockScalar(line.indent);
    const next = this.#lines.peek();
    if (next !== undefined && next.indent > line.indent) {
      throw new UnknownYaml(`line ${next.number}`, 'a scalar over several lines');
    }
    return readFlow(rest, line.number);
  }
}

function splitKey(line: Line): { key: string; rest: string } {
  const { text, number } = line;
  const first = text[0];
  if (first === '"' || first === "'") {
    const end = endOfQuoted(text, 0, number);
    if (text[end] !== ':') throw new UnknownYaml(`line ${number}`, 'a quoted key is not followed by a colon');
    return { key: unquote(text.slice(0, end), number), rest: text.slice(end + 1).trim() };
  }
  if (first !== undefined && '?&*!|>{[%@`'.includes(first)) throw new UnknownYaml(`line ${number}`, 'not a plain key');
  const colon = text.endsWith(':') && !text.includes(': ') ? text.length - 1 : text.indexOf(': ');
  if (colon <= 0) throw new UnknownYaml(`line ${number}`, 'a key and a colon are expected');
  return { key: text.slice(0, colon), rest: text.slice(colon + 1).trim() };
}

/** A scalar or a flow collection that ends on its line. */
function readFlow(text: string, number: number): YamlNode {
  const place = `line ${number}`;
  let at = 0;
  const skipSpace = () => {
    while (text[at] === ' ') at += 1;
  };
  const scalar = (): string => {
    const start = at;
    if (text[at] === '"' || text[at] === "'") {
      at = endOfQuoted(text, at, number);
      return unquote(text.slice(start, at), number);
    }
    while (at < text.length && !',}]{['.includes(text[at] as string) && !(text[at] === ':' && text[at + 1] === ' '))
      at += 1;
    return text.slice(start, at).trim();
  };
  const node = (depth: number): YamlNode => {
    if (depth > MAX_DEPTH) throw new LockfileSyntaxError(place, `nested deeper than ${MAX_DEPTH}`);
    skipSpace();
    if (text[at] === '{') return flowMap(depth);
    if (text[at] === '[') return flowList(depth);
    return scalar();
  };
  const flowMap = (depth: number): YamlMap => {
    const map = new Map<string, YamlNode>();
    at += 1;
    for (skipSpace(); text[at] !== '}'; skipSpace()) {
      const key = scalar();
      skipSpace();
      if (text[at] !== ':' || map.has(key)) throw new UnknownYaml(place, 'a flow map is not understood');
      at += 1;
      map.set(key, node(depth + 1));
      skipSpace();
      if (text[at] === ',') at += 1;
      else if (text[at] !== '}') throw new UnknownYaml(place, 'a flow map does not end on its line');
    }
    at += 1;
    return map;
  };
  const flowList = (depth: number): YamlNode[] => {
    const list: YamlNode[] = [];
    at += 1;
    for (skipSpace(); text[at] !== ']'; skipSpace()) {
      list.push(node(depth + 1));
      skipSpace();
      if (text[at] === ',') at += 1;
      else if (text[at] !== ']') throw new UnknownYaml(place, 'a flow list does not end on its line');
    }
    at += 1;
    return list;
  };
  if ('&*!|>%@`'.includes(text[0] as string)) throw new UnknownYaml(place, 'not a plain value');
  if (!'{["\''.includes(text[0] as string)) return text.replace(/\s#.*$/, '');
  const value = node(0);
  if (!/^\s*(?:#.*)?$/.test(text.slice(at))) throw new UnknownYaml(place, 'text after a value');
  return value;
}

function endOfQuoted(text: string, start: number, number: number): number {
  const quote = text[start] as string;
  for (let at = start + 1; at < text.length; at += 1) {
    if (quote === '"' && text[at] === '\\') at += 1;
    else if (text[at] === quote) {
      if (quote === "'" && text[at + 1] === "'") at += 1;
      else return at + 1;
    }
  }
  throw new UnknownYaml(`line ${number}`, 'a quoted text does not end on its line');
}

function unquote(quoted: string, number: number): string {
  const inner = quoted.slice(1, -1);
  if (quoted.startsWith("'")) return inner.replaceAll("''", "'");
  if (!inner.includes('\\')) return inner;
  try {
    return JSON.parse(quoted) as string;
  } catch {
    throw new UnknownYaml(`line ${number}`, 'an escape that is not understood');
  }
}
