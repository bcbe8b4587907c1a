import { strikeOut } from '../../domain/configuration/secrets.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log, LogSeverity } from '../../ports/log.ts';

const SEVERITIES: readonly LogSeverity[] = ['DEBUG', 'INFO', 'NOTICE', 'WARNING', 'ERROR', 'CRITICAL'];

/** Structured lines, one JSON document each, as Cloud Logging reads them; secrets struck out, control characters escaped by JSON. */
export function createLog(write: (line: string) => void, clock: Pick<Clock, 'now'>, least: LogSeverity = 'INFO'): Log {
  const threshold = SEVERITIES.indexOf(least);
  return {
    write(severity, message, fields = {}) {
      if (SEVERITIES.indexOf(severity) < threshold) return;
      write(logLine(severity, message, fields, clock.now()));
    },
  };
}

export function logLine(
  severity: LogSeverity,
  message: string,
  fields: Readonly<Record<string, unknown>>,
  time: string,
): string {
  try {
    return strikeOutAround(
      JSON.stringify({ severity, time, message: printable(message), ...(plain(fields, 0) as object) }),
    );
  } catch {
    // A log line that cannot be written must not change what it is about.
    return JSON.stringify({ severity, time, message: 'a log line could not be written' });
  }
}

/** Digests look like secrets and are evidence: a line keeps those that say what they are. */
function strikeOutAround(line: string): string {
  return line
    .split(/(sha256:[0-9a-f]{64})/)
    .map((part, index) => (index % 2 === 1 ? part : strikeOut(part)))
    .join('');
}

const printable = (text: string): string =>
  text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, ' ').slice(0, 4096);

function plain(value: unknown, depth: number): unknown {
  if (depth > 6) return '...';
  if (value instanceof Error) {
    const { code } = value as { code?: unknown };
    const cause = value.cause === undefined ? {} : { cause: plain(value.cause, depth + 1) };
    return {
      name: value.name,
      message: printable(value.message),
      ...(code === undefined ? {} : { code }),
      stack: value.stack?.slice(0, 4096),
      ...cause,
    };
  }
  if (typeof value === 'string') return printable(value);
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return value.slice(0, 100).map((item) => plain(item, depth + 1));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, 100)
      .map(([key, item]) => [key, plain(item, depth + 1)]),
  );
}
