import { type Bar, createBar } from './progress.ts';

/** Where a command writes: verdicts and documents to standard output, progress and logs to standard error. */
export interface Output {
  readonly json: boolean;
  /** One line of the answer; dropped when a document is asked for. */
  line(text?: string): void;
  /** The one document of `--json`. */
  document(value: unknown): void;
  /** Progress of long work, for people. */
  progress(text: string): void;
  /** How far long work has come; silent when a document is asked for. */
  bar(label: string, unit: string): Bar;
  /** A structured log line. */
  log(line: string): void;
}

export function createOutput(
  json: boolean,
  streams: { out: NodeJS.WritableStream; err: NodeJS.WritableStream } = { out: process.stdout, err: process.stderr },
): Output {
  return {
    json,
    line: (text = '') => {
      if (!json) streams.out.write(`${text}\n`);
    },
    document: (value) => {
      if (json) streams.out.write(`${JSON.stringify(value, null, 2)}\n`);
    },
    progress: (text) => streams.err.write(`${text}\n`),
    bar: (label, unit) => createBar(streams.err, json, label, unit),
    log: (line) => streams.err.write(`${line}\n`),
  };
}
