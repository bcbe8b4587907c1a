import type { ByteWriter } from './byte-writer.ts';
import { writeDecimal, writeDouble, writeInteger, writeSmallInteger } from './encode-fields.ts';
import { SourceError } from './integrity-error.ts';

const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;

/**
 * The canonical bytes of one JSON number, from its digits. Up to fifteen significant digits a decimal names exactly one
 * double and needs no parsing; what is longer, has an exponent or ends in a zero after the point takes the general way.
 */
export function writeJsonNumber(out: ByteWriter, source: Buffer, start: number, end: number, isDouble: boolean): void {
  const isNegative = source[start] === MINUS;
  const first = isNegative ? start + 1 : start;
  let mantissa = 0;
  let point = -1;
  let at = first;
  if (end - first <= 15) {
    for (; at < end; at++) {
      const byte = source[at] as number;
      if (byte >= ZERO && byte <= NINE) mantissa = mantissa * 10 + byte - ZERO;
      else if (byte === POINT && point < 0) point = at;
      else break;
    }
  }
  const hasUsualShape =
    at === end && mantissa !== 0 && source[first] !== POINT && (source[first] !== ZERO || point === first + 1);
  if (hasUsualShape && !isDouble) writeSmallInteger(out, isNegative ? -mantissa : mantissa);
  else if (hasUsualShape && source[end - 1] !== ZERO && point !== end - 1) {
    writeDecimal(out, isNegative ? -mantissa : mantissa, end - point - 1);
  } else {
    const text = source.toString('latin1', start, end);
    const value = parseNumber(text);
    if (isDouble) writeDouble(out, value);
    else writeInteger(out, value === 0 ? '0' : text, 'JSON');
  }
}

function parseNumber(text: string): number {
  try {
    return JSON.parse(text) as number;
  } catch (cause) {
    throw new SourceError('JSON', `"${text}" is not a number: ${(cause as Error).message}`);
  }
}
