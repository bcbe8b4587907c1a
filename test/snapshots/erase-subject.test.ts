import assert from 'node:assert/strict';
import { test } from 'node:test';
import { zstdDecompressSync } from 'node:zlib';
import type { RawDocument } from '../../shared/ports/memory.ts';
import { eraseSubject } from '../../shared/snapshots/erase-subject.ts';
import { readSnapshot } from '../../shared/snapshots/read-snapshot.ts';
import { verifyContent, verifySnapshots } from '../../shared/snapshots/verify-snapshots.ts';
import { step, World } from './support/world.ts';

/** How a zstd frame begins. */
const FRAME = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);
const LATER = '2026-11-30T12:00:00Z';
const isMarigold = (document: RawDocument) =>
  document.path.includes('marigold') || Buffer.from(document.fields).includes('marigold');

/** Everything that can be decompressed in a pack, whether something refers to it or not. */
function textOf(pack: Buffer): string {
  let text = '';
  for (let at = pack.indexOf(FRAME); at >= 0; at = pack.indexOf(FRAME, at + 1)) {
    try {
      text += zstdDecompressSync(pack.subarray(at)).toString('latin1');
    } catch {
      // Four bytes that look like the beginning of a frame.
    }
  }
  return text;
}

function storedText(world: World): string {
  const packs = [...world.objects.stored].filter(([uri]) => uri.includes('/packs/'));
  return packs.map(([, { bytes }]) => textOf(bytes)).join('');
}

test('an erased subject is in no byte of the store, lists and leftovers included', async () => {
  const world = new World(52).fill(3000);
  world.isEncrypted = false;
  world.collections = [{ name: 'events' }, { name: 'people' }];
  // Sorts first, so that lists of chunks name it; stretches leave lists behind that nothing refers to.
  world.source.set('events/!marigold', { a: { integerValue: '1' } });
  const first = await world.createInStretches(step(0), 5);
  world.churn(0.02);
  world.source.set('events/!marigold', { a: { integerValue: '2' } });
  await world.createInStretches(step(1), 5, { parent: first.manifest.id });
  assert.ok(storedText(world).includes('!marigold'));
  await eraseSubject({ ...world.store, now: LATER, isSubject: isMarigold });
  assert.ok(!storedText(world).includes('!marigold'));
  assert.deepEqual((await verifySnapshots({ ...world.store, readData: 'all' })).problems, []);
});

test('every snapshot keeps the rest of what it held', async () => {
  const world = new World(51).fill(1500);
  world.isEncrypted = false;
  world.collections = [{ name: 'events' }, { name: 'people' }];
  const ids: string[] = [];
  const versions: (string | undefined)[] = ['marigold-1', 'marigold-2', 'rose', undefined, 'marigold-3', 'rose'];
  for (const [n, name] of versions.entries()) {
    world.source.documents.delete('events/shared');
    if (name)
      world.source.set('events/shared', { name: { stringValue: name }, filler: { stringValue: 'x'.repeat(300) } });
    world.source.set('people/marigold', { visits: { integerValue: String(n) } });
    const parent = ids.at(-1);
    ids.push((await world.create(step(n), parent === undefined ? {} : { parent })).id);
    world.churn(0.02);
  }
  const report = await eraseSubject({ ...world.store, now: LATER, isSubject: isMarigold });
  assert.equal(report.versions, 3 + versions.length);
  assert.deepEqual(report.snapshots, ids);
  assert.deepEqual((await verifySnapshots({ ...world.store, readData: 'all' })).problems, []);
  for (const [n, id] of ids.entries()) {
    await verifyContent(world.store, id);
    const paths = new Map<string, RawDocument>();
    for (const collection of ['events', 'people']) {
      for await (const document of readSnapshot(world.store, id, collection)) paths.set(document.path, document);
    }
    assert.equal(paths.has('people/marigold'), false);
    assert.equal(paths.has('events/shared'), versions[n] === 'rose', `version ${n}`);
    for (const document of paths.values()) assert.ok(!isMarigold(document));
  }
  const again = await eraseSubject({ ...world.store, now: LATER, isSubject: isMarigold });
  assert.deepEqual(again, { versions: 0, snapshots: [], removedPacks: 0 });
});
