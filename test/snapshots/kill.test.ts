import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { build } from 'esbuild';
import { listSnapshotIds } from '../../shared/snapshots/manifest.ts';
import { measureStorage } from '../../shared/snapshots/measure-storage.ts';
import { verifyContent, verifySnapshots } from '../../shared/snapshots/verify-snapshots.ts';
import { FolderObjects } from './support/folder-objects.ts';
import { randomFrom, World } from './support/world.ts';

const KILLS = 50;
/** Moments of one capture: three for the marker, the pack and the manifest each, two for the marker's removal. */
const MOMENTS = 11;

test('after SIGKILL at 50 moments the last snapshot can be restored, the next run succeeds, orphans are collected', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'highnoon-kill-'));
  const random = randomFrom(72);
  const store = { ...new World().store, objects: new FolderObjects(join(folder, 'objects')) };
  const worker = join(folder, 'worker.mjs');
  const source = resolve(import.meta.dirname, 'support/killed-worker.ts');
  await build({
    entryPoints: [source],
    outfile: worker,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'warning',
  });
  const run = (act: string, number: number, moment: number) => {
    const result = spawnSync(process.execPath, [worker, join(folder, 'objects'), act, String(number), String(moment)]);
    assert.ok(result.signal === 'SIGKILL' || result.status === 0, String(result.stderr));
    return result.signal;
  };
  const lastIsSound = async () => verifyContent(store, (await listSnapshotIds(store)).at(-1) as string);
  try {
    run('create', 0, -1);
    let number = 1;
    for (let kill = 1; kill <= KILLS; kill++) {
      const signal = run('create', number, Math.floor(random() * MOMENTS));
      // A snapshot whose manifest stands is complete: the retry after it has only its marker to remove.
      const isMade = (await listSnapshotIds(store)).length > number;
      assert.ok(signal === 'SIGKILL' || isMade);
      await lastIsSound();
      if (kill % 5 !== 0) continue;
      run('collect', number, Math.floor(random() * 3));
      await lastIsSound();
      assert.equal(run('create', number, -1), null);
      number++;
    }
    assert.equal(run('collect', number, -1), null);
    assert.deepEqual((await verifySnapshots({ ...store, readData: 'all' })).problems, []);
    for (const id of await listSnapshotIds(store)) await verifyContent(store, id);
    assert.equal((await measureStorage(store)).unreferencedBytes, 0);
    assert.deepEqual(readdirSync(join(folder, 'objects', 'snapshots', 'writing')), []);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
