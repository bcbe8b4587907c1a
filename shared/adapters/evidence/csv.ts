import type { EvidenceRecord } from '../../ports/evidence.ts';
import { invalid, LARGEST_RECORD, tooLarge } from './record-faults.ts';

interface Row {
  readonly cells: readonly string[];
  readonly line: number;
}

/** Comma separated values as RFC 4180 has them: the first row names the fields, every value is text. */
export async function* csvRecords(uri: string, pieces: AsyncIterable<string>): AsyncIterable<EvidenceRecord> {
  let names: readonly string[] | undefined;
  for await (const { cells, line } of rows(uri, pieces)) {
    if (cells.length === 1 && cells[0] === '') continue;
    if (names === undefined) {
      names = header(uri, cells);
      continue;
    }
    if (cells.length !== names.length) {
      throw invalid(uri, `line ${line} has ${cells.length} values; the header names ${names.length}`);
    }
    const record: Record<string, string> = {};
    for (const [index, name] of names.entries()) record[name] = cells[index] ?? '';
    yield record;
  }
  if (names === undefined) throw invalid(uri, 'has no header');
}

function header(uri: string, cells: readonly string[]): readonly string[] {
  const names = cells.map((cell) => cell.replace(/^\ufeff/, '').trim());
  const isWrong = names.some((name) => name === '' || name === '__proto__') || new Set(names).size !== names.length;
  if (isWrong) throw invalid(uri, 'has a header with an empty or repeated name');
  return names;
}

async function* rows(uri: string, pieces: AsyncIterable<string>): AsyncIterable<Row> {
  const reader = new RowReader(uri);
  for await (const piece of pieces) yield* reader.take(piece);
  yield* reader.end();
}

class RowReader {
  readonly #uri: string;
  #cells: string[] = [];
  #cell = '';
  #state: 'bare' | 'quoted' | 'closed' = 'bare';
  #line = 1;
  #startLine = 1;

  constructor(uri: string) {
    this.#uri = uri;
  }

  *take(piece: string): Iterable<Row> {
    for (const character of piece) {
      if (character === '\n') this.#line += 1;
      if (this.#state === 'quoted') {
        if (character === '"') this.#state = 'closed';
        else this.#cell += character;
      } else if (character === '"' && (this.#state === 'closed' || this.#cell === '')) {
        // Two quotation marks inside a quoted value are one.
        if (this.#state === 'closed') this.#cell += '"';
        this.#state = 'quoted';
      } else if (character === ',') this.#endCell();
      else if (character === '\n') yield this.#endRow();
      else if (character !== '\r') this.#addBare(character);
      if (this.#cell.length > LARGEST_RECORD) throw tooLarge(this.#uri, `line ${this.#startLine}`);
    }
  }

  *end(): Iterable<Row> {
    if (this.#state === 'quoted')
      throw invalid(this.#uri, `line ${this.#startLine} has a quotation mark that never ends`);
    if (this.#cell !== '' || this.#cells.length > 0) yield this.#endRow();
  }

  #addBare(character: string): void {
    if (this.#state === 'closed') throw invalid(this.#uri, `line ${this.#startLine} goes on after a quoted value`);
    this.#cell += character;
  }

  #endCell(): void {
    this.#cells.push(this.#cell);
    this.#cell = '';
    this.#state = 'bare';
  }

  #endRow(): Row {
    this.#endCell();
    const row = { cells: this.#cells, line: this.#startLine };
    this.#cells = [];
    this.#startLine = this.#line;
    return row;
  }
}
