import { LockfileSyntaxError } from './types.ts';

/**
 * The TOML that lockfiles use (https://toml.io/en/v1.0.0), strictly: tables, arrays of tables, strings, arrays, inline
 * tables. Numbers, dates and booleans stay as their text, because no reader here needs more.
 */
export type TomlValue = string | readonly TomlValue[] | TomlTable;
export interface TomlTable {
  readonly entries: Map<string, TomlValue>;
}

const MAX_DEPTH = 64;

export function readToml(text: string): TomlTable {
  return new Scanner(text).document();
}

export function tomlText(table: TomlTable | undefined, key: string): string | undefined {
  const value = table?.entries.get(key);
  return typeof value === 'string' ? value : undefined;
}

export function tomlTable(table: TomlTable | undefined, key: string): TomlTable | undefined {
  const value = table?.entries.get(key);
  return isTable(value) ? value : undefined;
}

export function tomlList(table: TomlTable | undefined, key: string): readonly TomlValue[] {
  const value = table?.entries.get(key);
  return Array.isArray(value) ? value : [];
}

export function isTable(value: TomlValue | undefined): value is TomlTable {
  return typeof value === 'object' && !Array.isArray(value);
}

class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): TomlTable {
    const root: TomlTable = { entries: new Map() };
    let current = root;
    for (this.#skipBlank(); this.#at < this.#text.length; this.#skipBlank()) {
      if (this.#text[this.#at] === '[') current = this.#header(root);
      else this.#pair(current, 0);
      this.#endOfLine();
    }
    return root;
  }

  #header(root: TomlTable): TomlTable {
    const isArray = this.#text.startsWith('[[', this.#at);
    this.#at += isArray ? 2 : 1;
    const path = this.#keyPath();
    if (!this.#text.startsWith(isArray ? ']]' : ']', this.#at)) this.#fail('a table header is not closed');
    this.#at += isArray ? 2 : 1;
    const last = path[path.length - 1] as string;
    const owner = this.#descend(root, path.slice(0, -1));
    if (!isArray) return this.#descend(owner, [last]);
    const list = owner.entries.get(last) ?? [];
    if (!Array.isArray(list)) this.#fail('a table is opened as a list of tables');
    const table: TomlTable = { entries: new Map() };
    (list as TomlValue[]).push(table);
    owner.entries.set(last, list);
    return table;
  }

