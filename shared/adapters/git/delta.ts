/**
 * Applies one delta of a pack (gitformat-pack, "deltified representation"): the sizes of base and result, then
 * instructions that either copy a range of the base or insert bytes of their own. `take` is told the size of the
 * result before memory is taken for it. Throws `SyntaxError` when the delta does not fit its base.
 */
export function applyDelta(base: Uint8Array, delta: Buffer, take: (bytes: number) => void): Buffer {
  let at = 0;
  const byte = () => {
    const value = delta[at];
    if (value === undefined) throw new SyntaxError('a delta is cut off');
    at += 1;
    return value;
  };
  const size = () => {
    let total = 0;
    for (let scale = 1; ; scale *= 128) {
      const value = byte();
      total += (value & 127) * scale;
      if (total > Number.MAX_SAFE_INTEGER) throw new SyntaxError('a delta has no sane size');
      if (value < 128) return total;
    }
  };
  /** Bit n of the instruction says whether byte n of the number is there; absent bytes are zero. */
  const sparse = (bits: number, count: number) => {
    let total = 0;
    for (let n = 0; n < count; n += 1) if (bits & (1 << n)) total += byte() * 256 ** n;
    return total;
  };

  if (size() !== base.length) throw new SyntaxError('a delta is meant for another base');
  const resultSize = size();
  take(resultSize);
  const result = Buffer.alloc(resultSize);
  let filled = 0;
  const append = (source: Uint8Array, from: number, count: number) => {
    if (from + count > source.length || filled + count > resultSize) throw new SyntaxError('a delta reaches outside');
    result.set(source.subarray(from, from + count), filled);
    filled += count;
  };
  while (at < delta.length) {
    const instruction = byte();
    if (instruction === 0) throw new SyntaxError('a delta has the reserved instruction 0');
    if (instruction & 0x80) {
      const from = sparse(instruction & 15, 4);
      // A copy of nothing would be pointless, so the format lets zero mean 64 KiB.
      append(base, from, sparse((instruction >> 4) & 7, 3) || 0x10000);
    } else {
      append(delta, at, instruction);
      at += instruction;
    }
  }
  if (filled !== resultSize) throw new SyntaxError('a delta ends before its result is whole');
  return result;
}
