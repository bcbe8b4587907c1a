import { parseSource } from '../../domain/configuration/index.ts';
import { PortError } from '../../domain/errors.ts';
import { epochMs, instant, parseInstant } from '../../domain/time.ts';
import type { Backup, BackupsPort } from '../../ports/backups.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ObjectsPort } from '../../ports/objects.ts';
import { BigQueryTables, type TableResource } from './bigquery.ts';
import { grpcCall, lazily, once } from './call.ts';
import { type CloudPlace, grpcOptions } from './endpoints.ts';
import { lastSegment, toInstant, toNumber, toOptionalInstant } from './values.ts';

export interface CloudBackupsOptions extends CloudPlace {
  /** The Firestore database of this environment. */
  readonly databaseId: string;
  readonly objects: ObjectsPort;
  readonly bigqueryEndpoint?: string | undefined;
  readonly clock: Pick<Clock, 'sleep' | 'monotonicMs'>;
}

/** google.firestore.admin.v1.Backup.State, as words and as numbers. */
const STATES: Readonly<Record<string, Backup['state']>> = {
  CREATING: 'creating',
  READY: 'ready',
  NOT_AVAILABLE: 'failed',
  1: 'creating',
  2: 'ready',
  3: 'failed',
};

/** What beside a folder's copies says when a restore of them was proven. */
const RESTORE_TEST = 'restore-test.json';

/** Managed backups of Firestore, and copies in buckets and in BigQuery. */
export function createCloudBackups(options: CloudBackupsOptions): BackupsPort {
  const { projectId, databaseId, objects } = options;
  const admin = lazily(async () => {
    const { FirestoreAdminClient } = await import('@google-cloud/firestore-api/admin_v1');
    return new FirestoreAdminClient(await grpcOptions(options));
  });
  const tables = new BigQueryTables({ ...options, endpoint: options.bigqueryEndpoint, port: 'backups' });
  const asked = (what: string, needs: string) => ({ port: 'backups', what, needs });

  async function managed(database: string, signal: AbortSignal | undefined) {
    const what = asked(`backups of ${projectId}`, 'datastore.backups.list');
    const [{ backups, unreachable }] = await grpcCall(what, signal, async () =>
      (await admin()).listBackups({ parent: `projects/${projectId}/locations/-` }, once()),
    );
    const own = (backups ?? []).filter((one) => one.database === `projects/${projectId}/databases/${database}`);
    const list = own.map(
      ({ name, snapshotTime, expireTime, state, stats }): Backup => ({
        name: name ?? '',
        at: toInstant(snapshotTime ?? {}),
        state: STATES[String(state)] ?? 'unknown',
        bytes: stats?.sizeBytes === null || stats?.sizeBytes === undefined ? null : toNumber(stats.sizeBytes),
        expiresAt: toOptionalInstant(expireTime),
      }),
    );
    return { backups: list.sort(newestFirst), unreachable: (unreachable ?? []).map(lastSegment) };
  }

  return {
    backups: (signal) => managed(databaseId, signal),

    async schedules(signal) {
      const parent = `projects/${projectId}/databases/${databaseId}`;
      const what = asked(`backup schedules of ${databaseId}`, 'datastore.backupSchedules.list');
      const [{ backupSchedules }] = await grpcCall(what, signal, async () =>
        (await admin()).listBackupSchedules({ parent }, once()),
      );
      return (backupSchedules ?? []).map(({ retention, dailyRecurrence, weeklyRecurrence }) => ({
        recurrence: dailyRecurrence ? 'daily' : weeklyRecurrence ? 'weekly' : 'other',
        retentionSeconds: toNumber(retention?.seconds),
      }));
    },

    async copies(uri, signal) {
      if (uri.startsWith('gs://')) return objectCopies(objects, uri, signal);
      if (uri.startsWith('firestore:')) {
        const { backups, unreachable } = await managed(uri.slice('firestore:'.length), signal);
        if (unreachable.length === 0) return backups;
        throw new PortError('backups', 'unavailable', `${uri}: backups in ${unreachable.join(', ')} cannot be listed`);
      }
      const [dataset = '', table] = uri.replace(/^bigquery:/, '').split('.');
      if (!uri.startsWith('bigquery:') || typeof parseSource(`bigquery:${dataset}.any`) === 'string')
        throw new PortError('backups', 'unsupported', `${uri}: copies are known in gs://, bigquery: and firestore:`);
      const found = await tables.list(dataset, signal);
      const wanted = found.filter(
        ({ type, tableReference }) =>
          type !== 'VIEW' && (table === undefined || tableReference?.tableId?.startsWith(table) === true),
      );
      return wanted.map((one) => tableCopy(dataset, one)).sort(newestFirst);
    },
  };
}

const newestFirst = (a: Backup, b: Backup): number => epochMs(b.at) - epochMs(a.at);

async function objectCopies(objects: ObjectsPort, uri: string, signal: AbortSignal | undefined): Promise<Backup[]> {
  const found: Backup[] = [];
  for await (const info of objects.list(uri)) {
    if (signal?.aborted) throw new PortError('backups', 'deadline-exceeded', `${uri}: the caller stopped waiting`);
    if (info.uri.endsWith(`/${RESTORE_TEST}`)) continue;
    const at = parseInstant(info.updatedAt) ?? info.updatedAt;
    found.push({ name: info.uri, at, state: 'ready', bytes: info.bytes, expiresAt: null });
  }
  return found.sort(newestFirst);
}

/** A snapshot is as old as what it shows; a copy is as old as itself. */
function tableCopy(dataset: string, table: TableResource): Backup {
  const shown = parseInstant(table.snapshotDefinition?.snapshotTime ?? '');
  return {
    name: `bigquery:${dataset}.${table.tableReference?.tableId ?? ''}`,
    at: shown ?? instant(toNumber(table.creationTime)),
    state: 'ready',
    bytes: table.numBytes === undefined ? null : Number(table.numBytes),
    expiresAt: table.expirationTime === undefined ? null : instant(Number(table.expirationTime)),
  };
}
