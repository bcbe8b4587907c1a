import { createHash } from 'node:crypto';
import { InvariantError } from '../../domain/errors.ts';
import type { Instant } from '../../domain/time.ts';
import type { EvidenceRecord, EvidenceSet } from '../../ports/evidence.ts';

/** A digest over everything that passes it, to be asked for at the end. */
export class RunningDigest {
  readonly #hash = createHash('sha256');
  #digest: string | undefined;

  add(data: Uint8Array | string): void {
    this.#hash.update(data);
  }

  end(): void {
    this.#digest ??= `sha256:${this.#hash.digest('hex')}`;
  }

  value(): string {
    if (this.#digest === undefined) throw new InvariantError('the digest of evidence is asked for before its end');
    return this.#digest;
  }
}

interface Parts {
  readonly request: string;
  readonly updatedAt: Instant | null;
}

/** A set of the bytes of files: `decode` gives the records of what passes. */
export function setOfBytes(
  { request, updatedAt }: Parts,
  bytes: AsyncIterable<Uint8Array>,
  decode: (bytes: AsyncIterable<Uint8Array>) => AsyncIterable<EvidenceRecord>,
): EvidenceSet {
  const running = new RunningDigest();
  async function* passing() {
    for await (const chunk of bytes) {
      running.add(chunk);
      yield chunk;
    }
  }
  return { request, updatedAt, records: ended(decode(passing()), running), digest: () => running.value() };
}

/** A set of records that have no bytes of their own: the digest is over their JSON. */
export function setOfRecords(
  { request, updatedAt }: Parts,
  records: AsyncIterable<EvidenceRecord> | Iterable<EvidenceRecord>,
): EvidenceSet {
  const running = new RunningDigest();
  async function* passing() {
    for await (const record of records) {
      running.add(`${JSON.stringify(record)}\n`);
      yield record;
    }
  }
  return { request, updatedAt, records: ended(passing(), running), digest: () => running.value() };
}

async function* ended<T>(records: AsyncIterable<T>, running: RunningDigest): AsyncIterable<T> {
  yield* records;
  running.end();
}
