import { Fault } from './errors.ts';
import type { Frame } from './frame.ts';
import { fn, type LibraryFunction, method } from './library.ts';
import { matches } from './regex.ts';
import {
  changeCase,
  joinTexts,
  pointIndex,
  quote,
  replaceText,
  spendOnSearch,
  splitText,
  trim,
  unitIndex,
} from './text-work.ts';
import type { Value } from './values.ts';

function outside(at: number): Fault {
  return new Fault('index-out-of-range', 'an index is outside the string', at);
}

type TextRun = (text: string, frame: Frame, at: number, a: Value, b: Value) => Value | undefined;

/** A method of strings; a missing argument is undefined. */
function ofText(name: string, overloads: readonly string[], run: TextRun): LibraryFunction {
  return method(name, overloads, (frame, at, args) => {
    const text = args[0];
    return typeof text === 'string' ? run(text, frame, at, args[1] as Value, args[2] as Value) : undefined;
  });
}

/** `text.startsWith(part)` and its like, which read no more than the part is long. */
function edge(name: string, holds: (text: string, part: string) => boolean): LibraryFunction {
  return ofText(name, ['(string, string) bool'], (text, frame, _at, part) => {
    if (typeof part !== 'string') return undefined;
    frame.spendOn(part.length);
    return holds(text, part);
  });
}

/** The functions of strings: the standard ones, and the extension that the parsing library has too. */
export const TEXT: readonly LibraryFunction[] = [
  edge('startsWith', (text, part) => text.startsWith(part)),
  edge('endsWith', (text, part) => text.endsWith(part)),
  ofText('contains', ['(string, string) bool'], (text, frame, _at, part) => {
    if (typeof part !== 'string') return undefined;
    spendOnSearch(text, part, frame);
    return text.includes(part);
  }),
  ofText('matches', ['(string, string) bool'], (text, frame, at, pattern) =>
    typeof pattern === 'string' ? matches(text, pattern, frame, at) : undefined,
  ),
  fn('matches', ['(string, string) bool'], (frame, at, [text, pattern]) =>
    typeof text === 'string' && typeof pattern === 'string' ? matches(text, pattern, frame, at) : undefined,
  ),
  ofText('charAt', ['(string, int) string'], (text, frame, at, index) => {
    if (typeof index !== 'bigint') return undefined;
    const unit = unitIndex(text, index, frame);
    if (unit === undefined) return outside(at);
    const point = text.codePointAt(unit);
    return point === undefined ? '' : String.fromCodePoint(point);
  }),
  ofText('indexOf', ['(string, string) int', '(string, string, int) int'], (text, frame, at, part, from = 0n) => {
    if (typeof part !== 'string' || typeof from !== 'bigint') return undefined;
    spendOnSearch(text, part, frame);
    const unit = unitIndex(text, from, frame);
    return unit === undefined ? outside(at) : pointIndex(text, text.indexOf(part, unit), frame);
  }),
  ofText('lastIndexOf', ['(string, string) int', '(string, string, int) int'], (text, frame, at, part, until) => {
    if (typeof part !== 'string') return undefined;
    spendOnSearch(text, part, frame);
    if (until === undefined) return pointIndex(text, text.lastIndexOf(part), frame);
    if (typeof until !== 'bigint') return undefined;
    const unit = unitIndex(text, until, frame);
    return unit === undefined ? outside(at) : pointIndex(text, text.lastIndexOf(part, unit), frame);
  }),
  ofText('lowerAscii', ['(string) string'], (text, frame) =>
    changeCase(text, /[A-Z]/, (part) => part.toLowerCase(), frame),
  ),
  ofText('upperAscii', ['(string) string'], (text, frame) =>
    changeCase(text, /[a-z]/, (part) => part.toUpperCase(), frame),
  ),
  ofText('trim', ['(string) string'], trim),
  ofText('substring', ['(string, int) string', '(string, int, int) string'], (text, frame, at, from, to) => {
    if (typeof from !== 'bigint' || (to !== undefined && typeof to !== 'bigint')) return undefined;
    const start = unitIndex(text, from, frame);
    const end = to === undefined ? text.length : unitIndex(text, to, frame);
    if (start === undefined || end === undefined || start > end) return outside(at);
    return text.slice(start, end);
  }),
  method(
    'replace',
    ['(string, string, string) string', '(string, string, string, int) string'],
    (frame, _at, [text, part, by, count = -1n]) => {
      if (typeof text !== 'string' || typeof part !== 'string' || typeof by !== 'string') return undefined;
      return typeof count === 'bigint' ? replaceText(text, part, by, Number(count), frame) : undefined;
    },
  ),
  ofText(
    'split',
    ['(string, string) list<string>', '(string, string, int) list<string>'],
    (text, frame, _at, by, count = -1n) => {
      if (typeof by !== 'string' || typeof count !== 'bigint') return undefined;
      return splitText(text, by, Number(count), frame);
    },
  ),
  method('join', ['(list<string>) string', '(list<string>, string) string'], (frame, at, [list, by = '']) => {
    if (!Array.isArray(list) || typeof by !== 'string') return undefined;
    if (!list.every((part) => typeof part === 'string')) {
      return new Fault('bad-argument', 'join takes a list of strings', at);
    }
    return joinTexts(list, by, frame);
  }),
  fn('strings.quote', ['(string) string'], (frame, _at, [text]) =>
    typeof text === 'string' ? quote(text, frame) : undefined,
  ),
];
