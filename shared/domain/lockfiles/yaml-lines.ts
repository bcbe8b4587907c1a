import { LockfileSyntaxError } from './types.ts';

export interface Line {
  readonly indent: number;
  readonly text: string;
  /** Counted from 1. */
  readonly number: number;
}

/** Walks the lines of a YAML text one by one: a list of all of them would weigh several times what the text does. */
export class Lines {
  readonly #text: string;
  /** Where the line that was not looked at yet begins. */
  #at = 0;
  #number = 0;
  #peeked: Line | undefined;

  constructor(text: string) {
    this.#text = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  }

  /** The next line with content, skipping empty ones and comments; undefined at the end of the document. */
  peek(): Line | undefined {
    while (this.#peeked === undefined) {
      const raw = this.#rawLine();
      if (raw === undefined || raw === '---') return undefined;
      this.#advance();
      const line = lineOf(raw, this.#number);
      if (line.text !== '' && !line.text.startsWith('#')) this.#peeked = line;
    }
    return this.#peeked;
  }

  /** Leaves the line that `peek` showed. */
  take(): void {
    this.#peeked = undefined;
  }

  /** Past a `---`, where the document ends at one. */
  skipSeparator(): boolean {
    if (this.#peeked !== undefined || this.#rawLine() !== '---') return false;
    this.#advance();
    return true;
  }

  /** Every line that is indented deeper, empty and comment-like ones included; to be called before the next `peek`. */
  takeBlockScalar(indent: number): string {
    const parts: string[] = [];
    for (let raw = this.#rawLine(); raw !== undefined && raw !== '---'; raw = this.#rawLine()) {
      const line = lineOf(raw, this.#number + 1);
      if (line.text !== '' && line.indent <= indent) break;
      parts.push(line.text);
      this.#advance();
    }
    return parts.join('\n').trim();
  }

  #rawLine(): string | undefined {
    if (this.#at > this.#text.length) return undefined;
    const end = this.#text.indexOf('\n', this.#at);
    const raw = this.#text.slice(this.#at, end < 0 ? this.#text.length : end);
    return raw.endsWith('\r') ? raw.slice(0, -1) : raw;
  }

  #advance(): void {
    const end = this.#text.indexOf('\n', this.#at);
    this.#at = end < 0 ? this.#text.length + 1 : end + 1;
    this.#number += 1;
  }
}

export function isListItem(line: Line): boolean {
  return line.text === '-' || line.text.startsWith('- ');
}

function lineOf(raw: string, number: number): Line {
  let indent = 0;
  while (raw.charCodeAt(indent) === 32) indent += 1;
  if (raw.charCodeAt(indent) === 9) throw new LockfileSyntaxError(`line ${number}`, 'indented with a tab');
  return { indent, text: raw.slice(indent).trimEnd(), number };
}
