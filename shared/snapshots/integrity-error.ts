/** What is wrong with stored bytes. `missing` and `damaged` concern objects, the others what they should mean. */
export type IntegrityKind = 'missing' | 'damaged' | 'undecodable' | 'inconsistent' | 'digest-differs';

export interface IntegrityPlace {
  /** The collection, or `(manifest)`, `(unreferenced)` for bytes that belong to none. */
  readonly collection: string;
  /** The chunk id in hex, or the id of the snapshot when the fault is in its manifest. */
  readonly chunk: string;
  /** The object that holds the bytes. */
  readonly uri: string;
}

/** Stored bytes are not what was written. Trying again does not help: make the snapshot again, or use another one. */
export class IntegrityError extends Error {
  override readonly name = 'IntegrityError';
  readonly code = 'integrity';
  readonly retryable = false;
  readonly kind: IntegrityKind;
  readonly collection: string;
  readonly chunk: string;
  readonly uri: string;

  constructor(kind: IntegrityKind, place: IntegrityPlace, detail: string, options?: { cause?: unknown }) {
    super(`${kind}: collection ${place.collection}, chunk ${place.chunk} in ${place.uri}: ${detail}`, options);
    this.kind = kind;
    this.collection = place.collection;
    this.chunk = place.chunk;
    this.uri = place.uri;
  }
}

/** A document, or the order of documents, that a snapshot cannot hold without loss. */
export class SourceError extends Error {
  override readonly name = 'SourceError';
  readonly code = 'invalid-source';
  readonly retryable = false;
  readonly path: string;

  constructor(path: string, detail: string) {
    super(`${path}: ${detail}`);
    this.path = path;
  }
}
