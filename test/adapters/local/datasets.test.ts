import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { LocalDatasets } from '../../../shared/adapters/local/datasets.ts';
import { LocalObjects } from '../../../shared/adapters/local/objects.ts';
import { PortError } from '../../../shared/domain/errors.ts';
import { instant } from '../../../shared/domain/time.ts';
import type { DatasetPlaces } from '../../../shared/ports/datasets.ts';
import { type DatasetsWorld, datasetsContract } from '../../contracts/datasets.contract.ts';

const DATASET: DatasetPlaces = {
  name: 'orders',
  source_uri: 'gs://source-bucket/orders/',
  incoming_uri: 'gs://source-bucket/orders/',
  staged_uri: 'gs://data-bucket/staged/orders/',
  live_uri: 'gs://data-bucket/live/orders/',
};

async function world(dataset = DATASET): Promise<DatasetsWorld & { data: string; objects: LocalObjects }> {
  const data = await mkdtemp(join(tmpdir(), 'highnoon-datasets-'));
  let written = 0;
  const now = () => instant(Date.parse('2026-11-24T10:00:00.000Z') + 1000 * written++);
  const objects = new LocalObjects({ data, clock: { now } });
  return {
    data,
    objects,
    dataset,
    port: new LocalDatasets({ objects }),
    async deliver(key, text) {
      await objects.write(`${dataset.incoming_uri}${key}`, Buffer.from(text), { when: 'any' });
    },
    async tamper({ sha256 }) {
      await writeFile(
        join(data, 'objects', 'data-bucket', 'staged', 'orders', 'parts', `${sha256}.ndjson`),
        '{"id":7}\n',
      );
    },
    async close() {
      objects.close();
      await rm(data, { recursive: true });
    },
  };
}

datasetsContract('objects in a folder', () => world());

describe('datasets in a folder', () => {
  let made: Awaited<ReturnType<typeof world>>;
  beforeEach(async () => {
    made = await world({ ...DATASET, source_uri: 'bigquery:commerce.orders', live_uri: 'bigquery:commerce.orders' });
  });
  afterEach(() => made.close());

  it('keeps the live pointer of a table in a folder named for the table', async () => {
    await made.port.fence(made.dataset, 'live', 4);
    const text = await readFile(join(made.data, 'objects', 'bigquery', 'commerce.orders', 'current.json'), 'utf8');
    assert.deepEqual(JSON.parse(text), { schema: 'highnoon.pointer/1', dataset: 'orders', version: null, token: 4 });
  });

  it('takes a pointer that a person broke as unreadable, never as absent', async () => {
    const path = join(made.data, 'objects', 'bigquery', 'commerce.orders', 'current.json');
    await mkdir(dirname(path), { recursive: true });
    for (const text of ['', '{', '{"version":"sha256:x"}', '[]']) {
      await writeFile(path, text);
      await assert.rejects(
        made.port.pointer(made.dataset, 'live'),
        (error: unknown) => error instanceof PortError && error.code === 'invalid',
      );
    }
  });

  it('writes nothing when it is only looked at', async () => {
    await made.port.incoming(made.dataset);
    await made.port.pointer(made.dataset, 'live');
    await made.port.manifest(made.dataset, `sha256:${'a'.repeat(64)}`);
    assert.deepEqual(await readdir(made.data), []);
  });
});
