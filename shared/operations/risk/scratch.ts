import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { PortError } from '../../domain/errors.ts';
import { sha256 } from '../../domain/json.ts';
import type { MemoryPort, RawDocument } from '../../ports/memory.ts';
import type { ObjectsPort } from '../../ports/objects.ts';
import { ByteReader } from '../../snapshots/byte-reader.ts';
import { ByteWriter } from '../../snapshots/byte-writer.ts';
import { ContentDigest } from '../../snapshots/content-digest.ts';
import { endsSegment } from '../../snapshots/name-keys.ts';
import { RecordPlace, writeDocument } from '../../snapshots/record-format.ts';

export const scratchPrefix = (bucketUri: string): string => `${bucketUri}/scratch/`;

/**
 * A place that a restore goes to and is read back from, one object for each collection. Its bytes are encrypted with a key
 * that this process alone ever has: what is left behind by a crash can be read by nobody.
 */
export interface Scratch {
  /** Names this place; two rehearsals never share one. */
  readonly id: string;
  uri(collection: string): string;
  /** Where `restoreSnapshot` hands the documents. */
  readonly target: MemoryPort;
  /** The digest and number of the documents that stand there, read back from the bytes. */
  readBack(
    collection: string,
    digestKey: Buffer | undefined,
  ): Promise<{ documents: number; digest: string; bytes: number }>;
}

/** Bytes are sent on in parts of about this size. */
const PART_BYTES = 256 * 1024;

export function openScratch(objects: ObjectsPort, bucketUri: string): Scratch {
  const key = randomBytes(32);
  const id = sha256(key).slice(0, 16);
  const uri = (collection: string) => `${scratchPrefix(bucketUri)}${id}/${encodeURIComponent(collection)}`;
  return {
    id,
    uri,
    target: {
      // biome-ignore lint/correctness/useYield: nothing is ever captured from here
      async *capture(): AsyncGenerator<RawDocument> {
        throw new PortError('scratch', 'unsupported', 'nothing is captured from a scratch place');
      },
      async restore(collection, documents) {
        const known = await objects.stat(uri(collection));
        const iv = randomBytes(16);
        await objects.write(uri(collection), encrypted(records(collection, documents), key, iv), {
          when: known === undefined ? 'absent' : { generation: known.generation },
          metadata: { iv: iv.toString('hex'), collection },
        });
      },
    },
    async readBack(collection, digestKey) {
      const info = await objects.stat(uri(collection));
      if (info === undefined) throw new PortError('scratch', 'not-found', `${collection} is not there any more`);
      const iv = Buffer.from(info.metadata.iv ?? '', 'hex');
      const decipher = createDecipheriv('aes-256-ctr', key, iv);
      const reading = new RecordDigest(digestKey);
      for await (const chunk of objects.read(info.uri, { generation: info.generation }))
        reading.take(decipher.update(chunk));
      return { ...reading.result(), bytes: info.bytes };
    },
  };
}

async function* records(collection: string, documents: AsyncIterable<RawDocument>): AsyncGenerator<Buffer> {
  const writer = new ByteWriter(PART_BYTES);
  const place = new RecordPlace();
  for await (const document of documents) {
    writeDocument(writer, collection, document, place);
    if (writer.length < PART_BYTES) continue;
    yield writer.copy();
    writer.length = 0;
  }
  if (writer.length > 0) yield writer.copy();
}

async function* encrypted(parts: AsyncIterable<Buffer>, key: Buffer, iv: Buffer): AsyncGenerator<Uint8Array> {
  const cipher = createCipheriv('aes-256-ctr', key, iv);
  for await (const part of parts) yield cipher.update(part);
}

/** Takes bytes as they come and counts the records in them; memory holds no more than one record and one part. */
class RecordDigest {
  readonly #digest: ContentDigest;
  #rest: Buffer = Buffer.alloc(0);
  #documents = 0;

  constructor(key: Buffer | undefined) {
    this.#digest = new ContentDigest(key);
  }

  take(bytes: Buffer): void {
    const all = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    let at = 0;
    for (;;) {
      const end = this.#record(all, at);
      if (end === undefined) break;
      at = end;
    }
    this.#rest = all.subarray(at);
  }

  /** Takes the record that begins there; undefined when its end has not come yet. */
  #record(bytes: Buffer, start: number): number | undefined {
    const reader = new ByteReader(bytes, start);
    let keyStart: number;
    let keyEnd: number;
    try {
      const keyBytes = reader.varint();
      keyStart = reader.at;
      reader.skip(keyBytes);
      keyEnd = reader.at;
      reader.skip(Math.floor(reader.varint() / 4));
    } catch (error) {
      if (error instanceof RangeError) return undefined;
      throw error;
    }
    this.#digest.open.appendRange(bytes, start, reader.at);
    this.#documents += 1;
    if (endsSegment(bytes, keyStart, keyEnd)) this.#digest.endSegment();
    else this.#digest.shrink();
    return reader.at;
  }

  result(): { documents: number; digest: string } {
    // Half a record at the end is no record: the number and the digest will not agree.
    return { documents: this.#documents, digest: this.#digest.value() };
  }
}
