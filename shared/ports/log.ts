export type LogSeverity = 'DEBUG' | 'INFO' | 'NOTICE' | 'WARNING' | 'ERROR' | 'CRITICAL';

/** One structured line. Implementations strike out secrets and control characters and never throw. */
export interface Log {
  write(severity: LogSeverity, message: string, fields?: Readonly<Record<string, unknown>>): void;
}
