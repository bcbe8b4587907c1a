import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PortError, UsageError } from '../../shared/domain/errors.ts';
import { IntegrityError } from '../../shared/snapshots/integrity-error.ts';
import { restoreSnapshot } from '../../shared/snapshots/read-snapshot.ts';
import { verifyContent, verifySnapshots } from '../../shared/snapshots/verify-snapshots.ts';
import type { MemoryObjects } from './support/memory-objects.ts';
import { contents, MemorySource } from './support/memory-source.ts';
import { TORTURE } from './support/torture-values.ts';
import { REFERENCE, step, World } from './support/world.ts';

async function chain(world: World, length: number): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < length; n++) {
    const parent = ids.at(-1);
    ids.push((await world.create(step(n), parent === undefined ? {} : { parent })).id);
    world.churn(0.02);
  }
  return ids;
}

test('a torture set is restored equal, in order, encrypted or not', async () => {
  for (const isEncrypted of [true, false]) {
    const world = new World();
    world.isEncrypted = isEncrypted;
    world.collections = [{ name: 'odd' }];
    const names = ['a', 'a!', 'a/below/b', 'missing/below/c', '～', '😀', 'a b/x/y/z/w', 'B', '\u0001', '__x'];
    Object.entries(TORTURE).forEach(([name, value], index) => {
      const place = names[index % names.length] as string;
      const id = index < names.length ? place : place.replace(/[^/]*$/, (last) => `${last}${index}`);
      world.source.set(
        `odd/${id}`,
        { [name]: value, '～': value, '😀': { nullValue: 'NULL_VALUE' } },
        index % 2 === 0
          ? {}
          : {
              createTime: { seconds: '1764000000', nanos: index },
              ...(index % 3 === 0 ? {} : { updateTime: { seconds: '-5', nanos: 999_999_999 } }),
            },
      );
    });
    const first = await world.create(step(0));
    world.source.set('odd/a!', { changed: { doubleValue: 3 } });
    const second = await world.create(step(1), { parent: first.id });
    const target = new MemorySource();
    await restoreSnapshot({ ...world.store, id: second.id, target });
    assert.deepEqual(contents(target), contents(world.source));
    assert.deepEqual([...target.documents.keys()], world.source.paths('odd'));
  }
});

function flipBit(objects: MemoryObjects, dice: () => number): string {
  const all = [...objects.stored].filter(([, object]) => object.bytes.length > 0);
  const total = all.reduce((sum, [, object]) => sum + object.bytes.length, 0);
  // Half of the flips by weight, half by object, so that small objects have their share.
  let at = Math.floor(dice() * total);
  let [uri, object] = all[Math.floor(dice() * all.length)] as (typeof all)[number];
  if (dice() < 0.5) {
    for (const candidate of all) {
      [uri, object] = candidate;
      if (at < object.bytes.length) break;
      at -= object.bytes.length;
    }
  } else at = Math.floor(dice() * object.bytes.length);
  const bytes = Buffer.from(object.bytes);
  bytes[at] = (bytes[at] as number) ^ (1 << Math.floor(dice() * 8));
  object.bytes = bytes;
  return uri;
}

for (const isEncrypted of [true, false]) {
  test(`200 of 200 flipped bits are found by check, ${isEncrypted ? 'encrypted' : 'open'}`, async () => {
    const world = new World(21).fill(900);
    world.isEncrypted = isEncrypted;
    if (!isEncrypted) world.collections = [{ name: 'events' }, { name: 'people' }];
    await chain(world, 4);
    const clean = await verifySnapshots({ ...world.store, readData: 'all' });
    assert.deepEqual(clean.problems, []);
    assert.equal(clean.snapshots, 4);
    assert.equal(clean.chunksRead, clean.chunks);
    const keyFor = async (reference: string) => {
      if (reference !== REFERENCE) throw new PortError('keys', 'not-found', `no key ${reference}`);
      return Buffer.alloc(32, 7);
    };
    for (let n = 0; n < 200; n++) {
      const objects = world.objects.copy();
      const uri = flipBit(objects, world.random);
      const { problems } = await verifySnapshots({ ...world.store, objects, keyFor, readData: 'all' });
      assert.ok(problems.length > 0, `flip ${n} in ${uri}`);
      for (const problem of problems) {
        assert.equal(problem.uri, uri);
        assert.match(problem.collection, /^(events|people|\(manifest\))$/);
        assert.match(problem.chunk, /^[0-9a-f]{64}$|^2026/);
      }
    }
  });
}

