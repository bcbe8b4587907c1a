import { collectGarbage } from '../../../shared/snapshots/collect-garbage.ts';
import { createSnapshot } from '../../../shared/snapshots/create-snapshot.ts';
import { listSnapshotIds } from '../../../shared/snapshots/manifest.ts';
import { FolderObjects } from './folder-objects.ts';
import { step, World } from './world.ts';

/* Makes the next snapshot of a folder, or collects what nothing refers to, and kills itself at the given moment. */

const [folder = '', act = '', number = '0', moment = '-1'] = process.argv.slice(2);
const world = new World(71).fill(600);
for (let n = 0; n < Number(number); n++) world.churn(0.05);
const objects = new FolderObjects(folder);
const store = { ...world.store, objects };
let left = Number(moment);
objects.hook = () => {
  if (left-- === 0) process.kill(process.pid, 'SIGKILL');
};
const now = new Date().toISOString();
if (act === 'collect') await collectGarbage({ ...store, now, graceHours: 0 });
else {
  const parent = (await listSnapshotIds(store)).at(-1);
  await createSnapshot({
    ...world.options(step(Number(number)), parent === undefined ? {} : { parent }),
    ...store,
    now,
  });
}
