import { RE2JS } from 're2js';
import { text } from './primitives.ts';

/** A regular expression that cannot take exponential time: whatever RE2 compiles. */
export const pattern = text(
  'a regular expression in RE2 syntax (no look-around, no back-references), at most 512 characters',
  (value) => {
    if (value === '' || value.length > 512) return 'is empty or too long';
    try {
      RE2JS.compile(value);
      return undefined;
    } catch (error) {
      return `does not compile under RE2: ${error instanceof Error ? error.message.replace(/:? `.*$/s, '').slice(0, 80) : 'unknown error'}`;
    }
  },
);
