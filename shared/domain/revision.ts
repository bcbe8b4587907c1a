import type { Instant } from './time.ts';

/** Commits, data versions and service revisions together: what a noon released, or what genesis found. */
export interface Revision {
  readonly at: Instant;
  /** The run that made it the last known good. */
  readonly runId: string;
  /** Taken over as found on the first day, before any noon. */
  readonly adopted: boolean;
  /** Commit that the release ref of each repository stands on; null where there is none yet. */
  readonly commits: Readonly<Record<string, string | null>>;
  /** Live version of each dataset; null before the first. */
  readonly datasets: Readonly<Record<string, string | null>>;
  /** Serving revision of each service that noon may move. */
  readonly services: Readonly<Record<string, string | null>>;
  /** Digest of the context manifest. */
  readonly manifest: string | null;
}

export const LAST_KNOWN_GOOD = 'revisions/lastKnownGood';
