import { hash } from 'node:crypto';

/** Keys per pass: with 64 bits each at half load, 32 MiB. */
export const KEYS_PER_PASS = 2_000_000;

/**
 * Counts keys that came before, in constant memory: 64 bits of each key are kept. Equal keys are always found; two
 * different keys look alike with a probability of about n²/2^65, a tenth of a millionth for two million.
 */
export class KeySet {
  #high = new Uint32Array(1024);
  #low = new Uint32Array(1024);
  #size = 0;
  readonly #pass: number;
  readonly #passes: number;
  duplicates = 0;

  /** Of `passes` sets that share the work between them, this one sees to the keys that fall to `pass`. */
  constructor(pass = 0, passes = 1) {
    this.#pass = pass;
    this.#passes = passes;
  }

  add(key: string): void {
    let [high, low] = hash64(key);
    if (this.#passes > 1 && high % this.#passes !== this.#pass) return;
    // Two zeros mark an empty place.
    if (high === 0 && low === 0) low = 1;
    if (this.#size * 2 >= this.#high.length) this.#grow();
    if (this.#insert(high, low)) this.#size += 1;
    else this.duplicates += 1;
  }

  #insert(high: number, low: number): boolean {
    const mask = this.#high.length - 1;
    for (let at = low & mask; ; at = (at + 1) & mask) {
      if (this.#high[at] === high && this.#low[at] === low) return false;
      if (this.#high[at] === 0 && this.#low[at] === 0) {
        this.#high[at] = high;
        this.#low[at] = low;
        return true;
      }
    }
  }

  #grow(): void {
    const [high, low] = [this.#high, this.#low];
    this.#high = new Uint32Array(high.length * 2);
    this.#low = new Uint32Array(low.length * 2);
    for (let at = 0; at < high.length; at++) {
      const [kept, keptLow] = [high[at] ?? 0, low[at] ?? 0];
      if (kept !== 0 || keptLow !== 0) this.#insert(kept, keptLow);
    }
  }
}

export const passesFor = (rows: number): number => Math.max(1, Math.ceil(rows / KEYS_PER_PASS));

/** A cryptographic hash, so that nobody can make keys that look alike. */
function hash64(key: string): [high: number, low: number] {
  const digest = hash('sha1', key, 'buffer');
  return [digest.readUInt32LE(0), digest.readUInt32LE(4)];
}
