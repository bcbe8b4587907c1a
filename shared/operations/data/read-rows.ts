import { judgeRow, type Row, type RowRules } from './judge-row.ts';
import { type Line, LineSplitter } from './line-splitter.ts';

export interface JudgedLine {
  readonly line: Line;
  readonly row: Row;
}

/** The judged rows of a stream, as many at a time as came with one piece of it: memory stays the same for any length. */
export async function* readRows(
  stream: AsyncIterable<Uint8Array>,
  rules: RowRules,
  begin: { readonly offset: number; readonly firstLine: number } = { offset: 0, firstLine: 1 },
): AsyncGenerator<readonly JudgedLine[]> {
  const splitter = new LineSplitter(begin.offset, begin.firstLine);
  for await (const chunk of stream) yield judged(splitter.push(chunk), rules);
  yield judged(splitter.end(), rules);
}

function judged(lines: readonly Line[], rules: RowRules): JudgedLine[] {
  const rows: JudgedLine[] = [];
  for (const line of lines) {
    const row = judgeRow(line, rules);
    if (row !== undefined) rows.push({ line, row });
  }
  return rows;
}

const LINE_END = Buffer.from('\n');

/** A good row as it is staged: its own bytes and a line end. */
export const stagedBytes = (line: Line): Buffer => Buffer.concat([line.bytes, LINE_END]);

/** A bad row as it is quarantined: where it came from, why, and itself, for the person who mends it. Never leaves the bucket. */
export function quarantinedBytes(source: string, line: Line, reasons: readonly string[]): Buffer {
  const row = line.isTooLong ? null : line.bytes.toString('utf8');
  return Buffer.from(`${JSON.stringify({ source, line: line.number, reasons, row })}\n`);
}
