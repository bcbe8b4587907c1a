/**
 * Is this text within the part of YAML that a configuration may use? Decided on tokens, before anything is composed:
 * no anchors, aliases, tags, directives or second documents, and no deeper than a person would write. What is left
 * composes in time linear in its size and cannot recurse deeply.
 */
import { type CST, Lexer, Parser } from 'yaml';

/** The example of the deepest configuration that means something has 6 levels. */
export const DEEPEST = 32;

export interface TokenMistake {
  readonly offset: number;
  readonly value: string;
  readonly message: string;
  readonly allowed: string;
}

const PLAIN_YAML = 'plain YAML: maps, lists, text, numbers, true, false, null';
const SCALAR_MARK = '\u001f';
const DOCUMENT_MARK = '\u0002';
const ERROR_MARK = '\u0018';

/** The worked example has 5 marks for 16 bytes; a mebibyte of ordinary text stays below this, one of commas does not. */
const MOST_MARKS = 400_000;

/** The concrete syntax tree, or what forbids going on. */
export function readTokens(text: string): { tokens: CST.Token[]; mistakes: TokenMistake[] } {
  const parser = new Parser();
  const guard = new Guard();
  const tokens: CST.Token[] = [];
  for (const lexeme of new Lexer().lex(text)) {
    const refused = guard.refuses(lexeme);
    if (refused !== undefined) return { tokens: [], mistakes: [refused] };
    for (const token of parser.next(lexeme)) tokens.push(token);
  }
  for (const token of parser.end()) tokens.push(token);
  return { tokens, mistakes: refusedTokens(tokens) };
}

/**
 * The parser's cost is quadratic in nesting (a mebibyte of `[` costs it seven seconds), so brackets and stacked list
 * marks are counted before it sees them. Nesting by indentation is bounded by the text itself and is counted later.
 */
class Guard {
  #offset = 0;
  #count = 0;
  #brackets = 0;
  #stacked = 0;

  refuses(lexeme: string): TokenMistake | undefined {
    // The lexer's own marks stand for no character of the text.
    if (lexeme === SCALAR_MARK || lexeme === DOCUMENT_MARK || lexeme === ERROR_MARK) return undefined;
    this.#count += 1;
    this.#countMark(lexeme);
    const offset = this.#offset;
    this.#offset += lexeme.length;
    if (this.#brackets > DEEPEST || this.#stacked > 2 * DEEPEST) return deepMistake(offset);
    if (this.#count <= MOST_MARKS) return undefined;
    return { offset, value: '', message: 'has too many parts', allowed: `at most ${MOST_MARKS} words and marks` };
  }

  #countMark(lexeme: string): void {
    if (lexeme === '[' || lexeme === '{') this.#brackets += 1;
    else if (lexeme === ']' || lexeme === '}') this.#brackets -= 1;
    if (lexeme === '-' || lexeme === '?' || lexeme === ':') this.#stacked += 1;
    else if (lexeme.trim() !== '') this.#stacked = 0;
  }
}

function deepMistake(offset: number): TokenMistake {
  return { offset, value: '', message: 'is nested too deeply', allowed: `at most ${DEEPEST} levels` };
}

/** Walks with a list of its own: the tree may still be 1,400 levels deep here. */
function refusedTokens(tokens: readonly CST.Token[]): TokenMistake[] {
  const mistakes: TokenMistake[] = [];
  const open: { token: CST.Token; depth: number }[] = [];
  let documents = 0;
  for (const token of tokens) {
    if (token.type === 'document') {
      documents += 1;
      if (documents === 2) {
        mistakes.push({
          offset: token.offset,
          value: '---',
          message: 'begins a second document',
          allowed: 'one document a file',
        });
      }
    }
    open.push({ token, depth: 0 });
  }
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { token, depth } = next;
    const refused = refusal(token);
    if (refused !== undefined) mistakes.push(refused);
    if (depth > DEEPEST) {
      mistakes.push(deepMistake(token.offset));
      continue;
    }
    for (const child of children(token)) open.push({ token: child, depth: depth + (isCollection(token) ? 1 : 0) });
  }
  return mistakes.sort((left, right) => left.offset - right.offset);
}

function isCollection(token: CST.Token): boolean {
  return token.type === 'block-map' || token.type === 'block-seq' || token.type === 'flow-collection';
}

function children(token: CST.Token): CST.Token[] {
  switch (token.type) {
    case 'document':
      return [...token.start, ...(token.value ? [token.value] : [])];
    case 'block-scalar':
      return token.props;
    case 'block-map':
    case 'block-seq':
    case 'flow-collection': {
      const found: CST.Token[] = [];
      for (const item of token.items as CST.CollectionItem[]) {
        for (const part of item.start) if (isProperty(part)) found.push(part);
        for (const part of item.sep ?? []) if (isProperty(part)) found.push(part);
        if (item.key) found.push(item.key);
        if (item.value) found.push(item.value);
      }
      return found;
    }
    default:
      return [];
  }
}

/** Commas, spaces and line ends make up most of a tree and are never refused. */
function isProperty(token: CST.SourceToken): boolean {
  return token.type === 'anchor' || token.type === 'tag';
}

function refusal(token: CST.Token): TokenMistake | undefined {
  const at = { offset: token.offset, value: 'source' in token ? token.source.slice(0, 200) : '' };
  switch (token.type) {
    case 'anchor':
    case 'alias':
      return {
        ...at,
        message: 'anchors and aliases are refused: a few lines of them can stand for gigabytes',
        allowed: PLAIN_YAML,
      };
    case 'tag':
      return { ...at, message: 'tags are refused: a value is what it looks like', allowed: PLAIN_YAML };
    case 'directive':
      return { ...at, message: 'directives are refused: they change what the text below means', allowed: PLAIN_YAML };
    default:
      return undefined;
  }
}
