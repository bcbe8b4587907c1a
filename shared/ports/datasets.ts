import type { Dataset } from '../domain/configuration/index.ts';
import type { Instant } from '../domain/time.ts';

/**
 * Datasets: batches arrive, are staged as immutable versions, and one version is live. What is behind an address
 * (objects, a table and the view over it) is the adapter's own business.
 *
 * A version is named by the digest of its manifest, so that equal batches are the same version and a version can never
 * be something else tomorrow. Two pointers per dataset, `staged` and `live`, name a version or none; they move by
 * compare-and-set and keep the highest fencing token that ever moved or fenced them.
 *
 * Every method throws `PortError`:
 * - `not-found`: no such version, or the incoming part is gone
 * - `precondition-failed`: a pointer is not where the caller expects it, carries a higher token, or the bytes are not
 *   those that were promised; nothing moved
 * - `invalid`: a pointer or manifest that cannot be read
 * - `unauthenticated`, `permission-denied`, `unavailable`, `deadline-exceeded`, `resource-exhausted`
 */

/** Where a dataset lies. */
export type DatasetPlaces = Pick<Dataset, 'name' | 'source_uri' | 'incoming_uri' | 'staged_uri' | 'live_uri'>;

export interface IncomingPart {
  /** `gs://BUCKET/KEY` */
  readonly uri: string;
  readonly generation: string;
  readonly bytes: number;
}

/** The newest batch that arrived, whole or in parts. */
export interface IncomingBatch {
  /** Digest over the addresses and generations of its parts: another value is another batch. */
  readonly generation: string;
  /** When its newest part was written. */
  readonly updatedAt: Instant;
  /** In the order of their names. */
  readonly parts: readonly IncomingPart[];
}

export interface StagedPart {
  readonly rows: number;
  readonly bytes: number;
  /** Of the bytes, in hexadecimal; also the name of the object. */
  readonly sha256: string;
}

/** What a version is. Equal batches under equal rules give equal manifests, so it names no time of its own making. */
export interface BatchManifest {
  readonly schema: 'highnoon.batch/1';
  readonly dataset: string;
  readonly rows: number;
  readonly bytes: number;
  /** Over all rows in order, line ends included, in hexadecimal. */
  readonly sha256: string;
  readonly parts: readonly StagedPart[];
  /** Of the field that tells a record's time; null when no row told one. */
  readonly newest: Instant | null;
  /** 0..1 for each field that the configuration names. */
  readonly nullRates: Readonly<Record<string, number>>;
  readonly quarantined: {
    readonly rows: number;
    /** How many rows for each reason; one row may have several. */
    readonly reasons: Readonly<Record<string, number>>;
    /** The object that holds them; null when there are none. */
    readonly object: StagedPart | null;
  };
  readonly source: { readonly generation: string; readonly parts: readonly IncomingPart[] };
  /** Of the rules that the rows were judged by. */
  readonly rules: string;
}

export interface Pointer {
  /** `sha256:...`, the digest of the version's manifest; null: none yet. A table that High Noon never made live has a name of its platform's making. */
  readonly version: string | null;
  readonly token: number;
}

export type PointerName = 'staged' | 'live';

/** Bytes that are made when they are asked for, and again when a call has to be repeated. */
export interface PartContent extends StagedPart {
  open(signal: AbortSignal): AsyncIterable<Uint8Array>;
}

export interface StageRequest {
  /** Where the staged pointer must be now. */
  readonly from: string | null;
  /** Where it moves. */
  readonly to: string | null;
  /** What is written first, when `to` is new: what is there already is not written again. */
  readonly content?: {
    readonly manifest: BatchManifest;
    readonly parts: readonly PartContent[];
    readonly quarantine: PartContent | null;
  };
  readonly token: number;
  readonly signal?: AbortSignal;
}

export interface PromoteRequest {
  readonly from: string | null;
  readonly to: string | null;
  readonly token: number;
  readonly signal?: AbortSignal;
}

/** What is known of a version, whoever made it. */
export interface VersionStatistics {
  readonly rows: number;
  readonly newest: Instant | null;
  /** Of the batch it was made from, and of the rules it was judged by; null when High Noon did not make it. */
  readonly madeFrom: { readonly generation: string; readonly rules: string } | null;
}

export interface DatasetsPort {
  /** Undefined when nothing has arrived. */
  incoming(dataset: DatasetPlaces, signal?: AbortSignal): Promise<IncomingBatch | undefined>;
  /** Exactly that generation, from byte `start` up to and without byte `end`; `precondition-failed` or `not-found` when it was replaced. */
  readIncoming(
    part: IncomingPart,
    options?: { readonly start?: number; readonly end?: number; readonly signal?: AbortSignal },
  ): AsyncIterable<Uint8Array>;
  pointer(dataset: DatasetPlaces, which: PointerName, signal?: AbortSignal): Promise<Pointer>;
  /** Undefined when there is no such version; `invalid` when what is there is not what its name says. */
  manifest(dataset: DatasetPlaces, version: string, signal?: AbortSignal): Promise<BatchManifest | undefined>;
  statistics(dataset: DatasetPlaces, version: string, signal?: AbortSignal): Promise<VersionStatistics>;
  readPart(dataset: DatasetPlaces, part: StagedPart, signal?: AbortSignal): AsyncIterable<Uint8Array>;
  /**
   * Names the parts of a version that are gone or were written again since they were staged, without reading them;
   * empty when all are as they were.
   */
  changedParts(dataset: DatasetPlaces, version: string, signal?: AbortSignal): Promise<readonly string[]>;
  /** Writes a version, whole or not at all as far as the pointer tells, and moves the staged pointer to it. */
  stage(dataset: DatasetPlaces, request: StageRequest): Promise<void>;
  /** Moves the live pointer. The version must be there. */
  promote(dataset: DatasetPlaces, request: PromoteRequest): Promise<void>;
  /** Raises a pointer's token and changes nothing else; a token that is already there is no error. */
  fence(dataset: DatasetPlaces, which: PointerName, token: number, signal?: AbortSignal): Promise<void>;
}
