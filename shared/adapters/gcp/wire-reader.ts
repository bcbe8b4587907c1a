/** Reads the parts of a protocol buffer where they lie. Running over an end throws `RangeError`. */
export class WireReader {
  bytes: Buffer = Buffer.alloc(0);
  at = 0;

  open(bytes: Buffer): void {
    this.bytes = bytes;
    this.at = 0;
  }

  /** An unsigned number below 2^53: a field's head, a length, an enumeration. */
  varint(): number {
    const { bytes } = this;
    let byte = this.#byte(bytes);
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    for (let scale = 0x80; byte >= 0x80; scale *= 0x80) {
      byte = this.#byte(bytes);
      value += (byte & 0x7f) * scale;
    }
    return value;
  }

  #byte(bytes: Buffer): number {
    if (this.at >= bytes.length) throw new RangeError(`a message ends in the middle, at ${this.at}`);
    return bytes[this.at++] as number;
  }

  /** Reads a length; where what it measures ends. */
  end(limit: number): number {
    const length = this.varint();
    const end = this.at + length;
    if (end > limit) throw new RangeError(`${length} bytes wanted at ${this.at} of ${limit}`);
    return end;
  }

  /** A signed number of 64 bits; a number where it is below 2^52 on either side of zero. */
  int64(): number | bigint {
    const { bytes } = this;
    let low = 0;
    let high = 0;
    let byte = 0x80;
    for (let shift = 0; byte >= 0x80; shift += 7) {
      if (shift > 63) throw new RangeError(`a number longer than 10 bytes, at ${this.at}`);
      byte = this.#byte(bytes);
      if (shift < 28) low |= (byte & 0x7f) << shift;
      else high += (byte & 0x7f) * 2 ** (shift - 28);
    }
    // The bits past 64 that ten bytes have are of no meaning; the highest of the 64 is the sign.
    high %= 2 ** 36;
    if (high >= 2 ** 35) high -= 2 ** 36;
    return Math.abs(high) < 2 ** 24 ? high * 2 ** 28 + low : BigInt(high) * 2n ** 28n + BigInt(low);
  }

  double(limit: number): number {
    if (this.at + 8 > limit) throw new RangeError(`8 bytes wanted at ${this.at} of ${limit}`);
    const value = this.bytes.readDoubleLE(this.at);
    this.at += 8;
    return value;
  }

  /** Steps over the value of a field that is of no use here. */
  skip(field: number, limit: number): void {
    switch (field & 7) {
      case 0:
        this.int64();
        break;
      case 1:
        this.at += 8;
        break;
      case 2:
        this.at = this.end(limit);
        break;
      case 5:
        this.at += 4;
        break;
      default:
        throw new RangeError(`wire type ${field & 7} at ${this.at}; allowed are 0, 1, 2, 5`);
    }
    if (this.at > limit) throw new RangeError(`a field runs over the end, to ${this.at} of ${limit}`);
  }
}
