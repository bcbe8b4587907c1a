import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ByteWriter } from '../../shared/snapshots/byte-writer.ts';
import { IntegrityError, SourceError } from '../../shared/snapshots/integrity-error.ts';
import { exportJsonLines } from '../../shared/snapshots/json-files.ts';
import { JsonLineWriter } from '../../shared/snapshots/json-text.ts';
import type { SnapshotStore } from '../../shared/snapshots/manifest.ts';
import { readSnapshot } from '../../shared/snapshots/read-snapshot.ts';
import { step, World } from './support/world.ts';

/** Names that take more than copying, beside those that do not. */
const NAMES = [
  'plain',
  'a"quote',
  'a\\slash',
  'below/a/name',
  'tab\tin it',
  'zero\u0000',
  'one\u0001',
  'é',
  '\u{1F33F}',
];

async function gather(blocks: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const block of blocks) parts.push(Buffer.from(block));
  return Buffer.concat(parts).toString();
}

/** The same lines, document by document. */
async function oneByOne(store: SnapshotStore, id: string): Promise<string> {
  const out = new ByteWriter(1024);
  const writer = new JsonLineWriter(out);
  for await (const { path, fields } of readSnapshot(store, id, 'events')) writer.write(path.slice(7), fields);
  return out.copy().toString();
}

test('lines that are written where the records lie are those of the documents, whatever their names and times', async () => {
  const world = new World(91).fill(800);
  for (const [index, name] of NAMES.entries()) {
    const path = name.includes('/') ? `events/${name}` : `events/${name}-${index}`;
    world.source.set(path, { text: { stringValue: name } }, { updateTime: { seconds: '1764000000', nanos: index } });
  }
  const first = await world.create(step(0));
  world.churn(0.1);
  const second = await world.create(step(1), { parent: first.id });
  for (const { id } of [first, second]) {
    const counts: number[] = [];
    const text = await gather(exportJsonLines(world.store, id, 'events', (documents) => counts.push(documents)));
    assert.equal(text, await oneByOne(world.store, id));
    const lines = text.trimEnd().split('\n');
    assert.equal(counts.at(-1), lines.length);
    for (const line of lines) assert.equal(typeof JSON.parse(line)._id, 'string');
    assert.ok(lines.some((line) => JSON.parse(line)._id === 'below/a/name'));
  }
});

test('what plain JSON cannot say ends the lines with a source error, and damage with an integrity error', async () => {
  const world = new World(92).fill(300);
  world.source.set('events/at', { at: { timestampValue: { seconds: '1764000000', nanos: 1 } } });
  const { id } = await world.create(step(0));
  await assert.rejects(gather(exportJsonLines(world.store, id, 'events')), SourceError);
  const other = new World(93).fill(300);
  const damaged = await other.create(step(0));
  const pack = [...other.objects.stored].find(([uri]) => uri.includes('/packs/'))?.[1];
  assert.ok(pack);
  pack.bytes[60] = (pack.bytes[60] as number) ^ 1;
  await assert.rejects(gather(exportJsonLines(other.store, damaged.id, 'events')), IntegrityError);
});
