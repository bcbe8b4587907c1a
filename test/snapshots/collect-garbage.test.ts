import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PortError } from '../../shared/domain/errors.ts';
import { collectGarbage, quarantineSnapshot, removeSnapshot } from '../../shared/snapshots/collect-garbage.ts';
import { createSnapshot, type SnapshotCursor } from '../../shared/snapshots/create-snapshot.ts';
import { IntegrityError } from '../../shared/snapshots/integrity-error.ts';
import { findManifest, listSnapshotIds } from '../../shared/snapshots/manifest.ts';
import { measureStorage } from '../../shared/snapshots/measure-storage.ts';
import { repack } from '../../shared/snapshots/repack.ts';
import { verifyContent, verifySnapshots } from '../../shared/snapshots/verify-snapshots.ts';
import { step, World } from './support/world.ts';

const NEXT_WEEK = '2026-11-30T12:00:00Z';

/** A capture stopped in the middle, whose process may go on from the cursor. */
async function paused(world: World, at: string, parent?: string): Promise<SnapshotCursor> {
  let left = 5;
  const more = { budget: () => --left > 0, ...(parent === undefined ? {} : { parent }) };
  const result = await createSnapshot(world.options(at, more));
  assert.equal(result.status, 'paused');
  return (result as { cursor: SnapshotCursor }).cursor;
}

test('packs of a snapshot that is being written are not collected, however old they are', async () => {
  const world = new World(41).fill(3000);
  const cursor = await paused(world, step(0));
  // Old by the grace, and still alive by its marker.
  const report = await collectGarbage({ ...world.store, now: '2026-11-24T11:00:00Z', graceHours: 1 });
  assert.deepEqual(report.removed, []);
  assert.equal(report.kept, 1);
  const manifest = await world.create(step(0), { cursor });
  await verifyContent(world.store, manifest.id);
});

test('the parent of a snapshot that is being written cannot be removed, and what it needs is kept if it is gone', async () => {
  const world = new World(42).fill(3000);
  const first = await world.create(step(0));
  world.churn(0.02);
  const cursor = await paused(world, step(1), first.id);
  await assert.rejects(
    removeSnapshot(world.store, first.id, world.objects.now),
    (error) => error instanceof PortError && error.retryable,
  );
  world.objects.stored.delete(`gs://snapshots/manifests/${first.id}.json`);
  const report = await collectGarbage({ ...world.store, now: '2026-11-24T11:00:00Z', graceHours: 0 });
  assert.match(report.blocked ?? '', /being written upon/);
  assert.deepEqual(report.removed, []);
  await assert.rejects(
    world.create(step(1), { cursor, parent: first.id }),
    (error) => (error as PortError).code === 'not-found',
  );
});

test('an abandoned capture is collected, and its writer finds out', async () => {
  const world = new World(43).fill(3000);
  const cursor = await paused(world, step(0));
  const report = await collectGarbage({ ...world.store, now: NEXT_WEEK, graceHours: 24 });
  assert.equal(report.removed.length, 1);
  assert.equal(report.abandoned.length, 1);
  await assert.rejects(world.create(step(0), { cursor }), (error) => (error as PortError).code === 'aborted');
  await verifyContent(world.store, (await world.create(step(0))).id);
});

test('a pack that is written again between the look and the removal survives', async () => {
  const world = new World(44).fill(800);
  const orphan = await world.create(step(0));
  await removeSnapshot(world.store, orphan.id, world.objects.now);
  // The same documents captured again make the same packs; the writer comes in while the sweep is about to remove.
  let isIn = false;
  let made: Promise<unknown> | undefined;
  const objects = world.objects;
  const list = objects.list.bind(objects);
  objects.list = async function* (prefix: string) {
    yield* list(prefix);
    if (prefix.includes('/manifests/') && !isIn) {
      isIn = true;
      made = world.create(step(1));
      await made;
    }
  };
  const report = await collectGarbage({ ...world.store, now: NEXT_WEEK, graceHours: 0 });
  objects.list = list;
  assert.ok(made);
  assert.deepEqual(report.removed, []);
  await verifyContent(world.store, (await listSnapshotIds(world.store))[0] as string);
});

