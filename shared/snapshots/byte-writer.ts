/** A buffer that grows. Reused between uses: `view()` is valid until the next write. */
export class ByteWriter {
  bytes: Buffer;
  length = 0;

  constructor(capacity = 4096) {
    this.bytes = Buffer.allocUnsafeSlow(capacity);
  }

  reserve(count: number): void {
    const wanted = this.length + count;
    if (wanted <= this.bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(wanted, this.bytes.length * 2));
    this.bytes.copy(grown, 0, 0, this.length);
    this.bytes = grown;
  }

  byte(value: number): void {
    if (this.length === this.bytes.length) this.reserve(1);
    this.bytes[this.length++] = value;
  }

  /** Unsigned, below 2^53, 7 bits a byte, lowest first. */
  varint(value: number): void {
    this.reserve(8);
    const bytes = this.bytes;
    let rest = value;
    while (rest >= 0x80) {
      bytes[this.length++] = (rest % 0x80) | 0x80;
      // Shifts are 32 bits wide; numbers up to 2^53 need the division.
      rest = rest < 0x8000_0000 ? rest >>> 7 : Math.floor(rest / 0x80);
    }
    bytes[this.length++] = rest;
  }

  append(source: Uint8Array): void {
    this.reserve(source.length);
    this.bytes.set(source, this.length);
    this.length += source.length;
  }

  appendRange(source: Uint8Array, start: number, end: number): void {
    const count = end - start;
    this.reserve(count);
    if (count < 24) {
      const bytes = this.bytes;
      let at = this.length;
      for (let i = start; i < end; i++) bytes[at++] = source[i] as number;
    } else {
      this.bytes.set(source.subarray(start, end), this.length);
    }
    this.length += count;
  }

  /** The text as UTF-8; returns how many bytes. The caller has made sure that it is well formed. */
  text(value: string): number {
    this.reserve(value.length * 3);
    const count = this.bytes.write(value, this.length, 'utf8');
    this.length += count;
    return count;
  }

  double(value: number): void {
    this.reserve(8);
    this.bytes.writeDoubleBE(value, this.length);
    this.length += 8;
  }

  view(): Buffer {
    return this.bytes.subarray(0, this.length);
  }

  /** A copy that outlives the next write. */
  copy(): Buffer {
    return Buffer.from(this.view());
  }
}
