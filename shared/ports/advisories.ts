import type { OsvRecord, PackageVersion } from '../domain/advisories/record.ts';
import type { Rating } from '../domain/advisories/severity.ts';
import type { Instant } from '../domain/time.ts';

/**
 * A source of advisories in the OSV format. An answer is whole or there is none: every method throws a `PortError` when
 * anything is missing from what came back, so that a caller can only ever say "unknown", never "clean":
 * - `resource-exhausted`: the source limits the rate; `retryAfterSecondsOf` tells how long it asked to be left alone
 * - `unavailable`: not reached, broke off, answered 5xx, half a document, or fewer answers than questions
 * - `deadline-exceeded`: the time limit passed, or the caller's signal ended the wait
 * - `invalid`: the source refuses the question
 * - `unauthenticated`, `permission-denied`, `not-found`: likewise; an id that was listed and is gone is `not-found`
 * - `too-large`: the answer is beyond the limit
 * - `unsupported`: the answer is a redirect
 * - `internal`: the answer is whole, but not what the source promises
 *
 * A message names the source and the status, never the body.
 */
export interface AdvisoriesPort {
  /**
   * Which advisories the source lists for each package: one list for each, in the order asked, complete over all pages.
   * The source matches generously; whether a version is affected is for `isAffected` to say.
   */
  query(packages: readonly PackageVersion[], options?: AdvisoryOptions): Promise<readonly (readonly AdvisoryRef[])[]>;
  /** The records of these advisories, in the order asked, without prose, references and credits. */
  records(refs: readonly AdvisoryRef[], options?: AdvisoryOptions): Promise<readonly OsvRecord[]>;
  /** RFC 3339: when the newest advisory of this ecosystem changed at the source, which is how old its knowledge is. */
  newestChangeAt(ecosystem: string, options?: AdvisoryOptions): Promise<string>;
  /**
   * What the platform's own scan says of an image, by `HOST/NAME@sha256:...`. Absent where nothing scans images: then it
   * cannot be told. An image that was never scanned has `scannedAt: null`.
   */
  imageScan?(image: string, options?: AdvisoryOptions): Promise<ImageScan>;
}

export interface ImageScan {
  readonly scannedAt: Instant | null;
  readonly found: readonly ImageVulnerability[];
}

export interface ImageVulnerability {
  readonly id: string;
  readonly rating: Rating;
  readonly packageName: string;
  /** Null when no version mends it yet. */
  readonly fixedIn: string | null;
}

export interface AdvisoryRef {
  readonly id: string;
  /** RFC 3339. Another value is another version of the record. */
  readonly modified: string;
}

export interface AdvisoryOptions {
  readonly signal?: AbortSignal;
}
