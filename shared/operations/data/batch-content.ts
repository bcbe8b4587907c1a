import type { DatasetsPort, PartContent, StageRequest } from '../../ports/datasets.ts';
import { isBlank, type RowRules } from './judge-row.ts';
import { type Line, LineSplitter } from './line-splitter.ts';
import { quarantinedBytes, readRows, stagedBytes } from './read-rows.ts';
import type { ScannedBatch, Slice } from './scan-batch.ts';

type Reader = Pick<DatasetsPort, 'readIncoming'>;

/** The bytes that a scanned batch promised, made again from its source when they are written: nothing of it is held. */
export function batchContent(port: Reader, batch: ScannedBatch, rules: RowRules): StageRequest['content'] & object {
  const { manifest, slices } = batch;
  const parts = slices
    .filter(({ good }) => good.rows > 0)
    .map((slice): PartContent => ({ ...slice.good, open: (signal) => goodRows(port, slice, rules, signal) }));
  const { object } = manifest.quarantined;
  const bad = slices.filter(({ badRows }) => badRows > 0);
  const quarantine = object && { ...object, open: (signal: AbortSignal) => badRows(port, bad, rules, signal) };
  return { manifest, parts, quarantine };
}

async function* rowsOf(port: Reader, { source, start, end, firstLine }: Slice, rules: RowRules, signal: AbortSignal) {
  yield* readRows(port.readIncoming(source, { start, end, signal }), rules, { offset: start, firstLine });
}

async function* goodRows(port: Reader, slice: Slice, rules: RowRules, signal: AbortSignal): AsyncIterable<Uint8Array> {
  if (slice.badRows === 0) return yield* allRows(port, slice, signal);
  for await (const block of rowsOf(port, slice, rules, signal)) {
    const pieces = block.flatMap(({ line, row }) => (row.isGood ? [stagedBytes(line)] : []));
    if (pieces.length > 0) yield Buffer.concat(pieces);
  }
}

/** Where every row was good there is nothing to judge again: who writes compares the digest with the scan's. */
async function* allRows(port: Reader, slice: Slice, signal: AbortSignal): AsyncIterable<Uint8Array> {
  const { source, start, end, firstLine } = slice;
  const splitter = new LineSplitter(start, firstLine);
  for await (const chunk of port.readIncoming(source, { start, end, signal })) yield joined(splitter.push(chunk));
  yield joined(splitter.end());
}

const OPENING_BRACE = 0x7b;
const joined = (lines: readonly Line[]): Buffer =>
  Buffer.concat(lines.filter((line) => line.bytes[0] === OPENING_BRACE || !isBlank(line)).map(stagedBytes));

async function* badRows(
  port: Reader,
  slices: readonly Slice[],
  rules: RowRules,
  signal: AbortSignal,
): AsyncIterable<Uint8Array> {
  for (const slice of slices) {
    for await (const block of rowsOf(port, slice, rules, signal)) {
      const pieces = block.flatMap(({ line, row }) =>
        row.isGood ? [] : [quarantinedBytes(slice.source.uri, line, row.reasons)],
      );
      if (pieces.length > 0) yield Buffer.concat(pieces);
    }
  }
}
