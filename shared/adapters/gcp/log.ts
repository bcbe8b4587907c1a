import type { Clock } from '../../ports/clock.ts';
import type { Log, LogSeverity } from '../../ports/log.ts';
import { logLine } from '../local/log.ts';
import { currentTrace } from './request-trace.ts';

const SEVERITIES: readonly LogSeverity[] = ['DEBUG', 'INFO', 'NOTICE', 'WARNING', 'ERROR', 'CRITICAL'];
/** With this type Error Reporting takes a line even if it has no stack trace. */
const REPORTED = 'type.googleapis.com/google.devtools.clouderrorreporting.v1beta1.ReportedErrorEvent';

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
  const trace = currentTrace();
  if (trace === undefined) return line;
  const span = trace.spanId === undefined ? '' : `,"logging.googleapis.com/spanId":"${trace.spanId}"`;
  return `${line.slice(0, -1)},"logging.googleapis.com/trace":"projects/${projectId}/traces/${trace.traceId}"${span}}`;
}
