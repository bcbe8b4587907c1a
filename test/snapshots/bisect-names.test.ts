import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bisectNames, type CountedNames, pathBetween } from '../../shared/snapshots/bisect-names.ts';
import { comparePaths } from '../../shared/snapshots/compare-names.ts';

const BOUNDS = ['c/\0', 'c\0/\0'] as const;

function namesOf(
  paths: readonly string[],
): CountedNames & { counted: number; asked: number; readonly sorted: string[] } {
  const sorted = [...paths].sort(comparePaths);
  const rank = (path: string) => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (comparePaths(sorted[middle] as string, path) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return {
    sorted,
    counted: 0,
    asked: 0,
    async first(from, below) {
      this.asked++;
      const at = rank(from);
      return at < rank(below) ? sorted[at] : undefined;
    },
    async count(from, below, most = Number.POSITIVE_INFINITY) {
      const found = Math.min(most, rank(below) - rank(from));
      this.counted += found;
      return found;
    },
  };
}

const sizesOf = (sorted: readonly string[], cuts: readonly string[]) => {
  const edges = [...cuts.map((cut) => sorted.findIndex((path) => comparePaths(path, cut) >= 0)), sorted.length];
  return edges.map((edge, index) => edge - (index === 0 ? 0 : (edges[index - 1] as number)));
};

const hash = (index: number) => ((index * 2_654_435_761) >>> 0).toString(36).padStart(7, 'x');
const many = (count: number, name: (index: number) => string) =>
  Array.from({ length: count }, (_, at) => `c/${name(at)}`);

const KINDS: Record<string, string[]> = {
  'counted ids behind a long common beginning': many(
    20_000,
    (at) => `events-of-the-shop-${String(at).padStart(8, '0')}`,
  ),
  'random ids': many(20_000, (at) => `${hash(at)}${hash(at + 7)}`),
  'addresses of mail': many(8000, (at) => `${hash(at)}.person@example.com`),
  'one document with everything below it': many(9000, (at) => `root/items/${String(at).padStart(6, '0')}`),
  'documents below missing parents': many(9000, (at) => `shop-${at % 30}/orders/${hash(at)}`),
  'a few in front of a crowd': [...many(50, (at) => `a${at}`), ...many(9000, (at) => `z/z/${hash(at)}`)],
  'names beyond ASCII': many(6000, (at) => `${'äöüß'[at % 4]}${hash(at)}`),
};

for (const [kind, paths] of Object.entries(KINDS))
  test(`cuts ${kind} into ranges of about the same size, for a few counts of it`, async () => {
    const names = namesOf(paths);
    const cuts = await bisectNames(names, BOUNDS, { size: 1000, most: 8 });
    const ranges = Math.min(8, Math.ceil(names.sorted.length / 1000));
    assert.equal(cuts.length, ranges - 1);
    assert.deepEqual(cuts, [...cuts].sort(comparePaths));
    for (const size of sizesOf(names.sorted, cuts))
      assert.ok(Math.abs(size - names.sorted.length / ranges) <= (names.sorted.length / ranges) * 0.25, String(size));
    assert.ok(names.counted < names.sorted.length * 20, `${names.counted} counted`);
    assert.ok(names.asked < 800, `${names.asked} asked`);
  });

test('what is no larger than one range is not cut, and counted no further than that', async () => {
  const names = namesOf(many(1000, hash));
  assert.deepEqual(await bisectNames(names, BOUNDS, { size: 1000, most: 8 }), []);
  assert.equal(names.counted, 1000);
  const large = namesOf(many(5000, hash));
  assert.deepEqual(await bisectNames(large, BOUNDS, { size: 5000, most: 8 }), []);
  assert.deepEqual(await bisectNames(namesOf([]), BOUNDS, { size: 1, most: 8 }), []);
});

test('a path between two others is one that a store takes for a document’s', () => {
  for (const [low, high] of [
    ['c/a', 'c/b'],
    ['c/a', 'c/a/b/c'],
    ['c/a/b/c', 'c/a/b/d'],
    ['c/zzz', 'c\0/\0'],
    ['c/ä', 'c/ö'],
    ['c/event-000000', 'c/event-999999'],
  ] as const) {
    const between = pathBetween(low, high);
    if (between === undefined) continue;
    assert.equal(between.split('/').length % 2, 0, between);
    assert.ok(!between.split('/').includes(''), between);
    assert.ok(comparePaths(low, between) < 0 && comparePaths(between, high) < 0, `${low} < ${between} < ${high}`);
  }
});
