import { createHash } from 'node:crypto';
import { type Instant, instant } from '../../domain/time.ts';
import type { BatchManifest, DatasetPlaces, DatasetsPort, StagedPart } from '../../ports/datasets.ts';
import type { RowRules } from './judge-row.ts';
import { KeySet, passesFor } from './key-set.ts';
import { readRows } from './read-rows.ts';

/** What re-reading a version from its first to its last byte shows. */
export interface Measured {
  readonly rows: number;
  readonly duplicates: number;
  readonly newest: Instant | null;
  /** Rows that would be quarantined today, by reason. */
  readonly reasons: Readonly<Record<string, number>>;
  /** Positions of parts whose bytes are not those of the manifest, counted from 1. */
  readonly alteredParts: readonly number[];
  readonly sha256: string;
}

/** Measures a staged version from its bytes alone, without believing the manifest. Streams; several passes for many keys. */
export async function measureVersion(
  port: Pick<DatasetsPort, 'readPart'>,
  dataset: DatasetPlaces,
  manifest: BatchManifest,
  rules: RowRules,
  signal: AbortSignal,
): Promise<Measured> {
  const passes = passesFor(manifest.rows);
  const whole = createHash('sha256');
  const reasons = new Map<string, number>();
  const alteredParts: number[] = [];
  let rows = 0;
  let duplicates = 0;
  let newestMs: number | undefined;
  for (let pass = 0; pass < passes; pass++) {
    const keys = new KeySet(pass, passes);
    for (const [index, part] of manifest.parts.entries()) {
      const digest = createHash('sha256');
      const stream =
        pass === 0 ? hashed(port.readPart(dataset, part, signal), digest, whole) : port.readPart(dataset, part, signal);
      for await (const block of readRows(stream, rules)) {
        for (const { row } of block) {
          if (row.isGood) keys.add(row.key);
          if (pass > 0) continue;
          rows += 1;
          if (!row.isGood) for (const reason of row.reasons) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
          else if (row.timeMs !== undefined) newestMs = Math.max(newestMs ?? row.timeMs, row.timeMs);
        }
      }
      if (pass === 0 && !isAsPromised(digest.digest('hex'), part)) alteredParts.push(index + 1);
    }
    duplicates += keys.duplicates;
  }
  const newest = newestMs === undefined ? null : instant(newestMs);
  return { rows, duplicates, newest, reasons: Object.fromEntries(reasons), alteredParts, sha256: whole.digest('hex') };
}

const isAsPromised = (sha256: string, part: StagedPart): boolean => sha256 === part.sha256;

async function* hashed(
  stream: AsyncIterable<Uint8Array>,
  ...hashes: readonly { update(chunk: Uint8Array): unknown }[]
): AsyncIterable<Uint8Array> {
  for await (const chunk of stream) {
    for (const hash of hashes) hash.update(chunk);
    yield chunk;
  }
}
