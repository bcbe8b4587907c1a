const POINT = 0x2e;
const MINUS = 0x2d;
const ZERO = 0x30;

/** Writes a zigzag number with a point before its last `decimals` digits; returns where the text ends. */
export function writeDigits(target: Buffer, start: number, zigzag: number, decimals: number): number {
  let to = start;
  let digits = zigzag / 2;
  if (zigzag % 2 === 1) {
    target[to++] = MINUS;
    digits = (zigzag + 1) / 2;
  }
  let count = 1;
  for (let limit = 10; digits >= limit; limit *= 10) count++;
  if (count <= decimals) count = decimals + 1;
  const end = to + count + (decimals > 0 ? 1 : 0);
  const point = decimals > 0 ? end - decimals - 1 : -1;
  for (let at = end - 1; at >= to; at--) {
    if (at === point) {
      target[at] = POINT;
      continue;
    }
    // Below 2^31 the division is one of integers.
    const tens = digits < 0x8000_0000 ? (digits / 10) | 0 : Math.floor(digits / 10);
    target[at] = ZERO + digits - tens * 10;
    digits = tens;
  }
  return end;
}
