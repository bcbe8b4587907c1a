import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { lockDown } from '../../../shared/engine/acts/lockdown.ts';
import { writeStatus } from '../../../shared/operations/snapshots/snapshot-status.ts';
import type { ObjectsPort } from '../../../shared/ports/objects.ts';
import { MEMORY, openSnapshotWorld } from './support.ts';

const ARCHIVED = MEMORY.replace('retain_days: 30}', 'retain_days: 2, archive: monthly, archive_keep: forever}').replace(
  'keep_last: 3',
  'keep_last: 1',
);
const at = (day: number) => `2026-11-${String(day).padStart(2, '0')}T06:00:00.000Z`;

/** Storage classes by object, as the store was asked for them; the local store has one class only. */
function watching(classes: Map<string, string>): (real: ObjectsPort) => ObjectsPort {
  return (real) =>
    new Proxy(real, {
      get(target, property) {
        const value = Reflect.get(target, property, target) as unknown;
        if (typeof value !== 'function') return value;
        if (property !== 'update') return value.bind(target);
        const update: ObjectsPort['update'] = (uri, change) => {
          if (change.storageClass !== undefined) classes.set(uri, change.storageClass);
          return target.update(uri, change);
        };
        return update;
      },
    });
}

describe('the archive of snapshots', () => {
  it('keeps the first of the month, and moves it once it is old enough and what it needs is its own', async () => {
    const classes = new Map<string, string>();
    const world = openSnapshotWorld(at(1), { yaml: ARCHIVED, objects: watching(classes) });
    for (const day of [1, 2, 5]) {
      await world.fill(at(day));
      await world.run(at(day));
    }
    const kept = (await world.statuses()).map(({ id, archived }) => [id, archived]);
    assert.deepEqual(kept, [
      ['20261105T060000Z', false],
      ['20261101T060000Z', true],
    ]);
    assert.ok([...classes.values()].every((name) => name === 'ARCHIVE'));
    world.close();
  });

  it('archives nothing in a lockdown', async () => {
    const world = openSnapshotWorld(at(1), { yaml: ARCHIVED });
    await world.fill(at(1));
    await world.run(at(1));
    await lockDown(world.engine, { name: 'ana' }, { reason: 'drill' });
    await world.fill(at(5));
    await world.run(at(5));
    assert.ok((await world.statuses()).every(({ archived }) => !archived));
    const { findings } = await world.checkpoint(at(5), 'enforce-archive-policy');
    assert.deepEqual(
      findings.map(({ code }) => code),
      ['held-back'],
    );
    world.close();
  });

  it('holds by the store itself what a person holds', async () => {
    const world = openSnapshotWorld(at(1));
    await world.fill(at(1));
    await world.run(at(1));
    const [first] = await world.statuses();
    assert.ok(first !== undefined);
    const record = { id: first.id, at: first.at, state: 'valid' as const, judgedAt: at(1), by: 'ana', detail: null };
    await writeStatus(world.store, record, { hold: true });
    for (const day of [2, 3, 4, 5]) {
      await world.fill(at(day));
      await world.run(at(day));
    }
    const ids = (await world.statuses()).map(({ id }) => id);
    assert.deepEqual(ids, ['20261105T060000Z', '20261104T060000Z', '20261103T060000Z', first.id]);
    const uri = `${world.store.bucketUri}/manifests/${first.id}.json`;
    const info = await world.objects.stat(uri);
    await assert.rejects(world.objects.remove(uri, info?.generation ?? ''), { code: 'permission-denied' });
    world.close();
  });
});
