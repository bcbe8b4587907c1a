import { type Instant, isDate, parseInstant } from '../time.ts';

/**
 * Lines that say when a document was looked at say nothing about what it says: headers and rows of review dates, comments
 * and decoration are left out before contents are compared.
 */
export function contentOf(text: string, header: string | undefined): string {
  return text
    .replace(/<!--[\s\S]*?-->/g, '')
    .split(/\r?\n/)
    .filter((line) => !isMarker(line, header))
    .map((line) => line.trimEnd())
    .join('\n');
}

/** What people call such lines; the marked word must begin the line, behind signs of list, emphasis or comment only. */
const MARKER =
  /^[\s>*_#|\-/;]*(?:last[ _-](?:updated|verified|reviewed|modified|checked|edited)|updated|reviewed|verified|generated|date|timestamp|version|auto-?saved?)\b[^:|]{0,30}[:|]/i;

function isMarker(line: string, header: string | undefined): boolean {
  if (header !== undefined && headerIn(line, header) !== undefined) return true;
  return MARKER.test(line) || !/[\p{L}\p{N}]/u.test(line);
}

function headerIn(line: string, header: string): string | undefined {
  const at = line.toLowerCase().indexOf(header.toLowerCase());
  // The words of a header may stand in a sentence too: only signs of markup may precede it.
  if (at < 0 || /[\p{L}\p{N}]/u.test(line.slice(0, at))) return undefined;
  return line.slice(at + header.length);
}

export type HeaderReading =
  | { readonly kind: 'none' }
  | { readonly kind: 'no-date'; readonly text: string }
  /** `at`: the earliest instant that the text can mean; a bare date means its first. */
  | { readonly kind: 'date'; readonly at: Instant; readonly text: string };

export function readHeader(text: string, header: string): HeaderReading {
  for (const line of text.split(/\r?\n/)) {
    const rest = headerIn(line, header);
    if (rest === undefined) continue;
    const found = dateIn(rest);
    if (found !== undefined) return { kind: 'date', ...found };
    return { kind: 'no-date', text: rest.trim().slice(0, 60) };
  }
  return { kind: 'none' };
}

/** The first RFC 3339 time or calendar date in a text. */
export function dateIn(text: string): { readonly at: Instant; readonly text: string } | undefined {
  const match = /\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?\s?(?:Z|UTC|[+-]\d\d:\d\d)?)?/.exec(text);
  if (match === null) return undefined;
  const [found] = match;
  const date = found.slice(0, 10);
  if (!isDate(date)) return undefined;
  if (found.length === 10) return { at: `${date}T00:00:00.000Z`, text: found };
  const time = found
    .slice(11)
    .replace(/\s?UTC$/, 'Z')
    .trim();
  const at = parseInstant(`${date}T${/(?:Z|[+-]\d\d:\d\d)$/.test(time) ? time : `${time}Z`}`);
  return at === undefined ? undefined : { at, text: found };
}

export type ColumnReading =
  | { readonly kind: 'no-column' }
  | { readonly kind: 'rows'; readonly rows: readonly { readonly row: string; readonly at: Instant | null }[] };

/** The dates of one column of the first Markdown table that has it. A row is named by its first cell. */
export function readColumn(text: string, column: string): ColumnReading {
  const lines = text.split(/\r?\n/);
  for (const [index, line] of lines.entries()) {
    const place = cellsOf(line).findIndex((cell) => cell.toLowerCase() === column.toLowerCase());
    if (place < 0 || !/^[\s|:-]+$/.test(lines[index + 1] ?? '') || !line.includes('|')) continue;
    const rows: { row: string; at: Instant | null }[] = [];
    for (const body of lines.slice(index + 2)) {
      if (!body.includes('|')) break;
      const cells = cellsOf(body);
      rows.push({ row: (cells[0] ?? '').slice(0, 60), at: dateIn(cells[place] ?? '')?.at ?? null });
    }
    return { kind: 'rows', rows };
  }
  return { kind: 'no-column' };
}

const cellsOf = (line: string): string[] =>
  line
    .trim()
    .replace(/^\||\|$/g, '')
    .split('|')
    .map((cell) => cell.trim());

export const ADR_STATUSES = ['proposed', 'accepted', 'rejected', 'deprecated', 'superseded'] as const;

/** The status that a record of a decision gives itself; undefined when it gives none that is known. */
export function adrStatus(text: string): (typeof ADR_STATUSES)[number] | undefined {
  const line = /^[\s*_#-]*status[\s*_]*(?::[\s*_]*(.+)|\r?\n+([^\r\n]+))/im.exec(text);
  const said = (line?.[1] ?? line?.[2] ?? '').toLowerCase();
  return ADR_STATUSES.find((status) => new RegExp(`^[\\s*_]*${status}\\b`).test(said));
}

/** The fragments under which the headings of a Markdown file can be linked. */
export function fragmentsOf(text: string): ReadonlySet<string> {
  const headings = [...text.matchAll(/^#{1,6} +(.+?) *#*$/gm)].map(([, title = '']) => title);
  return new Set(
    headings.map((title) =>
      title
        .toLowerCase()
        .replaceAll(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    ),
  );
}
