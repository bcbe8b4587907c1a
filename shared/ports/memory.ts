/**
 * Memory: the document collections that snapshots are made of (Firestore; locally the embedded store).
 * Values travel in Firestore's own wire kinds, never as JavaScript values: through those, 3.0 comes back as an
 * integer, integers past 2^53 round, and maps that look like timestamps change their kind.
 */

/** One instant. `seconds` is a decimal string since 1970-01-01T00:00Z, `nanos` 0..999999999. */
export interface RawTimestamp {
  readonly seconds: string;
  readonly nanos: number;
}

/**
 * A Firestore `Value`, shaped as in `google.firestore.v1` with 64-bit numbers as decimal strings, so that what the
 * gRPC client decodes (`longs: String`) fits without conversion. A vector is a map value with `__type__`.
 */
export type RawValue =
  | { readonly nullValue: 'NULL_VALUE' }
  | { readonly booleanValue: boolean }
  | { readonly integerValue: string }
  | { readonly doubleValue: number }
  | { readonly timestampValue: RawTimestamp }
  | { readonly stringValue: string }
  | { readonly bytesValue: Uint8Array }
  | { readonly referenceValue: string }
  | { readonly geoPointValue: { readonly latitude: number; readonly longitude: number } }
  | { readonly arrayValue: { readonly values: readonly RawValue[] } }
  | { readonly mapValue: { readonly fields: RawFields } };

export type RawFields = { readonly [name: string]: RawValue };

export interface RawDocument {
  /** Full path from the database root, `COLLECTION/ID[/COLLECTION/ID...]`, without a leading slash. */
  readonly path: string;
  /**
   * The fields in the canonical encoding of `shared/snapshots/encode-fields.ts`: equal fields, and only those, have
   * equal bytes. An adapter stores or makes these bytes once, so that a capture copies and compares and never parses.
   * The bytes may be a view of a larger buffer; they must not change after the document was handed over.
   */
  readonly fields: Uint8Array;
  readonly createTime?: RawTimestamp;
  readonly updateTime?: RawTimestamp;
}

export interface CaptureOptions {
  /** RFC 3339, a whole minute: every document is read as of this instant. */
  readonly readTime: string;
  /** Only documents whose path sorts after this one. A broken stream is resumed with the last path it gave. */
  readonly after?: string;
  readonly signal?: AbortSignal;
}

export interface CutOptions {
  /** As for a capture. */
  readonly readTime: string;
  /** Documents of a range, about. */
  readonly size: number;
  /** At most so many ranges, however large they become. */
  readonly most: number;
  readonly signal?: AbortSignal;
}

export interface MemoryPort {
  /**
   * Every document at or below the collection, those below missing parents and in nested collections included,
   * ordered by the UTF-8 bytes of the path compared segment by segment. Throws `PortError`.
   */
  capture(collection: string, options: CaptureOptions): AsyncIterable<RawDocument>;
  /**
   * Paths that cut the collection into ranges of about the same size, in order, found without reading it all: none when
   * it has no more documents than one range. Absent where a collection can only be read in one piece.
   */
  cuts?(collection: string, options: CutOptions): Promise<readonly string[]>;
  /** Writes the documents to their paths, replacing what stands there; removes nothing. Idempotent. */
  restore(collection: string, documents: AsyncIterable<RawDocument>): Promise<void>;
}
