import { invalid, LARGEST_RECORD, tooLarge } from './record-faults.ts';

interface Element {
  readonly text: string;
  /** Where it begins, from 1. */
  readonly line: number;
}

/**
 * The elements of a JSON list as text, one after the other, so that a list of any length is never held as a whole; a
 * single object is one element. Only brackets and strings are looked at: each element is parsed by its reader.
 */
export async function* jsonElements(uri: string, pieces: AsyncIterable<string>): AsyncIterable<Element> {
  const cut = new Cutter(uri);
  for await (const piece of pieces) yield* cut.take(piece);
  cut.end();
}

class Cutter {
  readonly #uri: string;
  #text = '';
  #depth = 0;
  #isInString = false;
  #isEscaped = false;
  #line = 1;
  #startLine = 1;
  /** Of the outermost value: a list's elements are cut out, an object is one. */
  #outer: 'none' | 'list' | 'object' | 'ended' = 'none';

  constructor(uri: string) {
    this.#uri = uri;
  }

  *take(piece: string): Iterable<Element> {
    let from = 0;
    for (let at = 0; at < piece.length; at += 1) {
      const character = piece[at] as string;
      if (character === '\n') this.#line += 1;
      if (this.#isInString) {
        if (this.#isEscaped) this.#isEscaped = false;
        else if (character === '\\') this.#isEscaped = true;
        else if (character === '"') this.#isInString = false;
        continue;
      }
      if (character === '"') this.#isInString = true;
      const isBlank = character === ' ' || character === '\n' || character === '\r' || character === '\t';
      if (this.#outer === 'none' || this.#outer === 'ended') {
        if (isBlank || character === '\ufeff') {
          from = at + 1;
          continue;
        }
        if (this.#open(character) === 'list') from = at + 1;
        continue;
      }
      if (isBlank && this.#text === '' && piece.slice(from, at).trim() === '') this.#startLine = this.#line;
      const ends = this.#step(character);
      if (ends === undefined) continue;
      const text = this.#text + piece.slice(from, ends === 'with' ? at + 1 : at);
      this.#text = '';
      from = at + 1;
      const line = this.#startLine;
      this.#startLine = this.#line;
      if (text.trim() !== '') yield { text, line };
      else if (character === ',') throw invalid(this.#uri, `line ${this.#line} has an empty element`);
    }
    this.#text += piece.slice(from);
    if (this.#text.length > LARGEST_RECORD)
      throw tooLarge(this.#uri, `the record that begins in line ${this.#startLine}`);
  }

  end(): void {
    if (this.#outer !== 'ended') throw invalid(this.#uri, `ends in line ${this.#line} before its JSON does`);
  }

  #open(character: string): 'list' | 'object' {
    if (this.#outer === 'ended') throw invalid(this.#uri, `line ${this.#line} stands after the end of the JSON`);
    if (character !== '[' && character !== '{') throw invalid(this.#uri, 'is neither a list of records nor a record');
    this.#outer = character === '[' ? 'list' : 'object';
    this.#depth = 1;
    this.#startLine = this.#line;
    return this.#outer;
  }

  /** Whether an element ends here, with this character or before it. */
  #step(character: string): 'with' | 'before' | undefined {
    if (character === '[' || character === '{') this.#depth += 1;
    else if (character === ']' || character === '}') this.#depth -= 1;
    if (this.#depth === 0) {
      const ends = this.#outer === 'object' ? 'with' : 'before';
      this.#outer = 'ended';
      return ends;
    }
    return this.#outer === 'list' && this.#depth === 1 && character === ',' ? 'before' : undefined;
  }
}
