/**
 * Objects: named, immutable-by-generation byte sequences (Cloud Storage; locally `DATA/objects/BUCKET/KEY`).
 * An object is addressed as `gs://BUCKET/KEY`. Every write states what it expects to replace, so that a stalled
 * writer can never overwrite what came after it.
 */

export interface ObjectInfo {
  /** `gs://BUCKET/KEY` */
  readonly uri: string;
  readonly bytes: number;
  /** Opaque and unique for each version of an object; compare for equality only. */
  readonly generation: string;
  /** RFC 3339, when this generation was written. */
  readonly updatedAt: string;
  readonly crc32c?: string;
  /** Small strings stored with the object (the fencing token of its writer among them). */
  readonly metadata: Readonly<Record<string, string>>;
  readonly storageClass?: string;
}

/** `absent`: only create. A generation: only replace exactly that version. `any`: unconditional (content-addressed keys only). */
export type WriteCondition = 'absent' | 'any' | { readonly generation: string };

export interface ObjectsPort {
  /** The newest generation, or undefined when there is none. */
  stat(uri: string): Promise<ObjectInfo | undefined>;
  /** Streams the bytes; throws `PortError` code `not-found` when absent. */
  read(
    uri: string,
    options?: { generation?: string; start?: number; end?: number; signal?: AbortSignal },
  ): AsyncIterable<Uint8Array>;
  /** Writes all bytes or nothing. Throws `PortError` code `precondition-failed` when the condition does not hold. */
  write(
    uri: string,
    body: Uint8Array | AsyncIterable<Uint8Array>,
    options: { when: WriteCondition; contentType?: string; metadata?: Record<string, string>; signal?: AbortSignal },
  ): Promise<ObjectInfo>;
  /** Lists by prefix `gs://BUCKET/PREFIX`, sorted by UTF-8 bytes of the key. */
  list(prefix: string): AsyncIterable<ObjectInfo>;
  /** Removes exactly that generation. Throws `precondition-failed` when it is another one, `not-found` when absent. */
  remove(uri: string, generation: string): Promise<void>;
  /** Moves the object to a storage class, or sets or lifts its hold; throws `not-found`. */
  update(
    uri: string,
    change: { storageClass?: 'STANDARD' | 'NEARLINE' | 'COLDLINE' | 'ARCHIVE'; hold?: boolean },
  ): Promise<ObjectInfo>;
}
