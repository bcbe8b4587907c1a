import assert from 'node:assert/strict';
import { test } from 'node:test';
import { collectGarbage, removeSnapshot } from '../../shared/snapshots/collect-garbage.ts';
import { eraseSubject } from '../../shared/snapshots/erase-subject.ts';
import { IntegrityError } from '../../shared/snapshots/integrity-error.ts';
import { listSnapshotIds } from '../../shared/snapshots/manifest.ts';
import { restoreSnapshot } from '../../shared/snapshots/read-snapshot.ts';
import { repack } from '../../shared/snapshots/repack.ts';
import { verifyContent, verifySnapshots } from '../../shared/snapshots/verify-snapshots.ts';
import { contents, MemorySource } from './support/memory-source.ts';
import { step, World } from './support/world.ts';

class Crash extends Error {}

const LATER = '2026-11-27T00:00:00Z';

async function assertSound(world: World, expected: ReadonlyMap<string, MemorySource>): Promise<void> {
  const { problems } = await verifySnapshots({ ...world.store, readData: 'all' });
  assert.deepEqual(problems, []);
  for (const [id, source] of expected) {
    const target = new MemorySource();
    await restoreSnapshot({ ...world.store, id, target });
    assert.deepEqual(contents(target), contents(source), id);
  }
}

async function prepared(): Promise<{ world: World; kept: Map<string, MemorySource> }> {
  const world = new World(31).fill(1200);
  const kept = new Map<string, MemorySource>();
  let parent: string | undefined;
  for (let n = 0; n < 4; n++) {
    // The second chain is on its own, so that there is something to collect and to repack.
    const options = parent === undefined || n === 2 ? {} : { parent };
    parent = (await world.create(step(n), options)).id;
    kept.set(parent, world.source.copy());
    world.churn(0.05);
  }
  return { world, kept };
}

/** Runs the act with a crash at its first write or removal, then at its second, until it gets through. */
async function crashEverywhere(
  world: World,
  act: (world: World) => Promise<unknown>,
  check: (world: World, isDone: boolean) => Promise<void>,
): Promise<number> {
  for (let point = 0; ; point++) {
    const twin = Object.assign(new World(), { source: world.source.copy(), collections: world.collections });
    twin.objects = world.objects.copy();
    let left = point;
    twin.objects.hook = () => {
      if (left-- === 0) throw new Crash();
    };
    let isDone = false;
    await act(twin).then(
      () => {
        isDone = true;
      },
      (error: unknown) => {
        if (!(error instanceof Crash)) throw error;
      },
    );
    twin.objects.hook = () => {};
    await check(twin, isDone);
    if (isDone) return point;
  }
}

test('a crash at any write of a capture loses nothing, and a retry finishes', async () => {
  const { world, kept } = await prepared();
  const parent = [...kept.keys()].at(-1) as string;
  const points = await crashEverywhere(
    world,
    (twin) => twin.create(step(8), { parent }),
    async (twin, isDone) => {
      await assertSound(twin, kept);
      if (isDone) return;
      twin.objects.now = LATER;
      const retried = await twin.create(step(8), { parent });
      await assertSound(twin, new Map([...kept, [retried.id, twin.source]]));
      twin.objects.now = '2026-12-10T00:00:00Z';
      await collectGarbage({ ...twin.store, now: twin.objects.now, graceHours: 24 });
      await assertSound(twin, new Map([...kept, [retried.id, twin.source]]));
      assert.deepEqual(await unreferenced(twin), []);
    },
  );
  assert.ok(points >= 6, `${points} points`);
});

async function unreferenced(world: World): Promise<readonly string[]> {
  const options = { ...world.store, now: '2030-01-01T00:00:00Z', graceHours: 0, isDryRun: true };
  return (await collectGarbage(options)).removed;
}

test('a crash at any write or removal of clean-up and repack loses no snapshot, and a retry finishes', async () => {
  const { world, kept } = await prepared();
  const [first = '', second = ''] = [...kept.keys()];
  const left = new Map([...kept].filter(([id]) => id !== first && id !== second));
  const cleanUp = async (twin: World, now = LATER) => {
    twin.objects.now = now;
    for (const id of [first, second]) await removeSnapshot(twin.store, id, now);
    await repack({ ...twin.store, now, sparseBelow: 1 });
    await collectGarbage({ ...twin.store, now, graceHours: 0 });
  };
  const points = await crashEverywhere(
    world,
    (twin) => cleanUp(twin),
    async (twin, isDone) => {
      await assertSound(twin, left);
      if (!isDone) await cleanUp(twin, '2026-11-28T00:00:00Z');
      await assertSound(twin, left);
      assert.deepEqual(await unreferenced(twin), []);
      assert.deepEqual(await listSnapshotIds(twin.store), [...left.keys()]);
    },
  );
  assert.ok(points >= 8, `${points} points`);
});

test('a crash at any point of an erasure leaves every snapshot sound, and a retry erases', async () => {
  const { world, kept } = await prepared();
  const isSubject = ({ fields }: { fields: Uint8Array }) => Buffer.from(fields).includes('u_7');
  const points = await crashEverywhere(
    world,
    (twin) => eraseSubject({ ...twin.store, now: LATER, isSubject }),
    async (twin, isDone) => {
      assert.deepEqual((await verifySnapshots({ ...twin.store, readData: 'all' })).problems, []);
      if (!isDone) await eraseSubject({ ...twin.store, now: '2026-11-28T00:00:00Z', isSubject });
      assert.deepEqual((await verifySnapshots({ ...twin.store, readData: 'all' })).problems, []);
      for (const [id, source] of kept) {
        await verifyContent(twin.store, id);
        const without = source.copy();
        for (const [path, document] of source.documents) if (isSubject(document)) without.documents.delete(path);
        const target = new MemorySource();
        await restoreSnapshot({ ...twin.store, id, target });
        assert.deepEqual(contents(target), contents(without));
      }
      assert.deepEqual(await unreferenced(twin), []);
    },
  );
  assert.ok(points >= 10, `${points} points`);
});

test('a snapshot whose packs were collected while its manifest was written does not stay', async () => {
  const world = new World(32).fill(500);
  world.objects.hook = (moment, act, uri) => {
    if (moment !== 'after' || act !== 'write' || !uri.includes('/manifests/')) return;
    for (const other of world.objects.stored.keys()) if (other.includes('/packs/')) world.objects.stored.delete(other);
  };
  await assert.rejects(world.create(step(0)), (error) => error instanceof IntegrityError && error.kind === 'missing');
  assert.deepEqual(await listSnapshotIds(world.store), []);
  world.objects.hook = () => {};
  await verifyContent(world.store, (await world.create(step(0))).id);
});
