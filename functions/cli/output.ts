/** Where a command writes: verdicts and documents to standard output, progress and logs to standard error. */
export interface Output {
  readonly json: boolean;
  /** One line of the answer; dropped when a document is asked for. */
  line(text?: string): void;
  /** The one document of `--json`. */
  document(value: unknown): void;
  /** Progress of long work, for people. */
  progress(text: string): void;
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
    log: (line) => streams.err.write(`${line}\n`),
  };
}
