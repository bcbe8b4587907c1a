import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { createCloudDatasets } from '../../../shared/adapters/gcp/datasets.ts';
import { createCloudObjects } from '../../../shared/adapters/gcp/objects.ts';
import { PortError, type PortErrorCode } from '../../../shared/domain/errors.ts';
import { digestOf, sha256 } from '../../../shared/domain/json.ts';
import type { BatchManifest, DatasetPlaces } from '../../../shared/ports/datasets.ts';
import { type DatasetsWorld, datasetsContract } from '../../contracts/datasets.contract.ts';
import { type BigQueryStandIn, startBigQuery } from '../../standins/bigquery.ts';
import { type StorageStandIn, startStorage } from '../../standins/storage.ts';

const OBJECTS: DatasetPlaces = {
  name: 'orders',
  source_uri: 'gs://source-bucket/orders/',
  incoming_uri: 'gs://source-bucket/orders/',
  staged_uri: 'gs://data-bucket/staged/orders/',
  live_uri: 'gs://data-bucket/live/orders/',
};
const TABLE: DatasetPlaces = { ...OBJECTS, live_uri: 'bigquery:commerce.orders' };

async function world(
  dataset: DatasetPlaces,
): Promise<DatasetsWorld & { storage: StorageStandIn; bigquery: BigQueryStandIn }> {
  let written = 0;
  const storage = await startStorage({ nowMs: () => Date.parse('2026-11-24T10:00:00.000Z') + 1000 * written++ });
  const bigquery = await startBigQuery(storage);
  const objects = createCloudObjects({ projectId: 'p1', endpoint: storage.origin });
  const port = createCloudDatasets({
    projectId: 'p1',
    region: 'us-central1',
    endpoint: bigquery.endpoint,
    objects,
    clock: { monotonicMs: () => 0, sleep: async () => {} },
    datasets: [{ name: 'orders', ts: 'created_at', key: 'id', required: ['id', 'amount'] }],
  });
  return {
    port,
    dataset,
    storage,
    bigquery,
    async deliver(key, text) {
      await objects.write(`${dataset.incoming_uri}${key}`, Buffer.from(text), { when: 'any' });
    },
    async tamper({ sha256: name }) {
      const uri = `gs://data-bucket/staged/orders/parts/${name}.ndjson`;
      await objects.write(uri, Buffer.from('{"id":7}\n'), { when: 'any' });
    },
    async close() {
      await storage.close();
      await bigquery.close();
    },
  };
}

datasetsContract('objects in Cloud Storage', () => world(OBJECTS));
datasetsContract('a view in BigQuery over objects in Cloud Storage', () => world(TABLE));

const failsWith = (code: PortErrorCode, text?: RegExp) => (error: unknown) =>
  error instanceof PortError && error.code === code && (text === undefined || text.test(error.message));

function batch(text: string) {
  const rows = text.split('\n').length - 1;
  const staged = { rows, bytes: Buffer.byteLength(text), sha256: sha256(text) };
  async function* open() {
    yield Buffer.from(text);
  }
  const manifest: BatchManifest = {
    schema: 'highnoon.batch/1',
    dataset: 'orders',
    rows,
    bytes: staged.bytes,
    sha256: staged.sha256,
    parts: [staged],
    newest: null,
    nullRates: {},
    quarantined: { rows: 0, reasons: {}, object: null },
    source: { generation: 'sha256:source', parts: [] },
    rules: 'sha256:rules',
  };
  return { version: digestOf(manifest), content: { manifest, parts: [{ ...staged, open }], quarantine: null } };
}

