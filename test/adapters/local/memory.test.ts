import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { SteppedClock } from '../../../shared/adapters/local/clock.ts';
import { writeCollection } from '../../../shared/adapters/local/collections.ts';
import { LocalDocuments } from '../../../shared/adapters/local/documents.ts';
import { localCollections } from '../../../shared/adapters/local/evidence.ts';
import { LocalMemory } from '../../../shared/adapters/local/memory.ts';
import { readNdjson } from '../../../shared/adapters/local/ndjson-file.ts';
import type { RawDocument } from '../../../shared/ports/memory.ts';
import { memoryContract } from '../../contracts/memory.contract.ts';

const NOW = '2026-11-24T06:00:00.000Z';

function openWorld() {
  const data = mkdtempSync(join(tmpdir(), 'highnoon-memory-'));
  const clock = new SteppedClock(NOW);
  const documents = new LocalDocuments(join(data, 'store.sqlite'), clock);
  const memory = new LocalMemory({ data, documents, clock });
  const close = () => {
    documents.close();
    rmSync(data, { recursive: true });
  };
  return { data, clock, documents, memory, close };
}

memoryContract('the local store', async () => {
  const opened: ReturnType<typeof openWorld>[] = [];
  return {
    open: async () => {
      const world = openWorld();
      opened.push(world);
      return world.memory;
    },
    readTime: () => NOW,
    close: async () => {
      for (const { close } of opened) close();
    },
  };
});

async function read(memory: LocalMemory, collection: string): Promise<RawDocument[]> {
  const found: RawDocument[] = [];
  for await (const document of memory.capture(collection, { readTime: NOW })) found.push(document);
  return found;
}

describe('the local memory', () => {
  it('reads collections that were written to the embedded store', async () => {
    const { memory, documents, close } = openWorld();
    const records = [
      { _id: 'b', n: 1 },
      { _id: 'a', n: 2.5 },
    ];
    await writeCollection(documents, 'behavioral', records, NOW);
    const found = await read(memory, 'behavioral');
    assert.deepEqual(
      found.map(({ path }) => path),
      ['behavioral/a', 'behavioral/b'],
    );
    assert.equal(await memory.isLoaded('behavioral'), false);
    close();
  });

  it('keeps the time of what a load did not change', async () => {
    const { data, memory, clock, close } = openWorld();
    const file = join(data, 'in.ndjson');
    writeFileSync(file, '{"_id":"b","n":1}\n{"_id":"a","n":1}\n\n{"_id":"c","n":1}');
    assert.equal(await memory.replace('c', readNdjson('c', file)), 3);
    clock.advanceTo('2026-11-24T12:00:00.000Z');
    writeFileSync(file, '{"_id":"b","n":2}\n{"_id":"a","n":1}\n{"_id":"d","n":1}\n');
    await memory.replace('c', readNdjson('c', file));
    const hours = (await read(memory, 'c')).map(({ path, updateTime }) => [
      path,
      new Date(Number(updateTime?.seconds) * 1000).getUTCHours(),
    ]);
    assert.deepEqual(hours, [
      ['c/a', 6],
      ['c/b', 12],
      ['c/d', 12],
    ]);
    assert.equal(await memory.isLoaded('c'), true);
    close();
  });

  it('names the line of a load that cannot be read, and leaves what was there', async () => {
    const { data, memory, close } = openWorld();
    const file = join(data, 'in.ndjson');
    writeFileSync(file, '{"_id":"a"}\n');
    await memory.replace('c', readNdjson('c', file));
    for (const [bad, what] of [
      ['{"_id":"a"}\n{"x":1}\n', /line 2/],
      ['{"_id":"a"}\n{"_id":"a"}\n', /twice/],
      ['{"_id":"a/b"}\n', /line 1/],
      ['{"_id":".."}\n', /line 1/],
      ['{"_id":"a"}\n{nonsense\n', /line 2/],
    ] as const) {
      writeFileSync(file, bad);
      await assert.rejects(memory.replace('c', readNdjson('c', file)), { name: 'UsageError', message: what }, bad);
    }
    assert.deepEqual(
      (await read(memory, 'c')).map(({ path }) => path),
      ['c/a'],
    );
    close();
  });

  it('lets evidence read what was loaded', async () => {
    const { data, memory, documents, close } = openWorld();
    const file = join(data, 'in.ndjson');
    writeFileSync(file, '{"_id":"o1","ok":true,"total":2.5,"items":[{"qty":1}]}\n');
    await memory.replace('orders', readNdjson('orders', file));
    const opened = await localCollections(documents, memory).open('orders', {});
    const records = [];
    for await (const record of opened.records) records.push(record);
    assert.deepEqual(records, [{ _id: 'o1', ok: true, total: 2.5, items: [{ qty: 1 }] }]);
    assert.equal(opened.updatedAt, NOW);
    close();
  });
});
