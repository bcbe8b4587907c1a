import { createHash } from 'node:crypto';
import { digestOf } from '../../domain/json.ts';
import { instant } from '../../domain/time.ts';
import type { BatchManifest, DatasetsPort, IncomingBatch, IncomingPart, StagedPart } from '../../ports/datasets.ts';
import { isMissing, type RowRules } from './judge-row.ts';
import { KEYS_PER_PASS, KeySet } from './key-set.ts';
import { type JudgedLine, quarantinedBytes, readRows, stagedBytes } from './read-rows.ts';

/** A part is staged in one write of about this many bytes; a lost write costs no more than that. */
export const PART_BYTES = 32 * 1024 * 1024;

/** A stretch of lines of one incoming object, and what its good rows make. */
export interface Slice {
  readonly source: IncomingPart;
  readonly start: number;
  readonly end: number;
  readonly firstLine: number;
  readonly good: StagedPart;
  readonly badRows: number;
}

export interface ScannedBatch {
  readonly version: string;
  readonly manifest: BatchManifest;
  readonly slices: readonly Slice[];
  readonly mockRows: number;
  /** Keys that came before; undefined when there are more than one pass can hold. */
  readonly duplicates: number | undefined;
}

export interface ScanRules {
  readonly name: string;
  readonly rows: RowRules;
  readonly digest: string;
}

/** Reads an incoming batch once, row by row, and says what staging it would write: nothing is written here. */
export async function scanBatch(
  port: Pick<DatasetsPort, 'readIncoming'>,
  batch: IncomingBatch,
  rules: ScanRules,
  options: { readonly signal: AbortSignal; readonly partBytes?: number },
): Promise<ScannedBatch> {
  const { signal, partBytes = PART_BYTES } = options;
  const totals = new Totals(rules.rows);
  const slices: Slice[] = [];
  for (const source of batch.parts) {
    let slice = new OpenSlice(source, 0, 1);
    for await (const block of readRows(port.readIncoming(source, { signal }), rules.rows)) {
      for (const judged of block) {
        totals.add(judged, source.uri);
        slice.add(judged);
        if (slice.good.bytes < partBytes) continue;
        slices.push(slice.close());
        slice = new OpenSlice(source, judged.line.end, judged.line.number + 1);
      }
    }
    if (slice.rows > 0) slices.push(slice.close());
  }
  const manifest = totals.manifest(rules, batch, slices);
  const { mockRows, duplicates } = totals;
  return { version: digestOf(manifest), manifest, slices, mockRows, duplicates };
}

/** Counts and digests what would be written, without holding it. */
class Written {
  readonly #hash = createHash('sha256');
  rows = 0;
  bytes = 0;

  add(row: Uint8Array): void {
    this.#hash.update(row);
    this.rows += 1;
    this.bytes += row.length;
  }

  close(): StagedPart {
    return { rows: this.rows, bytes: this.bytes, sha256: this.#hash.digest('hex') };
  }
}

class OpenSlice {
  readonly good = new Written();
  readonly #source: IncomingPart;
  readonly #start: number;
  readonly #firstLine: number;
  #end: number;
  rows = 0;

  constructor(source: IncomingPart, start: number, firstLine: number) {
    this.#source = source;
    this.#start = start;
    this.#end = start;
    this.#firstLine = firstLine;
  }

  add({ line, row }: JudgedLine): void {
    this.rows += 1;
    this.#end = line.end;
    if (row.isGood) this.good.add(stagedBytes(line));
  }

  close(): Slice {
    const badRows = this.rows - this.good.rows;
    const place = { source: this.#source, start: this.#start, end: this.#end, firstLine: this.#firstLine };
    return { ...place, good: this.good.close(), badRows };
  }
}

class Totals {
  readonly #rules: RowRules;
  readonly #good = new Written();
  readonly #bad = new Written();
  readonly #reasons = new Map<string, number>();
  readonly #nulls: Map<string, number>;
  readonly #keys = new KeySet();
  #newestMs: number | undefined;
  mockRows = 0;

  constructor(rules: RowRules) {
    this.#rules = rules;
    this.#nulls = new Map(rules.fields.map((field) => [field, 0]));
  }

  get duplicates(): number | undefined {
    return this.#good.rows > KEYS_PER_PASS ? undefined : this.#keys.duplicates;
  }

  add({ line, row }: JudgedLine, source: string): void {
    if (row.isMock) this.mockRows += 1;
    if (!row.isGood) {
      this.#bad.add(quarantinedBytes(source, line, row.reasons));
      for (const reason of row.reasons) this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + 1);
      return;
    }
    this.#good.add(stagedBytes(line));
    if (this.#good.rows <= KEYS_PER_PASS) this.#keys.add(row.key);
    if (row.timeMs !== undefined) this.#newestMs = Math.max(this.#newestMs ?? row.timeMs, row.timeMs);
    for (const field of this.#rules.fields) {
      if (isMissing(row.fields, field)) this.#nulls.set(field, (this.#nulls.get(field) ?? 0) + 1);
    }
  }

  manifest(rules: ScanRules, batch: IncomingBatch, slices: readonly Slice[]): BatchManifest {
    const { rows, bytes, sha256 } = this.#good.close();
    const rate = (nulls: number) => (rows === 0 ? 0 : Math.round((nulls / rows) * 1e6) / 1e6);
    return {
      schema: 'highnoon.batch/1',
      dataset: rules.name,
      rows,
      bytes,
      sha256,
      parts: slices.map(({ good }) => good).filter((part) => part.rows > 0),
      newest: this.#newestMs === undefined ? null : instant(this.#newestMs),
      nullRates: Object.fromEntries([...this.#nulls].map(([field, nulls]) => [field, rate(nulls)])),
      quarantined: {
        rows: this.#bad.rows,
        reasons: Object.fromEntries([...this.#reasons].sort(([a], [b]) => (a < b ? -1 : 1))),
        object: this.#bad.rows === 0 ? null : this.#bad.close(),
      },
      source: { generation: batch.generation, parts: batch.parts },
      rules: rules.digest,
    };
  }
}
