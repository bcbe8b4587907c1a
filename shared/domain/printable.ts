/** Everything that moves a cursor, hides text, turns its direction, or is half of a character. */
const UNPRINTABLE = /\p{Cc}|\p{Cf}|\p{Cs}|\p{Zl}|\p{Zp}/gu;
const MOST = 80;

/** A text of somebody else as one line that a terminal shows and does nothing else with. */
export const printable = (text: string): string => text.replace(UNPRINTABLE, escaped);

/** A value of somebody else in a sentence: simple ones as JSON, at most 80 characters of a text; the others by kind. */
export function told(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') {
    const shown = value.length > MOST ? `${value.slice(0, MOST)}...` : value;
    return printable(JSON.stringify(shown));
  }
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

const escaped = (character: string): string =>
  Array.from({ length: character.length }, (_, index) => {
    return `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`;
  }).join('');
