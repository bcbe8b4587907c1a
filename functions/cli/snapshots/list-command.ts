import { weigh } from '../../../shared/operations/snapshots/seal-snapshot.ts';
import { snapshotLevels } from '../../../shared/operations/snapshots/snapshot-levels.ts';
import { listStatuses } from '../../../shared/operations/snapshots/snapshot-status.ts';
import { storeOf } from '../../../shared/operations/snapshots/snapshot-store.ts';
import { readManifest } from '../../../shared/snapshots/index.ts';
import { snapshotLook } from './snapshot-command.ts';
import { bytesText, columns, countText } from './table.ts';

export const listCommand = snapshotLook({
  verb: 'list',
  usage: 'list',
  summary: 'every snapshot, newest first, with its state and what it added',
  async run(world, _args, output) {
    const store = storeOf(world);
    const snapshots = [];
    for (const status of await listStatuses(store)) {
      const { manifest } = await readManifest(store, status.id);
      const { documents, addedBytes } = weigh(manifest);
      const { id, at, state, tags, isHeld, archived } = status;
      snapshots.push({ id, at, state, parent: manifest.parent, documents, addedBytes, tags, held: isHeld, archived });
    }
    const { bytes, dedupeRatio } = await snapshotLevels(store);
    const rows = snapshots.map(({ id, state, documents, addedBytes, held, archived, tags }) => [
      id,
      state,
      countText(documents, 'document'),
      `+${bytesText(addedBytes)}`,
      [...tags, ...(held ? ['held'] : []), ...(archived ? ['archived'] : [])].join(','),
    ]);
    output.line(
      `${countText(snapshots.length, 'snapshot')}, ${bytesText(bytes)} stored, dedupe ratio ${dedupeRatio ?? 'unknown'}`,
    );
    for (const line of columns(rows)) output.line(line);
    output.document({ schema: 'highnoon.snapshots/1', snapshots, storedBytes: bytes, dedupeRatio });
    return 0;
  },
});
