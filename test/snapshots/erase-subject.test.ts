import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RawDocument } from '../../shared/ports/memory.ts';
import { eraseSubject } from '../../shared/snapshots/erase-subject.ts';
import { readSnapshot } from '../../shared/snapshots/read-snapshot.ts';
import { verifyContent, verifySnapshots } from '../../shared/snapshots/verify-snapshots.ts';
import { step, World } from './support/world.ts';

const LATER = '2026-11-30T12:00:00Z';
const isMarigold = (document: RawDocument) =>
  document.path.includes('marigold') || Buffer.from(document.fields).includes('marigold');

test('an erased subject is in no byte of the store, and every snapshot keeps the rest', async () => {
  const world = new World(51).fill(1500);
  // Not encrypted, so that the bytes can be searched; compression would hide nothing this short and this random.
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
