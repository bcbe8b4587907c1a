import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { LocalMemory } from '../../shared/adapters/local/memory.ts';
import { LocalMetrics } from '../../shared/adapters/local/metrics.ts';
import { LocalObjects } from '../../shared/adapters/local/objects.ts';
import { EMPTY_DISTRIBUTION } from '../../shared/domain/points.ts';
import type { Usage } from '../../shared/domain/prices.ts';
import type { Engine } from '../../shared/engine/engine.ts';
import type { PortMap } from '../../shared/ports/port-map.ts';
import { CallTally } from '../../shared/runtime/call-tally.ts';
import { countCalls } from '../../shared/runtime/count-calls.ts';
import { createTestEngine } from '../support/engine.ts';

const AT = '2026-11-24T09:00:00.000Z';

let data: string;
let objects: LocalObjects;
let engine: Engine;
let tally: CallTally;

/** What the body is billed for. */
async function counted(body: () => Promise<unknown>): Promise<Usage> {
  const name = `call ${tally.names.length}`;
  await tally.within(name, body);
  return tally.of(name).usage;
}

async function drain(source: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of source);
}

describe('counted calls', () => {
  beforeEach(() => {
    data = mkdtempSync(join(tmpdir(), 'highnoon-count-'));
    const world = createTestEngine(AT, {});
    objects = new LocalObjects({ data, clock: world.clock });
    const memory = new LocalMemory({ data, documents: world.documents, clock: world.clock });
    const http = { request: async () => ({ status: 200 }) };
    const plain = {
      ...world.engine,
      ports: { objects, memory, http } as unknown as PortMap,
      metrics: new LocalMetrics(world.documents),
    };
    tally = new CallTally();
    engine = countCalls(plain, tally);
  });
  afterEach(() => {
    objects.close();
    rmSync(data, { recursive: true });
  });

  it('counts nothing outside a function', async () => {
    await engine.documents.get('a/1');
    assert.deepEqual(tally.names, []);
  });

  it('bills one read for a document, found or not, and one for a query that finds nothing', async () => {
    assert.deepEqual(await counted(() => engine.documents.get('a/1')), { reads: 1 });
    assert.deepEqual(await counted(() => engine.documents.readAll(['a/1', 'a/2'])), { reads: 2 });
    assert.deepEqual(await counted(() => engine.documents.query('a')), { reads: 1 });
  });

  it('bills a query for each document found', async () => {
    for (const id of [1, 2, 3]) await engine.documents.increment(`a/${id}`, { count: 1 });
    assert.deepEqual(await counted(() => engine.documents.query('a')), { reads: 3 });
  });

  it('bills the writes of a transaction once, and its reads each time its body ran', async () => {
    let bodies = 0;
    const usage = await counted(() =>
      engine.documents.transact(async (transaction) => {
        await transaction.get('a/1');
        if (++bodies === 1) await engine.documents.increment('a/1', { count: 1 });
        transaction.set('a/1', { bodies });
      }),
    );
    assert.deepEqual(usage, { reads: 2, writes: 2 }, 'one write is the increment between');
  });

  it('bills reads and writes of a transaction', async () => {
    const usage = await counted(() =>
      engine.documents.transact(async (transaction) => {
        await transaction.getAll(['a/1', 'a/2']);
        transaction.set('a/1', {});
        transaction.create('a/2', {});
        transaction.delete('a/3');
      }),
    );
    assert.deepEqual(usage, { reads: 2, writes: 2, deletes: 1 });
  });

  it('bills no write of a transaction that failed', async () => {
    await engine.documents.increment('a/1', { count: 1 });
    const usage = await counted(async () => {
      const failing = engine.documents.transact(async (transaction) => transaction.create('a/1', {}));
      await assert.rejects(failing);
    });
    assert.deepEqual(usage, {});
  });

  it('bills objects by class, and a removal with nothing', async () => {
    const uri = 'gs://bucket/key';
    assert.deepEqual(await counted(() => objects.write(uri, Buffer.from('x'), { when: 'absent' })), { storageA: 1 });
    assert.deepEqual(await counted(() => objects.stat(uri)), { storageB: 1 });
    assert.deepEqual(await counted(() => drain(objects.read(uri))), { storageB: 1 });
    assert.deepEqual(await counted(() => drain(objects.list('gs://bucket/'))), { storageA: 1 });
    const { generation } = (await objects.stat(uri)) ?? assert.fail('it is there');
    assert.deepEqual(await counted(() => objects.remove(uri, generation)), {});
  });

  it('bills points by their size and not by what the local adapter does with them', async () => {
    const point = (metric: string) => ({ metric, labels: {}, at: AT });
    const usage = await counted(() =>
      engine.metrics.write([
        { ...point('level'), value: { kind: 'int64', value: 1 } },
        { ...point('duration'), value: { kind: 'distribution', value: EMPTY_DISTRIBUTION } },
      ]),
    );
    assert.deepEqual(usage, { metricBytes: 88 });
  });

  it('bills the log lines that the cloud would keep', async () => {
    assert.deepEqual(await counted(async () => engine.log.write('DEBUG', 'quiet')), {});
    const { logBytes = 0 } = await counted(async () => engine.log.write('INFO', 'told'));
    assert.ok(logBytes > 600 && logBytes < 700, String(logBytes));
  });

  it('tells by collection and bucket what was read and written', async () => {
    await tally.within('t-90-prep', async () => {
      await engine.documents.get('slots/1/attempts/1');
      await engine.documents.increment('days/1', { count: 1 });
      await objects.write('gs://bucket/a/key', Buffer.from('x'), { when: 'absent' });
      await drain(objects.read('gs://bucket/a/key'));
    });
    assert.deepEqual(tally.of('t-90-prep').places, {
      slots: { reads: 1, writes: 0 },
      days: { reads: 0, writes: 1 },
      'gs://bucket': { reads: 1, writes: 1 },
    });
  });

  it('tells how often each other port was asked', async () => {
    await tally.within('t-90-prep', async () => {
      await engine.ports.http.request('https://example.invalid', {} as never);
      await engine.ports.http.request('https://example.invalid', {} as never);
    });
    assert.deepEqual(tally.of('t-90-prep').asked, { http: 2 });
    assert.equal(tally.of('t-90-prep').roundTrips, 2);
  });
});
