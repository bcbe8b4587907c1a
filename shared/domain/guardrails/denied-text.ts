import { RE2JS, RE2Set } from 're2js';

/** Finds what may not stand in a text: the places in `deny` of the expressions that match. */
export type DeniedText = (text: string) => readonly number[];

/** Stands where an allowed passage was: no word, so that what was apart on both sides of it stays apart. */
const MASK = ' \u0000 ';

/**
 * Expressions of RE2, upper and lower case alike. Allowed passages are taken out first, all found in the text as it
 * stands: "not intended to treat" is no claim, whatever else of it other passages cover.
 */
export function deniedText(deny: readonly string[], allow: readonly string[]): DeniedText {
  const denied = new RE2Set();
  for (const pattern of deny) denied.add(`(?i:${pattern})`);
  denied.compile();
  const allowed = allow.map((pattern) => RE2JS.compile(pattern, RE2JS.CASE_INSENSITIVE));
  return (text) => {
    const first = denied.match(text);
    if (first.length === 0 || allowed.length === 0) return first;
    return denied.match(masked(text, allowed));
  };
}

function masked(text: string, allowed: readonly RE2JS[]): string {
  const ranges = allowed.flatMap((pattern) => rangesOf(pattern, text)).sort(([a], [b]) => a - b);
  let result = '';
  let from = 0;
  for (const [start, end] of ranges) {
    if (end <= from) continue;
    if (start >= from) result += text.slice(from, start) + MASK;
    from = end;
  }
  return result + text.slice(from);
}

function rangesOf(pattern: RE2JS, text: string): [number, number][] {
  const matcher = pattern.matcher(text);
  const ranges: [number, number][] = [];
  while (matcher.find()) if (matcher.end() > matcher.start()) ranges.push([matcher.start(), matcher.end()]);
  return ranges;
}
