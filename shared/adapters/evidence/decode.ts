import type { EvidenceRecord } from '../../ports/evidence.ts';
import { csvRecords } from './csv.ts';
import { jsonElements } from './json-elements.ts';
import { invalid, LARGEST_RECORD, tooLarge } from './record-faults.ts';

/** Texts above 128 KiB or so are collected late by the runtime; smaller ones keep the memory flat. */
const PIECE_BYTES = 65_536;

export type Format = 'ndjson' | 'json' | 'csv';

/** Decodes the bytes of one file as they come. Throws `invalid` naming the line; never what stands in it. */
export function decodeRecords(
  format: Format,
  uri: string,
  bytes: AsyncIterable<Uint8Array>,
): AsyncIterable<EvidenceRecord> {
  switch (format) {
    case 'ndjson':
      return ndjson(uri, bytes);
    case 'json':
      return json(uri, bytes);
    case 'csv':
      return csvRecords(uri, textOf(uri, bytes));
    default:
      return format satisfies never;
  }
}

/** Text of UTF-8 bytes, piece by piece. Bytes that are none are refused: a mark of replacement would hide them. */
async function* textOf(uri: string, bytes: AsyncIterable<Uint8Array>): AsyncIterable<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const decode = (chunk?: Uint8Array) => {
    try {
      return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
    } catch {
      throw invalid(uri, 'is not UTF-8');
    }
  };
  for await (const chunk of bytes) {
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) yield decode(chunk.subarray(at, at + PIECE_BYTES));
  }
  yield decode();
}

async function* ndjson(uri: string, bytes: AsyncIterable<Uint8Array>): AsyncIterable<EvidenceRecord> {
  let rest = '';
  let line = 0;
  for await (const piece of textOf(uri, bytes)) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LARGEST_RECORD) throw tooLarge(uri, `line ${line + lines.length + 1}`);
    for (const text of lines) {
      line += 1;
      const record = recordOf(uri, `line ${line}`, text);
      if (record !== undefined) yield record;
    }
  }
  const last = recordOf(uri, `line ${line + 1}`, rest);
  if (last !== undefined) yield last;
}

async function* json(uri: string, bytes: AsyncIterable<Uint8Array>): AsyncIterable<EvidenceRecord> {
  for await (const { text, line } of jsonElements(uri, textOf(uri, bytes))) {
    const record = recordOf(uri, `the record that begins in line ${line}`, text);
    if (record !== undefined) yield record;
  }
}

function recordOf(uri: string, place: string, text: string): EvidenceRecord | undefined {
  if (text.length > LARGEST_RECORD) throw tooLarge(uri, place);
  if (text.trim() === '') return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Without its cause, whose text repeats what stands there.
    throw invalid(uri, `${place} is not JSON`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as EvidenceRecord;
  throw invalid(uri, `${place} is not a record: an object of fields is expected`);
}
