import { z } from 'zod';
import { epochMs } from '../../domain/time.ts';
import type { Backup, BackupsPort } from '../../ports/backups.ts';
import type { ObjectsPort } from '../../ports/objects.ts';
import { readWorldFile } from './world-file.ts';

const backupSchema = z.strictObject({
  name: z.string().min(1),
  at: z.iso.datetime(),
  state: z.enum(['ready', 'creating', 'failed', 'unknown']).default('ready'),
  bytes: z.number().min(0).nullable().default(null),
  expiresAt: z.iso.datetime().nullable().default(null),
});
export const backupsSchema = z.strictObject({
  backups: z.array(backupSchema),
  unreachable: z.array(z.string()).default([]),
  schedules: z.array(
    z.strictObject({
      recurrence: z.enum(['daily', 'weekly', 'other']),
      retentionSeconds: z.number().min(0),
    }),
  ),
  /** Copies that are no objects, by address: `bigquery:backup_commerce`. */
  copies: z.record(z.string(), z.array(backupSchema)).default({}),
});

/** What beside a folder's copies says when a restore of them was proven. */
const RESTORE_TEST = 'restore-test.json';

/** `DATA/backups.json` for managed backups, and the folder store for copies in buckets. */
export function createLocalBackups(options: { readonly file: string; readonly objects: ObjectsPort }): BackupsPort {
  const read = () => readWorldFile('backups', options.file, backupsSchema);
  return {
    backups: async () => {
      const { backups, unreachable } = read();
      return { backups, unreachable };
    },
    schedules: async () => read().schedules,
    copies: async (uri) => {
      if (!uri.startsWith('gs://')) return read().copies[uri] ?? [];
      const found: Backup[] = [];
      for await (const info of options.objects.list(uri)) {
        if (info.uri.endsWith(`/${RESTORE_TEST}`)) continue;
        found.push({ name: info.uri, at: info.updatedAt, state: 'ready', bytes: info.bytes, expiresAt: null });
      }
      return found.sort((a, b) => epochMs(b.at) - epochMs(a.at));
    },
  };
}
