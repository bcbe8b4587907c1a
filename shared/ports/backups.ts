import type { Instant } from '../domain/time.ts';

export interface Backup {
  readonly name: string;
  readonly at: Instant;
  readonly state: 'ready' | 'creating' | 'failed' | 'unknown';
  readonly bytes: number | null;
  readonly expiresAt: Instant | null;
}

/** Managed backups of the store. A location that could not be reached is named: its backups are unknown, not absent. */
export interface BackupsPort {
  backups(
    signal?: AbortSignal,
  ): Promise<{ readonly backups: readonly Backup[]; readonly unreachable: readonly string[] }>;
  schedules(
    signal?: AbortSignal,
  ): Promise<readonly { readonly recurrence: 'daily' | 'weekly' | 'other'; readonly retentionSeconds: number }[]>;
  /** Copies of one configured backup target (`gs://...` prefix or `bigquery:DATASET`), newest first. */
  copies(uri: string, signal?: AbortSignal): Promise<readonly Backup[]>;
}
