import type { PackageVersion } from '../../domain/advisories/record.ts';
import type { AdvisoriesPort, AdvisoryRef } from '../../ports/advisories.ts';
import { mapBounded } from './bounded.ts';
import { createRecordCache, fetchRecord, type RecordCache } from './details.ts';
import { exchangeFirstLine, type OsvTarget, osvError } from './exchange.ts';
import { MAX_QUERIES, queryBatch } from './query.ts';

export { createRecordCache, type RecordCache } from './details.ts';
export { retryAfterSecondsOf } from './exchange.ts';

export interface OsvOptions {
  readonly fetch: typeof fetch;
  /** The API. */
  readonly baseUrl?: string;
  /** The bucket of exported data, where the list of changes is; the API itself does not say how fresh it is. */
  readonly dataUrl?: string;
  readonly cache?: RecordCache;
  /** Requests under way at once. */
  readonly concurrency?: number;
  /** For one request, in milliseconds. */
  readonly timeoutMs?: number;
}

/** https://google.github.io/osv.dev/api/ */
const BASE_URL = 'https://api.osv.dev';
/** https://google.github.io/osv.dev/data/#modified-advisories-only */
const DATA_URL = 'https://storage.googleapis.com/osv-vulnerabilities';
/** The largest known record (a kernel advisory with its versions) is below 5 MB. */
const MAX_BYTES = 32 * 1024 * 1024;

/**
 * A client of the OSV API. It tries every request once: trying again belongs to the layer above all ports, and costs it
 * little, because records that have arrived stay in the cache.
 */
export function createOsvAdvisories(options: OsvOptions): AdvisoriesPort {
  const { cache = createRecordCache(), concurrency = 8 } = options;
  const baseUrl = withoutEndSlash(options.baseUrl ?? BASE_URL);
  const dataUrl = withoutEndSlash(options.dataUrl ?? DATA_URL);
  const target: OsvTarget = { fetch: options.fetch, timeoutMs: options.timeoutMs ?? 30_000, maxBytes: MAX_BYTES };
  return {
    async query(packages, { signal } = {}) {
      const distinct = [...new Map(packages.map((installed) => [questionOf(installed), installed]))];
      const batches = chunksOf(distinct, MAX_QUERIES);
      const answers = await mapBounded(batches, concurrency, signal, (batch, either) =>
        queryBatch(
          target,
          baseUrl,
          batch.map(([, installed]) => installed),
          either,
        ),
      );
      const lists = new Map<string, readonly AdvisoryRef[]>();
      batches.forEach((batch, index) => {
        batch.forEach(([question], place) => {
          lists.set(question, answers[index]?.[place] ?? []);
        });
      });
      return packages.map((installed) => lists.get(questionOf(installed)) ?? []);
    },

    records: (refs, { signal } = {}) =>
      mapBounded(refs, concurrency, signal, (ref, either) => fetchRecord(target, baseUrl, cache, ref, either)),

    async newestChangeAt(ecosystem, { signal } = {}) {
      const base = ecosystem.split(':', 1)[0] ?? ecosystem;
      const url = `${dataUrl}/${encodeURIComponent(base)}/modified_id.csv`;
      const [changedAt = ''] = (await exchangeFirstLine(target, { url, signal })).split(',');
      if (!/^\d{4}-\d{2}-\d{2}T/.test(changedAt) || Number.isNaN(Date.parse(changedAt))) {
        throw osvError('internal', 'the first line of the list of changes does not begin with a time');
      }
      return changedAt;
    },
  };
}

/** Throws on what is no URL at all when the program is put together, not in the middle of a review. */
function withoutEndSlash(url: string): string {
  return new URL(url).href.replace(/\/+$/, '');
}

function questionOf({ ecosystem, name, version }: PackageVersion): string {
  return `${ecosystem}\n${name}\n${version}`;
}

function chunksOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
