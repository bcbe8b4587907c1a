import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { createCloudBackups } from '../../../shared/adapters/gcp/backups.ts';
import { createCloudObjects } from '../../../shared/adapters/gcp/objects.ts';
import { PortError, type PortErrorCode } from '../../../shared/domain/errors.ts';
import type { BackupsPort } from '../../../shared/ports/backups.ts';
import type { ObjectsPort } from '../../../shared/ports/objects.ts';
import { backupsContract, COPIES, FOLDER } from '../../contracts/backups.contract.ts';
import { type BigQueryStandIn, startBigQuery } from '../../standins/bigquery.ts';
import { type FirestoreStandIn, startFirestore } from '../../standins/firestore.ts';
import { type StorageStandIn, startStorage } from '../../standins/storage.ts';

const failsWith = (code: PortErrorCode, text?: RegExp) => (error: unknown) =>
  error instanceof PortError && error.code === code && (text === undefined || text.test(error.message));
const wire = (name: string, at: string, more: object = {}) => ({
  name: `projects/p1/locations/us-central1/backups/${name}`,
  database: 'projects/p1/databases/highnoon',
  snapshotTime: { seconds: String(Date.parse(at) / 1000), nanos: 0 },
  expireTime: { seconds: String(Date.parse('2026-12-24T00:00:00Z') / 1000), nanos: 0 },
  state: 'READY',
  stats: { sizeBytes: '1234', documentCount: '5', indexCount: '6' },
  ...more,
});

backupsContract('Firestore and Cloud Storage', async () => {
  let written = 0;
  const firestore = await startFirestore();
  const storage = await startStorage({ nowMs: () => Date.parse('2026-11-24T00:00:00Z') + 60_000 * written++ });
  const objects = createCloudObjects({ projectId: 'p1', endpoint: storage.origin });
  firestore.backups = [
    wire('two', '2026-11-24T00:00:00Z', { state: 'CREATING', stats: null }),
    wire('one', '2026-11-23T00:00:00Z'),
  ];
  firestore.unreachable = ['projects/p1/locations/europe-west1'];
  firestore.schedules = [{ retention: { seconds: '604800', nanos: 0 }, dailyRecurrence: {} }];
  for (const [index, key] of COPIES.entries())
    await objects.write(`${FOLDER}${key}`, Buffer.alloc(4 + index), { when: 'absent' });
  await objects.write(`${FOLDER}restore-test.json`, Buffer.from('{}'), { when: 'absent' });
  return {
    port: createCloudBackups({
      projectId: 'p1',
      region: 'us-central1',
      endpoint: firestore.endpoint,
      databaseId: 'highnoon',
      objects,
      clock: { monotonicMs: () => 0, sleep: async () => {} },
    }),
    close: async () => {
      await Promise.all([firestore.close(), storage.close()]);
    },
  };
});

describe('backups on Google Cloud', () => {
  let firestore: FirestoreStandIn;
  let storage: StorageStandIn;
  let bigquery: BigQueryStandIn;
  let objects: ObjectsPort;
  let port: BackupsPort;
  beforeEach(async () => {
    let written = 0;
    firestore = await startFirestore();
    storage = await startStorage({ nowMs: () => Date.parse('2026-11-24T00:00:00Z') + 60_000 * written++ });
    bigquery = await startBigQuery(storage);
    objects = createCloudObjects({ projectId: 'p1', endpoint: storage.origin });
    port = createCloudBackups({
      projectId: 'p1',
      region: 'us-central1',
      endpoint: firestore.endpoint,
      bigqueryEndpoint: bigquery.endpoint,
      databaseId: 'highnoon',
      objects,
      clock: { monotonicMs: () => 0, sleep: async () => {} },
    });
  });
  afterEach(async () => {
    await Promise.all([firestore.close(), storage.close(), bigquery.close()]);
  });

  it('lists the backups of this database, newest first, and names where it could not look', async () => {
    firestore.backups = [
      wire('one', '2026-11-22T00:00:00Z'),
      wire('two', '2026-11-23T00:00:00Z', { state: 'CREATING', stats: null }),
      wire('foreign', '2026-11-24T00:00:00Z', { database: 'projects/p1/databases/other' }),
    ];
    firestore.unreachable = ['projects/p1/locations/europe-west1'];
    const { backups, unreachable } = await port.backups();
    assert.deepEqual(unreachable, ['europe-west1']);
    assert.deepEqual(
      backups.map(({ name, at, state, bytes, expiresAt }) => [name.split('/').at(-1), at, state, bytes, expiresAt]),
      [
        ['two', '2026-11-23T00:00:00.000Z', 'creating', null, '2026-12-24T00:00:00.000Z'],
        ['one', '2026-11-22T00:00:00.000Z', 'ready', 1234, '2026-12-24T00:00:00.000Z'],
      ],
    );
  });

  it('lists what is scheduled', async () => {
    firestore.schedules = [
      { name: 's1', retention: { seconds: '604800' }, dailyRecurrence: {} },
      { name: 's2', retention: { seconds: '8467200' }, weeklyRecurrence: { day: 'SUNDAY' } },
    ];
    assert.deepEqual(await port.schedules(), [
      { recurrence: 'daily', retentionSeconds: 604_800 },
      { recurrence: 'weekly', retentionSeconds: 8_467_200 },
    ]);
  });

  it('lists copies in a bucket, in BigQuery and of another database', async () => {
    for (const key of ['a.dump', 'b.dump', 'restore-test.json'])
      await objects.write(`gs://some-backups/db/${key}`, Buffer.from(key), { when: 'absent' });
    assert.deepEqual(
      (await port.copies('gs://some-backups/db/')).map(({ name, bytes }) => [name, bytes]),
      [
        ['gs://some-backups/db/b.dump', 6],
        ['gs://some-backups/db/a.dump', 6],
      ],
    );
    bigquery.put('backup_commerce.orders_1', { rows: [{ id: 1 }], created: 1_760_000_000_000, snapshot: true });
    bigquery.put('backup_commerce.orders_2', { rows: [{ id: 1 }], created: 1_760_000_060_000, snapshot: true });
    bigquery.put('backup_commerce.items_1', { rows: [], created: 1_760_000_120_000, snapshot: true });
    assert.deepEqual(
      (await port.copies('bigquery:backup_commerce')).map(({ name }) => name.split('.')[1]),
      ['items_1', 'orders_2', 'orders_1'],
    );
    assert.equal((await port.copies('bigquery:backup_commerce.orders')).length, 2);
    firestore.backups = [wire('foreign', '2026-11-24T00:00:00Z', { database: 'projects/p1/databases/other' })];
    assert.equal((await port.copies('firestore:other')).length, 1);
    firestore.unreachable = ['projects/p1/locations/europe-west1'];
    await assert.rejects(port.copies('firestore:other'), failsWith('unavailable', /europe-west1/));
  });

  it('names the missing permission', async () => {
    firestore.faults.next('listBackups', { kind: 'before', code: 7 });
    await assert.rejects(port.backups(), failsWith('permission-denied', /datastore\.backups\.list/));
    bigquery.faults.next('list', { kind: 'before', code: 403 });
    await assert.rejects(port.copies('bigquery:b'), failsWith('permission-denied', /bigquery\.tables\.list/));
  });
});
