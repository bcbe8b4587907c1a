/** Reads what `ByteWriter` wrote; running past the end throws `RangeError`, which callers turn into their own error. */
export class ByteReader {
  readonly bytes: Buffer;
  at: number;
  readonly end: number;

  constructor(source: Uint8Array, start = 0, end = source.length) {
    this.bytes = Buffer.isBuffer(source) ? source : Buffer.from(source.buffer, source.byteOffset, source.byteLength);
    this.at = start;
    this.end = end;
  }

  #take(count: number): number {
    const start = this.at;
    if (!(count >= 0) || start + count > this.end)
      throw new RangeError(`${count} bytes wanted at ${start} of ${this.end}`);
    this.at = start + count;
    return start;
  }

  byte(): number {
    return this.bytes[this.#take(1)] as number;
  }

  varint(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 8; i++) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 0x80;
    }
    throw new RangeError(`a number longer than 8 bytes at ${this.at}`);
  }

  skip(count: number): void {
    this.#take(count);
  }

  take(count: number): Buffer {
    const start = this.#take(count);
    return this.bytes.subarray(start, start + count);
  }

  text(count: number): string {
    const start = this.#take(count);
    return this.bytes.toString('utf8', start, start + count);
  }

  double(): number {
    return this.bytes.readDoubleBE(this.#take(8));
  }
}
