import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PartState } from '../../shared/snapshots/capture-part.ts';
import { beginSet, captureRange, type RangeOptions } from '../../shared/snapshots/capture-range.ts';
import { diffSnapshots } from '../../shared/snapshots/diff-snapshots.ts';
import { joinRanges } from '../../shared/snapshots/join-ranges.ts';
import type { Manifest } from '../../shared/snapshots/manifest.ts';
import { snapshotIdAt } from '../../shared/snapshots/object-names.ts';
import { splitRanges } from '../../shared/snapshots/split-ranges.ts';
import { verifyContent } from '../../shared/snapshots/verify-snapshots.ts';
import { KEY, REFERENCE, step, World } from './support/world.ts';

const encryption = { reference: REFERENCE, key: KEY };

/** Captures in ranges, in reverse order, each in stretches and delivered twice. */
async function createInRanges(world: World, at: string, count: number, parent?: string): Promise<Manifest> {
  const snapshotId = snapshotIdAt(at);
  const upon = parent === undefined ? {} : { parent };
  await beginSet(world.store, snapshotId, parent ?? null, world.objects.now);
  const collections = [];
  for (const plan of world.collections) {
    const sample = world.source.paths(plan.name).filter((_, index) => index % 7 === 0);
    const ranges = splitRanges(sample, count);
    const parts = ranges.map((_, index) => `${plan.name}-${index}`);
    for (const [index, range] of [...ranges.entries()].reverse()) {
      const job = {
        ...world.store,
        source: world.source,
        snapshotId,
        collection: plan,
        range,
        partId: parts[index] as string,
        readTime: at,
        encryption,
        ...upon,
      };
      const first = await captureToEnd(job);
      assert.deepEqual(await captureToEnd(job), first);
    }
    collections.push({ ...plan, parts });
  }
  return joinRanges({ ...world.store, snapshotId, at, encryption, collections, ...upon });
}

async function captureToEnd(job: Omit<RangeOptions, 'budget' | 'onCursor' | 'cursor'>) {
  let cursor: PartState | undefined;
  for (;;) {
    let left = 4;
    const onCursor = async (state: PartState) => {
      cursor = JSON.parse(JSON.stringify(state));
    };
    const part = await captureRange({ ...job, budget: () => --left > 0, onCursor, ...(cursor ? { cursor } : {}) });
    if (part) return part;
  }
}

const strip = (manifest: Manifest) =>
  manifest.collections.map(({ name, digest, documents, plainBytes, changes }) => ({
    name,
    digest,
    documents,
    plainBytes,
    changes,
  }));

test('ranges captured apart join into what one capture gives, as a first snapshot and upon a parent', async () => {
  for (const count of [1, 3, 8]) {
    const whole = new World(61).fill(3000);
    const ranged = new World(61).fill(3000);
    const first = await whole.create(step(0));
    const joined = await createInRanges(ranged, step(0), count);
    assert.deepEqual(strip(joined), strip(first));
    whole.churn(0.05);
    ranged.churn(0.05);
    const second = await whole.create(step(1), { parent: first.id });
    const joinedSecond = await createInRanges(ranged, step(1), count, joined.id);
    assert.deepEqual(strip(joinedSecond), strip(second));
    await verifyContent(ranged.store, joinedSecond.id);
    const left = [...ranged.objects.stored.keys()].filter((uri) => /\/(parts|writing)\//.test(uri));
    assert.deepEqual(left, []);
  }
});

test('more ranges than documents still hold every document once', async () => {
  const world = new World(62).fill(30);
  const joined = await createInRanges(world, step(0), 20);
  const whole = new World(62).fill(30);
  assert.deepEqual(strip(joined), strip(await whole.create(step(0))));
});

test('a diff tells each added, removed and changed document, in order', async () => {
  const world = new World(63).fill(1000);
  const first = await world.create(step(0));
  const before = world.source.copy();
  world.churn(0.05);
  const second = await world.create(step(1), { parent: first.id });
  const told: [string, string][] = [];
  for await (const change of diffSnapshots(world.store, first.id, second.id)) {
    told.push([change.path, change.kind]);
    if (change.kind !== 'removed')
      assert.deepEqual(
        Buffer.from(change.after.fields),
        Buffer.from(world.source.documents.get(change.path)?.fields ?? []),
      );
    if (change.kind !== 'added')
      assert.deepEqual(Buffer.from(change.before.fields), Buffer.from(before.documents.get(change.path)?.fields ?? []));
  }
  const expected: [string, string][] = [];
  for (const collection of ['events', 'people']) {
    const paths = new Set([...before.paths(collection), ...world.source.paths(collection)]);
    for (const path of [...paths].sort()) {
      const [old, now] = [before.documents.get(path), world.source.documents.get(path)];
      if (!old) expected.push([path, 'added']);
      else if (!now) expected.push([path, 'removed']);
      else if (!Buffer.from(old.fields).equals(now.fields)) expected.push([path, 'changed']);
    }
  }
  assert.deepEqual(told, expected);
  const counted = second.collections.reduce(
    (sum, { changes }) => sum + (changes ? changes.added + changes.changed + changes.removed : 0),
    0,
  );
  assert.equal(counted, expected.length);
});