  /** Into tables by name, making those that are missing; of a list of tables the newest is meant. */
  #descend(from: TomlTable, path: readonly string[]): TomlTable {
    let table = from;
    for (const key of path) {
      const value = table.entries.get(key);
      if (value === undefined) {
        const made: TomlTable = { entries: new Map() };
        table.entries.set(key, made);
        table = made;
        continue;
      }
      const next: TomlValue | undefined = Array.isArray(value) ? value[value.length - 1] : (value as TomlValue);
      if (!isTable(next)) return this.#fail('a value is opened as a table');
      table = next;
    }
    return table;
  }

  #pair(owner: TomlTable, depth: number): void {
    const path = this.#keyPath();
    if (this.#text[this.#at] !== '=') this.#fail('a key and an equals sign are expected');
    this.#at += 1;
    this.#skipSpace();
    const table = this.#descend(owner, path.slice(0, -1));
    const key = path[path.length - 1] as string;
    if (table.entries.has(key)) this.#fail('a key stands twice in one table');
    table.entries.set(key, this.#value(depth));
    this.#skipSpace();
  }

  #keyPath(): string[] {
    const path: string[] = [];
    do {
      if (path.length > 0) this.#at += 1;
      this.#skipSpace();
      path.push(this.#key());
      this.#skipSpace();
    } while (this.#text[this.#at] === '.' && path.length < MAX_DEPTH);
    return path;
  }

  #key(): string {
    const quote = this.#text[this.#at];
    if (quote === '"' || quote === "'") return this.#quoted();
    return this.#run(/[A-Za-z0-9_-]+/y, 'a key is expected');
  }

  #value(depth: number): TomlValue {
    if (depth > MAX_DEPTH) this.#fail(`nested deeper than ${MAX_DEPTH}`);
    const first = this.#text[this.#at];
    if (first === '"' || first === "'") return this.#quoted();
    if (first === '[') return this.#array(depth);
    if (first === '{') return this.#inlineTable(depth);
    return this.#run(/[A-Za-z0-9_.:+-]+/y, 'a value is expected');
  }

  #array(depth: number): TomlValue[] {
    const list: TomlValue[] = [];
    this.#at += 1;
    for (this.#skipBlank(); this.#text[this.#at] !== ']'; this.#skipBlank()) {
      list.push(this.#value(depth + 1));
      this.#skipBlank();
      if (this.#text[this.#at] === ',') this.#at += 1;
      else if (this.#text[this.#at] !== ']') this.#fail('a list is not closed');
    }
    this.#at += 1;
    return list;
  }

  #inlineTable(depth: number): TomlTable {
    const table: TomlTable = { entries: new Map() };
    this.#at += 1;
    for (this.#skipBlank(); this.#text[this.#at] !== '}'; this.#skipBlank()) {
      this.#pair(table, depth + 1);
      this.#skipBlank();
      if (this.#text[this.#at] === ',') this.#at += 1;
      else if (this.#text[this.#at] !== '}') this.#fail('an inline table is not closed');
    }
    this.#at += 1;
    return table;
  }

  #quoted(): string {
    const text = this.#text;
    const quote = text[this.#at] as string;
    const isLong = text.startsWith(quote.repeat(3), this.#at);
    const closing = isLong ? quote.repeat(3) : quote;
    const start = this.#at + closing.length;
    if (!isLong) {
      // Nearly every text of a lockfile is plain and ends at the next quote.
      const end = text.indexOf(quote, start);
      const plain = end < 0 ? '' : text.slice(start, end);
      if (end >= 0 && !/[\\\n]/.test(plain)) {
        this.#at = end + 1;
        return plain;
      }
    }
    for (let at = start; at < text.length; at += 1) {
      if (quote === '"' && text[at] === '\\') at += 1;
      else if (!isLong && text[at] === '\n') break;
      else if (text.startsWith(closing, at)) {
        this.#at = at + closing.length;
        const inner = text.slice(start, at);
        return quote === '"' && inner.includes('\\') ? this.#unescape(inner) : inner;
      }
    }
    return this.#fail('a text is not closed');
  }

  #unescape(inner: string): string {
    try {
      return JSON.parse(
        `"${inner
          .replace(/(?<!\\)"/g, '\\"')
          .replace(/\r?\n/g, '\\n')
          .replaceAll('\t', '\\t')}"`,
      ) as string;
    } catch {
      return this.#fail('an escape that is not understood');
    }
  }

  #run(shape: RegExp, expected: string): string {
    shape.lastIndex = this.#at;
    const found = shape.exec(this.#text)?.[0];
    if (found === undefined) return this.#fail(expected);
    this.#at += found.length;
    return found;
  }

  #skipSpace(): void {
    while (this.#text[this.#at] === ' ' || this.#text[this.#at] === '\t') this.#at += 1;
  }

  #skipBlank(): void {
    for (;;) {
      const character = this.#text[this.#at];
      if (character === '#') this.#at = lineEnd(this.#text, this.#at);
      else if (character === ' ' || character === '\t' || character === '\n' || character === '\r') this.#at += 1;
      else return;
    }
  }

  #endOfLine(): void {
    this.#skipSpace();
    const rest = this.#text[this.#at];
    if (rest !== undefined && rest !== '\n' && rest !== '\r' && rest !== '#') this.#fail('text after a value');
  }

  #fail(reason: string): never {
    let line = 1;
    for (let at = this.#text.indexOf('\n'); at >= 0 && at < this.#at; at = this.#text.indexOf('\n', at + 1)) line += 1;
    throw new LockfileSyntaxError(`line ${line}`, reason);
  }
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}
