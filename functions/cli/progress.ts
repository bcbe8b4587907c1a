/** Tells how far long work has come: so many done, of so many where that is known. */
export type Bar = (done: number, of?: number) => void;

export interface ProgressStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

const WIDTH = 24;
/** A line for every so many, where the end is not known. */
const COUNT_STEP = 10_000;
/** Short work needs no telling: it is over before a line is read. */
const LEAST_LINES = 10;

/**
 * A bar that is drawn over itself on a terminal, a plain line for every tenth elsewhere (a log file must not fill up),
 * and nothing at all where a document is asked for.
 */
export function createBar(stream: ProgressStream, isSilent: boolean, label: string, unit: string): Bar {
  if (isSilent) return () => {};
  return stream.isTTY === true ? drawnBar(stream, label, unit) : toldBar(stream, label, unit);
}

function drawnBar(stream: ProgressStream, label: string, unit: string): Bar {
  let shown = '';
  return (done, of) => {
    const line =
      of === undefined ? `  ${label}: ${done} ${unit}` : `  ${label} ${drawn(done, of)} ${done} of ${of} ${unit}`;
    const isEnd = of !== undefined && done >= of;
    if (line === shown) return;
    shown = line;
    // Cut to the terminal: a line that wraps could not be drawn over.
    const room = Math.max(20, (stream.columns ?? 80) - 1);
    stream.write(`\r\u001b[2K${line.slice(0, room)}${isEnd ? '\n' : ''}`);
  };
}

function drawn(done: number, of: number): string {
  const share = of === 0 ? 1 : Math.min(1, done / of);
  const full = Math.floor(share * WIDTH);
  return `[${'='.repeat(full)}${' '.repeat(WIDTH - full)}] ${String(Math.floor(share * 100)).padStart(3)} %`;
}

function toldBar(stream: ProgressStream, label: string, unit: string): Bar {
  let next = 0;
  return (done, of) => {
    if (of === undefined) {
      if (done < next + COUNT_STEP) return;
      next = done - (done % COUNT_STEP);
      stream.write(`  ${label}: ${done} ${unit}\n`);
      return;
    }
    const tenth = of === 0 ? 10 : Math.floor((done / of) * 10);
    if (of < LEAST_LINES || tenth <= next) return;
    next = tenth;
    stream.write(`  ${label}: ${done} of ${of} ${unit}\n`);
  };
}
