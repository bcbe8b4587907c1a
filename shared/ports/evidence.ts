import type { Instant } from '../domain/time.ts';

/** One record of evidence: plain values, own properties only. Never leaves the evaluator. */
export type EvidenceRecord = Readonly<Record<string, unknown>>;

export interface EvidenceSet {
  /** When the newest part of it was written, as its own system says; null when it has no such time. */
  readonly updatedAt: Instant | null;
  /** What was read, in words: `gs://bucket/key generation 17`. */
  readonly request: string;
  /** Streamed; can be read once. Throws PortError `invalid` naming the line of a record that cannot be read. */
  readonly records: AsyncIterable<EvidenceRecord>;
  /** After the records were read to their end: sha-256 over the bytes as read. */
  digest(): string;
}

/** Reads evidence by its `source_uri`: object store, Firestore collection, service configuration, metrics, repository files. */
export interface EvidencePort {
  /** Throws PortError: `not-found`, `permission-denied`, `unavailable`, ... */
  open(
    source: { readonly name: string; readonly uri: string; readonly format: 'ndjson' | 'json' | 'csv' },
    options: { readonly signal?: AbortSignal; readonly since?: Instant },
  ): Promise<EvidenceSet>;
}