describe('a live dataset that is a table', () => {
  let made: Awaited<ReturnType<typeof world>>;
  beforeEach(async () => {
    made = await world(TABLE);
  });
  afterEach(() => made.close());
  const stage = async (text: string, from: string | null = null) => {
    const { version, content } = batch(text);
    await made.port.stage(TABLE, { from, to: version, token: 1, content });
    return version;
  };
  const view = () => made.bigquery.tables.get('commerce.orders');

  it('is a view over the table of its version, with the token in a label', async () => {
    const version = await stage('{"id":1}\n{"id":2}\n');
    await made.port.promote(TABLE, { from: null, to: version, token: 4 });
    assert.equal(view()?.view?.query, `SELECT * FROM \`p1.commerce.orders__v_${version.slice(7)}\``);
    assert.deepEqual(view()?.labels, { 'high-noon-token': '4' });
    assert.equal(made.bigquery.tables.get(`commerce.orders__v_${version.slice(7)}`)?.rows.length, 2);
  });

  it('loads a version once, whether asked again, killed in between, or refused before', async () => {
    made.bigquery.slowness = 2;
    const first = await stage('{"id":1}\n');
    assert.equal(await stage('{"id":1}\n', first), first);
    assert.equal(made.bigquery.jobs.size, 1);
    made.bigquery.loadFailures.push({ reason: 'backendError', message: 'try again' });
    const { version, content } = batch('{"id":2}\n');
    const staging = () => made.port.stage(TABLE, { from: first, to: version, token: 1, content });
    await assert.rejects(staging(), failsWith('unavailable'));
    // What was staged and could not be loaded is loaded by the next who needs it.
    await made.port.promote(TABLE, { from: null, to: version, token: 2 });
    assert.equal((await made.port.pointer(TABLE, 'live')).version, version);
  });

  it('does not make live what was loaded short', async () => {
    const version = await stage('{"id":1}\n{"id":2}\n');
    made.bigquery.put(`commerce.orders__v_${version.slice(7)}`, { rows: [{ id: 1 }] });
    await assert.rejects(
      made.port.promote(TABLE, { from: null, to: version, token: 2 }),
      failsWith('precondition-failed', /1 rows; the batch has 2/),
    );
    assert.equal(view(), undefined);
  });

  it('refuses the swap when the view changed after it was looked at', async () => {
    const first = await stage('{"id":1}\n');
    const second = await stage('{"id":2}\n', first);
    await made.port.promote(TABLE, { from: null, to: first, token: 1 });
    let release = () => {};
    made.bigquery.faults.next('patch', { kind: 'stall', until: new Promise((resolve) => (release = resolve)) });
    const late = made.port.promote(TABLE, { from: first, to: second, token: 2 });
    late.catch(() => {});
    while (!made.bigquery.faults.calls.includes('patch')) await new Promise(setImmediate);
    await made.port.fence(TABLE, 'live', 9);
    release();
    await assert.rejects(late, failsWith('precondition-failed'));
    assert.equal((await made.port.pointer(TABLE, 'live')).version, first);
  });

  it('measures a table that High Noon never made: rows, newest, nulls, repeated keys', async () => {
    made.bigquery.put('commerce.orders', {
      created: 1_700_000_000_000,
      rows: [
        { id: 1, amount: 5, created_at: '2026-11-24T09:00:00Z' },
        { id: 1, amount: null, created_at: '2026-11-24T10:00:00Z' },
        { id: 2, amount: 3, created_at: '2026-11-23T10:00:00Z' },
        { id: 3, amount: 1, created_at: null },
      ],
    });
    const { version } = await made.port.pointer(TABLE, 'live');
    assert.equal(version, 'bigquery:commerce.orders@1700000000000');
    assert.deepEqual(await made.port.statistics(TABLE, version ?? ''), {
      rows: 4,
      newest: '2026-11-24T10:00:00.000Z',
      nullRates: { id: 0, amount: 0.25 },
      duplicateRate: 0.25,
      madeFrom: null,
    });
  });

  it('never replaces such a table, says what a person must do, and still fences it', async () => {
    made.bigquery.put('commerce.orders', { rows: [{ id: 1 }] });
    const version = await stage('{"id":2}\n');
    const { version: from } = await made.port.pointer(TABLE, 'live');
    await made.port.fence(TABLE, 'live', 3);
    await assert.rejects(
      made.port.promote(TABLE, { from, to: version, token: 3 }),
      failsWith('unsupported', /rename it/),
    );
    assert.deepEqual(await made.port.pointer(TABLE, 'live'), { version: from, token: 3 });
  });

  it('says which permission is missing, and that a lost answer may have taken effect', async () => {
    made.bigquery.faults.next('get', { kind: 'before', code: 403 });
    await assert.rejects(made.port.pointer(TABLE, 'live'), failsWith('permission-denied', /bigquery\.tables\.get/));
    const version = await stage('{"id":1}\n');
    made.bigquery.faults.next('insert', { kind: 'after', code: 503 });
    const promote = made.port.promote(TABLE, { from: null, to: version, token: 1 });
    await assert.rejects(promote, (error) => error instanceof PortError && error.ambiguous);
    assert.equal((await made.port.pointer(TABLE, 'live')).version, version);
  });
});
