import type { Instant } from '../../domain/time.ts';
import type { EvidenceRecord } from '../../ports/evidence.ts';

/** Reads the documents of one collection, as records. Throws PortError. */
export interface CollectionReader {
  open(
    collection: string,
    options: { readonly signal?: AbortSignal },
  ): Promise<{
    /** When the collection was last written as a whole; null where nothing says so, and then it is as of now. */
    readonly updatedAt: Instant | null;
    readonly records: AsyncIterable<EvidenceRecord>;
  }>;
}

/** The newest value of one series. */
export interface MetricReading {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** How many samples the value was computed from. */
  readonly samples: number;
  readonly at: Instant;
}

/** Reads the newest values of all metrics. Throws PortError. */
export interface MetricsReader {
  latest(signal?: AbortSignal): Promise<readonly MetricReading[]>;
}
