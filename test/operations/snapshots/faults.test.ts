import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PortError } from '../../../shared/domain/errors.ts';
import type { ObjectsPort } from '../../../shared/ports/objects.ts';
import { verifySnapshots } from '../../../shared/snapshots/index.ts';
import { BUCKET, endingOf, MEMORY, openSnapshotWorld, recordsAt, type SnapshotTestWorld } from './support.ts';

/** Six in the morning, so many days after the first. */
const at = (day: number): string => new Date(Date.UTC(2026, 10, 1, 6) + day * 86_400_000).toISOString();
const CHANGES = ['write', 'remove', 'update'] as const;

/** Objects whose n-th change fails: before it takes effect, or after it. */
function failing(count: { left: number; moment: 'before' | 'after' }): (real: ObjectsPort) => ObjectsPort {
  const fail = () => new PortError('objects', 'permission-denied', 'the store refuses');
  return (real) =>
    new Proxy(real, {
      get(target, property) {
        const value = Reflect.get(target, property, target) as unknown;
        if (typeof value !== 'function') return value;
        if (!CHANGES.some((name) => name === property)) return value.bind(target);
        return async (uri: string, ...rest: unknown[]) => {
          const isDue = uri.startsWith(BUCKET) && count.left-- === 1;
          if (isDue && count.moment === 'before') throw fail();
          const answer = await value.call(target, uri, ...rest);
          if (isDue) throw fail();
          return answer;
        };
      },
    });
}

const few = (time: string) => {
  const { behavioral = [], context = [], preference = [] } = recordsAt(time);
  return { behavioral: behavioral.slice(0, 4), context: context.slice(0, 2), preference: preference.slice(0, 4) };
};

async function run(world: SnapshotTestWorld, time: string): Promise<string> {
  await world.fill(time, few(time));
  return endingOf(await world.run(time));
}

describe('a change of the store that fails, wherever it stands in a run', () => {
  for (const moment of ['before', 'after'] as const) {
    it(`loses no valid snapshot, and the next run is good (${moment} it took effect)`, async () => {
      const count = { left: Number.POSITIVE_INFINITY, moment };
      const yaml = MEMORY.replace('keep_last: 3', 'keep_last: 2');
      const world = openSnapshotWorld(at(0), { yaml, objects: failing(count) });
      for (const day of [0, 1]) assert.equal(await run(world, at(day)), 'passed');
      let faults = 0;
      for (let day = 2; ; day += 2) {
        const before = (await world.statuses()).filter(({ state }) => state === 'valid');
        count.left = faults + 1;
        // A day after the run before: what it removed is old enough to be collected.
        await run(world, at(day));
        const isThrough = count.left > 0;
        count.left = Number.POSITIVE_INFINITY;
        const left = await world.statuses();
        const valid = left.filter(({ state }) => state === 'valid').map(({ id }) => id);
        assert.ok(
          valid.includes(before[0]?.id ?? ''),
          `change ${faults + 1}: the newest valid snapshot of before is there`,
        );
        const ids = left.map(({ id }) => id);
        const report = await verifySnapshots({ ...world.store, ids, readData: 'all' });
        assert.deepEqual(report.problems, [], `change ${faults + 1}`);
        assert.equal(await run(world, at(day + 1)), 'passed', `the run after change ${faults + 1}`);
        if (isThrough) break;
        faults++;
      }
      assert.ok(faults >= 10, `${faults} changes were made to fail`);
      world.close();
    });
  }
});