test('a restore of damaged bytes fails with the collection and the chunk', async () => {
  const world = new World(22).fill(300);
  const [id = ''] = await chain(world, 1);
  const pack = [...world.objects.stored].find(([uri]) => uri.includes('/packs/'));
  assert.ok(pack);
  const bytes = pack[1].bytes;
  bytes[100] = (bytes[100] as number) ^ 4;
  await assert.rejects(restoreSnapshot({ ...world.store, id, target: new MemorySource() }), (error) => {
    assert.ok(error instanceof IntegrityError);
    assert.equal(error.collection, 'events');
    assert.equal(error.uri, pack[0]);
    return true;
  });
});

test('the rotating share reads all new chunks, and every chunk once in a full turn', async () => {
  const world = new World(23).fill(6000);
  const ids = await chain(world, 2);
  const newest = ids.slice(-1);
  const all = await verifySnapshots({ ...world.store, ids: newest, readData: 'all' });
  const none = await verifySnapshots({ ...world.store, ids: newest, readData: 'none' });
  assert.equal(none.chunksRead, 0);
  let read = 0;
  const shares: number[] = [];
  for (let turn = 0; turn < 4; turn++) {
    const report = await verifySnapshots({ ...world.store, ids: newest, readData: { turn, of: 4 } });
    shares.push(report.chunksRead);
    read += report.chunksRead;
  }
  const fresh = (await verifySnapshots({ ...world.store, ids: newest, readData: { turn: 0, of: 2 ** 32 } })).chunksRead;
  assert.ok(fresh >= 3, 'lists and the new layers');
  assert.equal(read - 3 * fresh, all.chunks, `each old chunk in exactly one of ${shares}`);
});

test('a missing pack is a problem of every chunk in it', async () => {
  const world = new World(24).fill(500);
  const ids = await chain(world, 2);
  const packs = [...world.objects.stored.keys()].filter((uri) => uri.includes('/packs/'));
  for (const uri of packs) {
    const objects = world.objects.copy();
    objects.stored.delete(uri);
    const { problems } = await verifySnapshots({ ...world.store, objects, readData: 'none' });
    assert.ok(problems.some((problem) => problem.kind === 'missing' && problem.uri === uri));
  }
  for (const id of ids) await verifyContent(world.store, id);
});

test('nothing of a pii collection can be read without the key, and it is never captured without one', async () => {
  const world = new World(25);
  world.source.set('people/subject-4711', { name: { stringValue: 'Marigold Pemberton' } });
  await chain(world, 2);
  for (const [uri, { bytes }] of world.objects.stored) {
    assert.ok(!bytes.includes('Marigold') && !bytes.includes('subject-4711'), uri);
  }
  world.isEncrypted = false;
  await assert.rejects(world.create(step(9)), UsageError);
});

test('flipped bits in bytes that no snapshot refers to are found too', async () => {
  const world = new World(26).fill(1500);
  const [, second = ''] = await chain(world, 2);
  const orphan = [...world.objects.stored.keys()].filter((uri) => uri.includes('/packs/')).at(-1) as string;
  world.objects.stored.delete(`gs://snapshots/manifests/${second}.json`);
  for (const at of [0, 100, -1]) {
    const objects = world.objects.copy();
    const { bytes } = objects.stored.get(orphan) as { bytes: Buffer };
    const place = at < 0 ? bytes.length + at : at;
    bytes[place] = (bytes[place] as number) ^ 8;
    const { problems } = await verifySnapshots({ ...world.store, objects, readData: 'all' });
    assert.deepEqual(
      problems.map(({ collection, uri }) => [collection, uri]),
      [['(unreferenced)', orphan]],
    );
  }
});