test('chunks of removed snapshots go, chunks that others share stay', async () => {
  const world = new World(45).fill(2000);
  const ids: string[] = [];
  for (let n = 0; n < 4; n++) {
    const parent = ids.at(-1);
    ids.push((await world.create(step(n), parent === undefined ? {} : { parent })).id);
    world.churn(0.03);
  }
  const before = await measureStorage(world.store);
  assert.equal(before.snapshots, 4);
  assert.equal(before.unreferencedBytes, 0);
  assert.ok(before.dedupeRatio > 3, String(before.dedupeRatio));
  await removeSnapshot(world.store, ids[3] as string, world.objects.now);
  await removeSnapshot(world.store, ids[0] as string, world.objects.now);
  const report = await collectGarbage({ ...world.store, now: NEXT_WEEK, graceHours: 24 });
  assert.equal(report.removed.length, 1, 'the layer of the last one alone');
  for (const id of [ids[1], ids[2]]) await verifyContent(world.store, id as string);
  assert.deepEqual((await verifySnapshots({ ...world.store, readData: 'all' })).problems, []);
});

test('with a damaged manifest nothing is collected until it is set aside', async () => {
  const world = new World(46).fill(400);
  const first = await world.create(step(0));
  const second = await world.create(step(1), { parent: first.id });
  const object = world.objects.stored.get(`gs://snapshots/manifests/${first.id}.json`);
  assert.ok(object);
  object.bytes[200] = (object.bytes[200] as number) ^ 1;
  await assert.rejects(collectGarbage({ ...world.store, now: NEXT_WEEK, graceHours: 0 }), IntegrityError);
  await quarantineSnapshot(world.store, first.id);
  await collectGarbage({ ...world.store, now: NEXT_WEEK, graceHours: 0 });
  assert.equal(await findManifest(world.store, first.id), undefined);
  await verifyContent(world.store, second.id);
});

test('repack moves what is left of sparse packs, and refuses while a snapshot is written', async () => {
  const world = new World(47).fill(3000);
  const first = await world.create(step(0));
  for (const path of world.source.paths('events')) world.source.set(path, { note: { stringValue: path } });
  // The new base refers to the old chunks of the other collection.
  const second = await world.create(step(1), { parent: first.id, policy: { deltaShare: 0, mostDeltas: 0 } });
  world.churn(0.01);
  const third = await world.create(step(2), { parent: second.id });
  await removeSnapshot(world.store, first.id, world.objects.now);
  await removeSnapshot(world.store, second.id, world.objects.now);
  const weight = world.objects.weigh('gs://snapshots/packs/');
  const cursor = await paused(world, step(3), third.id);
  const refused = repack({ ...world.store, now: world.objects.now, sparseBelow: 1 });
  await assert.rejects(refused, (error) => error instanceof PortError && error.retryable);
  await world.create(step(3), { parent: third.id, cursor });
  const report = await repack({ ...world.store, now: world.objects.now, sparseBelow: 1 });
  assert.ok(report.emptied.length > 0);
  await collectGarbage({ ...world.store, now: NEXT_WEEK, graceHours: 0 });
  assert.ok(world.objects.weigh('gs://snapshots/packs/') < weight);
  assert.deepEqual((await verifySnapshots({ ...world.store, readData: 'all' })).problems, []);
  for (const id of await listSnapshotIds(world.store)) await verifyContent(world.store, id);
  const { unreferencedBytes } = await measureStorage(world.store);
  assert.ok(unreferencedBytes < 1000, `${unreferencedBytes} bytes: lists that were replaced, no chunk`);
});

test('repack carries no damage into a new pack', async () => {
  const world = new World(48).fill(3000);
  const first = await world.create(step(0));
  for (const path of world.source.paths('events')) world.source.set(path, { note: { stringValue: path } });
  await world.create(step(1), { parent: first.id, policy: { deltaShare: 0, mostDeltas: 0 } });
  await removeSnapshot(world.store, first.id, world.objects.now);
  for (const [uri, object] of world.objects.stored) {
    // What is still needed of the first pack lies behind the other collection's chunks.
    if (uri.includes('/packs/'))
      object.bytes.fill(0, Math.floor(object.bytes.length * 0.8), Math.floor(object.bytes.length * 0.85));
  }
  const before = [...world.objects.stored.keys()];
  await assert.rejects(repack({ ...world.store, now: world.objects.now, sparseBelow: 1 }), IntegrityError);
  assert.deepEqual([...world.objects.stored.keys()], before);
});
