/**
 * The framing of git's wire protocol: four hexadecimal digits of length (their own four bytes included), then the
 * payload. Lengths 0, 1 and 2 are marks: flush, delimiter, response end. (gitprotocol-common)
 */
const LARGEST_PAYLOAD = 65_516;

export type Packet =
  | { readonly kind: 'data'; readonly payload: Buffer }
  | { readonly kind: 'flush' | 'delimiter' | 'end' };

export const FLUSH = Buffer.from('0000');
export const DELIMITER = Buffer.from('0001');

export function encodeLine(line: string): Buffer {
  const payload = Buffer.from(line);
  if (payload.length > LARGEST_PAYLOAD) {
    throw new RangeError(`a protocol line of ${payload.length} bytes; at most ${LARGEST_PAYLOAD} are allowed`);
  }
  return Buffer.concat([Buffer.from((payload.length + 4).toString(16).padStart(4, '0')), payload]);
}

/** Throws `SyntaxError` where the bytes stop being packets, a truncated last one included. */
export function* decodePackets(bytes: Buffer): Generator<Packet> {
  let at = 0;
  while (at < bytes.length) {
    const digits = bytes.toString('latin1', at, at + 4);
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw new SyntaxError(`no packet length at byte ${at}`);
    const length = Number.parseInt(digits, 16);
    if (length === 3) throw new SyntaxError(`a packet of length 3 at byte ${at}`);
    if (length < 4) {
      yield { kind: length === 0 ? 'flush' : length === 1 ? 'delimiter' : 'end' };
      at += 4;
      continue;
    }
    if (at + length > bytes.length) throw new SyntaxError(`the packet at byte ${at} is cut off`);
    yield { kind: 'data', payload: bytes.subarray(at + 4, at + length) };
    at += length;
  }
}

/** A text line; the newline at its end is optional in the protocol. */
export function textOf(payload: Buffer): string {
  const text = payload.toString('utf8');
  return text.endsWith('\n') ? text.slice(0, -1) : text;
}

export interface Bands {
  readonly data: Buffer;
  /** What the server wanted a person to read. */
  readonly progress: string;
  /** Set when the server broke off. */
  readonly error?: string;
}

/** Takes side bands apart: 1 data, 2 progress, 3 fatal error. Reads up to the first mark. */
export function splitBands(packets: Iterator<Packet>): Bands {
  const data: Buffer[] = [];
  let progress = '';
  for (let next = packets.next(); !next.done && next.value.kind === 'data'; next = packets.next()) {
    const { payload } = next.value;
    const band = payload[0];
    const rest = payload.subarray(1);
    if (band === 1) data.push(rest);
    else if (band === 2) progress += rest.toString('utf8');
    else if (band === 3) return { data: Buffer.concat(data), progress, error: rest.toString('utf8') };
    else throw new SyntaxError(`side band ${band}; 1, 2 and 3 exist`);
  }
  return { data: Buffer.concat(data), progress };
}
