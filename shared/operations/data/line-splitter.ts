/** A row longer than this is no row; without a limit one endless line would be held in memory. */
export const LONGEST_ROW = 1024 * 1024;

export interface Line {
  /** Without its line end; only the beginning when it is too long. */
  readonly bytes: Buffer;
  readonly isTooLong: boolean;
  /** Counted from 1. */
  readonly number: number;
  /** Where the next line begins, in bytes of the object. */
  readonly end: number;
}

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** Cuts a stream of bytes into lines, whatever the pieces it comes in. */
export class LineSplitter {
  #rest: Buffer[] = [];
  #restBytes = 0;
  #number: number;
  #offset: number;

  /** For a stream that begins at this byte, which begins this line. */
  constructor(offset = 0, firstLine = 1) {
    this.#offset = offset;
    this.#number = firstLine;
  }

  push(chunk: Uint8Array): Line[] {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const lines: Line[] = [];
    let from = 0;
    for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, from)) {
      this.#keep(bytes.subarray(from, at));
      this.#offset += at + 1 - from;
      lines.push(this.#take());
      from = at + 1;
    }
    this.#keep(bytes.subarray(from));
    this.#offset += bytes.length - from;
    return lines;
  }

  /** The last line, when it has no line end. */
  end(): Line[] {
    return this.#restBytes === 0 ? [] : [this.#take()];
  }

  #keep(piece: Buffer): void {
    if (this.#restBytes <= LONGEST_ROW) this.#rest.push(piece);
    this.#restBytes += piece.length;
  }

  #take(): Line {
    const isTooLong = this.#restBytes > LONGEST_ROW;
    const [first] = this.#rest;
    let bytes = this.#rest.length === 1 && first !== undefined ? first : Buffer.concat(this.#rest);
    this.#rest = [];
    this.#restBytes = 0;
    if (bytes.at(-1) === RETURN) bytes = bytes.subarray(0, -1);
    const number = this.#number++;
    if (number === 1 && bytes.subarray(0, 3).equals(MARK)) bytes = bytes.subarray(3);
    return { bytes: isTooLong ? bytes.subarray(0, LONGEST_ROW) : bytes, isTooLong, number, end: this.#offset };
  }
}
