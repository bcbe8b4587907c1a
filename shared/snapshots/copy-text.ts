const QUOTE = 0x22;
const BACKSLASH = 0x5c;

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * Copies text that stands between quotes of JSON as it is, four bytes at a time; returns where the copy ends, or -1 when
 * a byte of it has to be spelt out (below 20, quote, backslash). What then lies behind `to` is of no meaning.
 */
export function copyText(source: DataView, start: number, end: number, target: DataView, to: number): number {
  const last = end - 4;
  let at = start;
  let stop = to;
  if (last < at) {
    for (; at < end; at++) {
      const byte = source.getUint8(at);
      if (byte < 0x20 || byte === QUOTE || byte === BACKSLASH) return -1;
      target.setUint8(stop++, byte);
    }
    return stop;
  }
  for (;;) {
    const word = source.getInt32(at);
    // A byte below n takes a one from the bit above it when n is subtracted. 02 turns the quote into 20 and leaves what
    // is below 20 below it, so that one subtraction finds both.
    const low = word ^ 0x02020202;
    const slash = word ^ 0x5c5c5c5c;
    if (((((low - 0x21212121) | 0) & ~low) | (((slash - 0x01010101) | 0) & ~slash)) & 0x80808080) return -1;
    target.setInt32(stop, word);
    if (at === last) return stop + 4;
    // The last word ends with the text; it may overlap the one before.
    const step = last - at < 4 ? last - at : 4;
    at += step;
    stop += step;
  }
}
