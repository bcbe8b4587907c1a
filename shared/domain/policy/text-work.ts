import { refuseLong } from './arithmetic.ts';
import type { Frame } from './frame.ts';

/**
 * What functions of strings do, each paying for its worst case first. Strings count and index by code point; without
 * surrogates (`isWide`) that is what JavaScript's own index means.
 */
export function isWide(text: string): boolean {
  return /[\ud800-\udfff]/.test(text);
}

export function codePoints(text: string, frame: Frame): number {
  frame.spendOn(text.length);
  if (!isWide(text)) return text.length;
  frame.spend(text.length >> 1);
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** The UTF-16 index of a code point index; undefined outside 0..length. */
export function unitIndex(text: string, index: bigint, frame: Frame): number | undefined {
  frame.spendOn(text.length);
  if (index < 0n || index > BigInt(text.length)) return undefined;
  if (!isWide(text)) return Number(index);
  frame.spend(text.length >> 1);
  let unit = 0;
  for (let left = Number(index); left > 0; left -= 1) {
    if (unit >= text.length) return undefined;
    unit += (text.codePointAt(unit) ?? 0) > 0xffff ? 2 : 1;
  }
  return unit;
}

/** The code point index of a UTF-16 index, -1 for -1. */
export function pointIndex(text: string, unit: number, frame: Frame): bigint {
  return unit < 0 ? -1n : BigInt(codePoints(text.slice(0, unit), frame));
}

/** A search compares text x part units at worst (0.35 ns each measured), however JavaScript goes about it. */
export function spendOnSearch(text: string, part: string, frame: Frame): void {
  frame.spendOn(text.length);
  frame.spend(Math.ceil((text.length * part.length) / 128));
}

/** All parts when `count` is negative, none when it is 0, else at most `count`, the last one holding the rest. */
export function splitText(text: string, by: string, count: number, frame: Frame): readonly string[] {
  spendOnSearch(text, by, frame);
  frame.spend(text.length);
  const parts = by === '' ? Array.from(text) : text.split(by);
  if (count < 0 || parts.length <= count) return parts;
  if (count === 0) return [];
  return [...parts.slice(0, count - 1), parts.slice(count - 1).join(by)];
}

export function joinTexts(parts: readonly string[], by: string, frame: Frame): string {
  frame.spend(parts.length);
  const length = parts.reduce((sum, part) => sum + part.length + by.length, 0);
  refuseLong(length);
  frame.spendOn(length);
  return parts.join(by);
}

/** Replaces the first `count` occurrences, all when it is negative. */
export function replaceText(text: string, part: string, by: string, count: number, frame: Frame): string {
  if (part === '') return interleave(text, by, count, frame);
  return joinTexts(splitText(text, part, count < 0 ? -1 : count + 1, frame), by, frame);
}

/** The empty text occurs before each character and at the end. */
function interleave(text: string, by: string, count: number, frame: Frame): string {
  frame.spend(text.length * 2);
  const chars = Array.from(text);
  const times = count < 0 ? chars.length + 1 : count;
  refuseLong(text.length + Math.min(times, chars.length + 1) * by.length);
  return chars.map((char, i) => (i < times ? by + char : char)).join('') + (times > chars.length ? by : '');
}

/** Blank as Unicode's White_Space. A loop, because a regular expression anchored at the end tries every start. */
const BLANK = new Set('\t\n\v\f\r \u0085\u00a0\u1680\u2028\u2029\u202f\u205f\u3000');
for (let unit = 0x2000; unit <= 0x200a; unit += 1) BLANK.add(String.fromCharCode(unit));

export function trim(text: string, frame: Frame): string {
  frame.spend(text.length >> 1);
  let start = 0;
  let end = text.length;
  while (start < end && BLANK.has(text[start] as string)) start += 1;
  while (end > start && BLANK.has(text[end - 1] as string)) end -= 1;
  return text.slice(start, end);
}

/** Changes the case of ASCII letters alone; JavaScript's own function does that when there are no others. */
export function changeCase(text: string, letters: RegExp, change: (part: string) => string, frame: Frame): string {
  frame.spendOn(text.length);
  if (/^[ -~\s]*$/.test(text)) return change(text);
  frame.spend(text.length * 2);
  return Array.from(text, (char) => (letters.test(char) ? change(char) : char)).join('');
}

const QUOTED: ReadonlyMap<string, string> = new Map([
  ['\x07', '\\a'],
  ['\b', '\\b'],
  ['\t', '\\t'],
  ['\n', '\\n'],
  ['\v', '\\v'],
  ['\f', '\\f'],
  ['\r', '\\r'],
  ['"', '\\"'],
  ['\\', '\\\\'],
]);

export function quote(text: string, frame: Frame): string {
  frame.spend(text.length * 2);
  return `"${Array.from(text, (char) => QUOTED.get(char) ?? char).join('')}"`;
}
