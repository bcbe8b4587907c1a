import { refuseLong } from './arithmetic.ts';
import { Fault } from './errors.ts';
import type { Frame } from './frame.ts';
import { fn, type LibraryFunction, method } from './library.ts';
import { matches } from './regex.ts';
import type { Value } from './values.ts';

/** Strings count and index by code point; without surrogates that is what JavaScript's own index means. */
function isWide(text: string): boolean {
  return /[\ud800-\udfff]/.test(text);
}

export function codePoints(text: string): number {
  if (!isWide(text)) return text.length;
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** The UTF-16 index of a code point index; undefined outside 0..length. */
function unitIndex(text: string, index: bigint): number | undefined {
  if (index < 0n || index > BigInt(text.length)) return undefined;
  if (!isWide(text)) return Number(index);
  let unit = 0;
  for (let left = Number(index); left > 0; left -= 1) {
    if (unit >= text.length) return undefined;
    unit += (text.codePointAt(unit) ?? 0) > 0xffff ? 2 : 1;
  }
  return unit;
}

function pointIndex(text: string, unit: number): bigint {
  return unit < 0 ? -1n : BigInt(codePoints(text.slice(0, unit)));
}

function outside(at: number): Fault {
  return new Fault('index-out-of-range', 'an index is outside the string', at);
}

type TextRun = (text: string, frame: Frame, at: number, a: Value, b: Value) => Value | undefined;

/** A method of strings: reading the text is paid for before it runs. */
function ofText(name: string, overloads: readonly string[], run: TextRun): LibraryFunction {
  return method(name, overloads, (frame, at, args) => {
    const text = args[0];
    if (typeof text !== 'string') return undefined;
    frame.spendOn(text.length);
    return run(text, frame, at, args[1] as Value, args[2] as Value);
  });
}

function predicate(name: string, run: (text: string, part: string) => boolean): LibraryFunction {
  return ofText(name, ['(string, string) bool'], (text, _frame, _at, part) =>
    typeof part === 'string' ? run(text, part) : undefined,
  );
}

export const TEXT: readonly LibraryFunction[] = [
  predicate('contains', (text, part) => text.includes(part)),
  predicate('startsWith', (text, part) => text.startsWith(part)),
  predicate('endsWith', (text, part) => text.endsWith(part)),
  ofText('matches', ['(string, string) bool'], (text, frame, at, pattern) =>
    typeof pattern === 'string' ? matches(text, pattern, frame, at) : undefined,
  ),
  fn('matches', ['(string, string) bool'], (frame, at, [text, pattern]) =>
    typeof text === 'string' && typeof pattern === 'string' ? matches(text, pattern, frame, at) : undefined,
  ),
  ofText('charAt', ['(string, int) string'], (text, _frame, at, index) => {
    if (typeof index !== 'bigint') return undefined;
    const unit = unitIndex(text, index);
    if (unit === undefined) return outside(at);
    const point = text.codePointAt(unit);
    return point === undefined ? '' : String.fromCodePoint(point);
  }),
  ofText('indexOf', ['(string, string) int', '(string, string, int) int'], (text, _frame, at, part, from = 0n) => {
    if (typeof part !== 'string' || typeof from !== 'bigint') return undefined;
    const unit = unitIndex(text, from);
    return unit === undefined ? outside(at) : pointIndex(text, text.indexOf(part, unit));
  }),
  ofText('lastIndexOf', ['(string, string) int', '(string, string, int) int'], (text, _frame, at, part, until) => {
    if (typeof part !== 'string') return undefined;
    if (until === undefined) return pointIndex(text, text.lastIndexOf(part));
    if (typeof until !== 'bigint') return undefined;
    const unit = unitIndex(text, until);
    return unit === undefined ? outside(at) : pointIndex(text, text.lastIndexOf(part, unit));
  }),
  ofText('lowerAscii', ['(string) string'], (text) => text.replace(/[A-Z]+/g, (part) => part.toLowerCase())),
  ofText('upperAscii', ['(string) string'], (text) => text.replace(/[a-z]+/g, (part) => part.toUpperCase())),
  ofText('trim', ['(string) string'], trim),
  ofText('substring', ['(string, int) string', '(string, int, int) string'], (text, _frame, at, from, to) => {
    if (typeof from !== 'bigint' || (to !== undefined && typeof to !== 'bigint')) return undefined;
    const start = unitIndex(text, from);
    const end = to === undefined ? text.length : unitIndex(text, to as bigint);
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
    (text, frame, _at, by, n) => {
      if (typeof by !== 'string' || (n !== undefined && typeof n !== 'bigint')) return undefined;
      frame.spend(text.length >> 1);
      return splitText(text, by, n === undefined ? -1 : Number(n));
    },
  ),
  method('join', ['(list<string>) string', '(list<string>, string) string'], (frame, at, [list, by = '']) => {
    if (!Array.isArray(list) || typeof by !== 'string') return undefined;
    frame.spend(list.length);
    if (!list.every((part) => typeof part === 'string')) {
      return new Fault('bad-argument', 'join takes a list of strings', at);
    }
    refuseLong(list.reduce((sum, part) => sum + part.length + by.length, 0));
    return list.join(by);
  }),
  fn('strings.quote', ['(string) string'], (frame, _at, [text]) => {
    if (typeof text !== 'string') return undefined;
    frame.spendOn(text.length);
    return quote(text);
  }),
];

/** Replaces the first `count` occurrences, all when it is negative. */
function replaceText(text: string, part: string, by: string, count: number, frame: Frame): string {
  frame.spend(text.length >> 1);
  if (part === '') return interleave(Array.from(text), by, count);
  const parts = splitText(text, part, count < 0 ? -1 : count + 1);
  refuseLong(text.length + parts.length * by.length);
  return parts.join(by);
}

/** The empty text occurs before each character and at the end. */
function interleave(chars: readonly string[], by: string, count: number): string {
  const times = count < 0 ? chars.length + 1 : count;
  refuseLong(chars.length + Math.min(times, chars.length + 1) * by.length);
  return chars.map((char, i) => (i < times ? by + char : char)).join('') + (times > chars.length ? by : '');
}

/** Blank as Unicode's White_Space. A loop, because a regular expression anchored at the end tries every start. */
const BLANK = new Set('\t\n\v\f\r \u0085\u00a0\u1680\u2028\u2029\u202f\u205f\u3000');
for (let unit = 0x2000; unit <= 0x200a; unit += 1) BLANK.add(String.fromCharCode(unit));

function trim(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && BLANK.has(text[start] as string)) start += 1;
  while (end > start && BLANK.has(text[end - 1] as string)) end -= 1;
  return text.slice(start, end);
}

/** All parts when `count` is negative, none when it is 0, else at most `count`, the last one holding the rest. */
function splitText(text: string, by: string, count: number): readonly string[] {
  const parts = by === '' ? Array.from(text) : text.split(by);
  if (count < 0 || parts.length <= count) return parts;
  if (count === 0) return [];
  return [...parts.slice(0, count - 1), parts.slice(count - 1).join(by)];
}

const QUOTED: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '"': '\\"',
  '\\': '\\\\',
};

function quote(text: string): string {
  return `"${Array.from(text, (char) => QUOTED[char] ?? char).join('')}"`;
}
