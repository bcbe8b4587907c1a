import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IntegrityError, SourceError } from '../../shared/snapshots/integrity-error.ts';
import { exportCollection, readRecords } from '../../shared/snapshots/record-files.ts';
import { contents, MemorySource } from './support/memory-source.ts';
import { TORTURE } from './support/torture-values.ts';
import { step, World } from './support/world.ts';

async function gather(blocks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const block of blocks) parts.push(Buffer.from(block));
  return Buffer.concat(parts);
}

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

test('an exported collection reads back as the documents that were captured, however its file is cut', async () => {
  const world = new World(81).fill(1500);
  for (const [name, value] of Object.entries(TORTURE)) {
    world.source.set(`events/${name}`, { value }, { createTime: { seconds: '1764000000', nanos: 5 } });
  }
  const first = await world.create(step(0));
  world.churn(0.05);
  const second = await world.create(step(1), { parent: first.id });
  const bytes = await gather(exportCollection(world.store, second.id, 'events'));
  for (const size of [7919, 1_000_000]) {
    const target = new MemorySource();
    await target.restore('events', readRecords('events', inPieces(bytes, size)));
    const expected = new MemorySource();
    for (const path of world.source.paths('events'))
      expected.documents.set(path, world.source.documents.get(path) as never);
    assert.deepEqual(contents(target), contents(expected));
  }
  for (const cut of [5, bytes.length - 1]) {
    await assert.rejects(gatherPaths(readRecords('events', inPieces(bytes.subarray(0, cut), 1000))), SourceError);
  }
  await assert.rejects(
    gatherPaths(readRecords('events', inPieces(Buffer.from('{"_id":"a line of JSON"}'), 8))),
    SourceError,
  );
});

async function gatherPaths(documents: AsyncIterable<{ path: string }>): Promise<string[]> {
  const paths: string[] = [];
  for await (const { path } of documents) paths.push(path);
  return paths;
}

test('an export of damaged chunks ends in an integrity error', async () => {
  const world = new World(82).fill(500);
  const { id } = await world.create(step(0));
  const pack = [...world.objects.stored].find(([uri]) => uri.includes('/packs/'))?.[1];
  assert.ok(pack);
  pack.bytes[50] = (pack.bytes[50] as number) ^ 1;
  await assert.rejects(gather(exportCollection(world.store, id, 'events')), IntegrityError);
});
