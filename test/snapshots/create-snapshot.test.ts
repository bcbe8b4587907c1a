import assert from 'node:assert/strict';
import { test } from 'node:test';
import { restoreSnapshot } from '../../shared/snapshots/read-snapshot.ts';
import { contents, MemorySource } from './support/memory-source.ts';
import { step, World } from './support/world.ts';

async function restored(world: World, id: string): Promise<MemorySource> {
  const target = new MemorySource();
  await restoreSnapshot({ ...world.store, id, target });
  return target;
}

for (const isEncrypted of [true, false]) {
  test(`every snapshot of a chain restores to what was captured, ${isEncrypted ? 'encrypted' : 'open'}`, async () => {
    const world = new World(3).fill(4000);
    world.isEncrypted = isEncrypted;
    if (!isEncrypted) world.collections = [{ name: 'events' }, { name: 'people' }];
    const moments: { id: string; source: MemorySource; digest: string[] }[] = [];
    let parent: string | undefined;
    for (let n = 0; n < 8; n++) {
      const manifest = await world.create(step(n), parent === undefined ? {} : { parent });
      moments.push({
        id: manifest.id,
        source: world.source.copy(),
        digest: manifest.collections.map((each) => each.digest),
      });
      parent = manifest.id;
      world.churn(0.02);
    }
    for (const moment of moments) assert.deepEqual(contents(await restored(world, moment.id)), contents(moment.source));
    const fresh = new World();
    fresh.isEncrypted = isEncrypted;
    fresh.collections = world.collections;
    fresh.source = moments.at(-1)?.source as MemorySource;
    const again = await fresh.create(step(0));
    assert.deepEqual(
      again.collections.map((each) => each.digest),
      moments.at(-1)?.digest,
      'digests do not depend on the chain',
    );
  });
}

test('a capture cut into stretches ends in the same documents and digests as one without', async () => {
  for (const segments of [2, 7]) {
    const whole = new World(5).fill(6000);
    const pieces = new World(5).fill(6000);
    const first = await whole.create(step(0));
    const cut = await pieces.createInStretches(step(0), segments);
    assert.ok(cut.stretches > 3);
    const strip = (manifest: typeof first) =>
      manifest.collections.map(({ digest, documents, plainBytes }) => ({ digest, documents, plainBytes }));
    assert.deepEqual(strip(cut.manifest), strip(first));
    whole.churn(0.03);
    pieces.churn(0.03);
    const second = await whole.create(step(1), { parent: first.id });
    const cutSecond = await pieces.createInStretches(step(1), segments, { parent: first.id });
    assert.deepEqual(strip(cutSecond.manifest), strip(second));
    assert.deepEqual(
      cutSecond.manifest.collections.map((each) => each.changes),
      second.collections.map((each) => each.changes),
    );
    assert.deepEqual(contents(await restored(pieces, cutSecond.manifest.id)), contents(pieces.source));
  }
});
