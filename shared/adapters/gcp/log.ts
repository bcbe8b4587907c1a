import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import type { Clock } from '../../ports/clock.ts';
import type { Log, LogSeverity } from '../../ports/log.ts';
import { logLine } from '../local/log.ts';

const SEVERITIES: readonly LogSeverity[] = ['DEBUG', 'INFO', 'NOTICE', 'WARNING', 'ERROR', 'CRITICAL'];
/** With this type Error Reporting takes a line even if it has no stack trace. */
const REPORTED = 'type.googleapis.com/google.devtools.clouderrorreporting.v1beta1.ReportedErrorEvent';

interface Trace {
  readonly traceId: string;
  readonly spanId: string | undefined;
}

const traces = new AsyncLocalStorage<Trace | undefined>();

// Node tells of each request as it starts, in the request's own asynchronous context: no handler has to pass it on.
subscribe('http.server.request.start', (message) => {
  traces.enterWith(traceOf((message as { request: IncomingMessage }).request.headers));
});

/** W3C's header first, Google's older one otherwise. What does not look like one is no trace. */
export function traceOf(headers: Readonly<Record<string, string | string[] | undefined>>): Trace | undefined {
  const w3c = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-/.exec(String(headers.traceparent ?? ''));
  if (w3c !== null) return { traceId: w3c[1] ?? '', spanId: w3c[2] };
  const google = /^([0-9a-f]{32})(?:\/(\d{1,20}))?/.exec(String(headers['x-cloud-trace-context'] ?? ''));
  if (google === null) return undefined;
  const span = google[2] === undefined ? undefined : BigInt(google[2]).toString(16).padStart(16, '0');
  return { traceId: google[1] ?? '', spanId: span };
}

export interface CloudLogOptions {
  readonly projectId: string;
  /** The function, as Error Reporting groups by it. */
  readonly service: string;
  readonly version: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly write: (line: string) => void;
  readonly least?: LogSeverity;
}

/** Lines as Cloud Logging reads them, tied to the request's trace; errors in the shape of Error Reporting. */
export function createCloudLog(options: CloudLogOptions): Log {
  const threshold = SEVERITIES.indexOf(options.least ?? 'INFO');
  return {
    write(severity, message, fields = {}) {
      if (SEVERITIES.indexOf(severity) < threshold) return;
      const more = { ...fields, ...errorReport(options, severity, message, fields.error) };
      options.write(withTrace(logLine(severity, message, more, options.clock.now()), options.projectId));
    },
  };
}

function errorReport(
  { service, version }: CloudLogOptions,
  severity: LogSeverity,
  message: string,
  error: unknown,
): Record<string, unknown> {
  if (severity !== 'ERROR' && severity !== 'CRITICAL') return {};
  const stack = error instanceof Error ? { stack_trace: `${message}: ${error.stack ?? error.message}` } : {};
  return { '@type': REPORTED, serviceContext: { service, version }, ...stack };
}

/** Added after secrets were struck out: a trace id looks like a random key, and is none. */
function withTrace(line: string, projectId: string): string {
  const trace = traces.getStore();
  if (trace === undefined) return line;
  const span = trace.spanId === undefined ? '' : `,"logging.googleapis.com/spanId":"${trace.spanId}"`;
  return `${line.slice(0, -1)},"logging.googleapis.com/trace":"projects/${projectId}/traces/${trace.traceId}"${span}}`;
}
