import { asOsvRecord, type OsvRecord } from '../../domain/advisories/record.ts';
import type { AdvisoryRef } from '../../ports/advisories.ts';
import { exchangeJson, type OsvTarget, osvError } from './exchange.ts';

/** Keeps records over the calls of one process; a record never changes under its id and time of change. */
export interface RecordCache {
  get(key: string): OsvRecord | undefined;
  set(key: string, record: OsvRecord): void;
}

/** The least recently used record goes first. 2,000 slim records take about 20 MB. */
export function createRecordCache(limit = 2000): RecordCache {
  const records = new Map<string, OsvRecord>();
  return {
    get(key) {
      const record = records.get(key);
      if (record === undefined) return undefined;
      records.delete(key);
      records.set(key, record);
      return record;
    },
    set(key, record) {
      records.delete(key);
      records.set(key, record);
      if (records.size > limit) records.delete(records.keys().next().value as string);
    },
  };
}

export async function fetchRecord(
  target: OsvTarget,
  baseUrl: string,
  cache: RecordCache,
  ref: AdvisoryRef,
  signal: AbortSignal | undefined,
): Promise<OsvRecord> {
  const known = cache.get(keyOf(ref));
  if (known !== undefined) return known;
  const answer = await exchangeJson(target, { url: `${baseUrl}/v1/vulns/${encodeURIComponent(ref.id)}`, signal });
  const record = asOsvRecord(answer);
  if (record === undefined || record.id !== ref.id)
    throw osvError('internal', 'the advisory source answered with another record than asked for');
  const slim = withoutProse(record);
  // Under its own time of change: it may have moved since it was listed.
  cache.set(keyOf(slim), slim);
  return slim;
}

function keyOf({ id, modified }: AdvisoryRef): string {
  return `${id}@${modified}`;
}

const KEPT = [
  'id',
  'modified',
  'published',
  'withdrawn',
  'aliases',
  'upstream',
  'related',
  'summary',
  'affected',
  'severity',
  'database_specific',
] as const satisfies readonly (keyof OsvRecord)[];

/** Details, references and credits are most of a record's bytes and none of its judgement. */
function withoutProse(record: OsvRecord): OsvRecord {
  return Object.fromEntries(
    KEPT.filter((key) => record[key] !== undefined).map((key) => [key, record[key]]),
  ) as unknown as OsvRecord;
}
