/**
 * One mistake of a configuration, told so that a person can mend it without reading the program: where, what stands
 * there, what is wrong with it, and what is allowed instead.
 */
import { strikeOut } from './secrets.ts';

export type PathPart = string | number;
export type Path = readonly PathPart[];

export interface Mistake {
  /** `services[3].url`; empty for the document as a whole. */
  readonly path: string;
  /** The value as it stands, shortened, secrets struck out; empty where nothing stands. */
  readonly value: string;
  readonly message: string;
  readonly allowed: string;
  /** From 1; left out where the place is not in the text (a key that is missing has the place of its parent). */
  readonly line?: number;
  readonly column?: number;
}

/** A mistake before it is placed in the text. */
export interface RawMistake {
  readonly at: Path;
  readonly value?: unknown;
  readonly message: string;
  readonly allowed: string;
  /** Offset into the text where the path cannot lead there (comments, syntax errors). */
  readonly offset?: number;
  /** The value is a secret by its place, whatever it looks like. */
  readonly secret?: boolean;
  /** The key is wrong, not its value: the place shown is the key's. */
  readonly isAboutKey?: boolean;
}

const VALUE_CHARACTERS = 80;
const PLAIN_KEY = /^[A-Za-z_][A-Za-z0-9_-]{0,62}$/;

/** `['services', 3, 'url']` as `services[3].url`. A key that is not a plain word is quoted, shortened and cleaned. */
export function pathText(path: Path): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else if (PLAIN_KEY.test(part) && strikeOut(part) === part) text += text === '' ? part : `.${part}`;
    else text += `[${quote(part, 40)}]`;
  }
  return text;
}

/** A value for people: JSON on one line, at most 80 characters, secrets struck out, control characters escaped. */
export function valueText(value: unknown): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return quote(value, VALUE_CHARACTERS);
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return String(value);
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object') return `a map of ${Object.keys(value).length}`;
  return typeof value;
}

/** A mistake as it is told, without its place in the text. */
export function tell(raw: RawMistake): Mistake {
  const value = raw.secret === true && typeof raw.value === 'string' ? '[struck out]' : valueText(raw.value);
  return { path: pathText(raw.at), value, message: oneLine(raw.message), allowed: oneLine(raw.allowed) };
}

/** Sentences name what stands in the file; a name with a line end in it would begin a sentence of its own. */
const oneLine = (sentence: string): string =>
  escapeInvisible(sentence).replace(/[\u0000-\u001f]/g, (character) => JSON.stringify(character).slice(1, -1));

function quote(text: string, limit: number): string {
  // Cut before the patterns run, far enough out that a secret that begins inside the shown part is still whole.
  const struck = strikeOut(text.slice(0, limit + 4096));
  return escapeInvisible(JSON.stringify(struck.length > limit ? `${struck.slice(0, limit)}…` : struck));
}

/** JSON.stringify leaves C1 controls, line separators and direction overrides as they are; a terminal obeys them. */
function escapeInvisible(text: string): string {
  return text.replace(
    /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
