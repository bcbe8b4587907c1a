import { listStatuses, readStatus } from '../../../shared/operations/snapshots/snapshot-status.ts';
import { storeOf } from '../../../shared/operations/snapshots/snapshot-store.ts';
import { readManifest } from '../../../shared/snapshots/index.ts';
import { findId } from './find-id.ts';
import { snapshotLook } from './snapshot-command.ts';
import { bytesText, columns, countText } from './table.ts';

export const showCommand = snapshotLook({
  verb: 'show',
  usage: 'show ID|latest',
  summary: 'one snapshot: its collections, its parent, its digests and how it was judged',
  positionals: { least: 1, most: 1 },
  async run(world, args, output) {
    const store = storeOf(world);
    const id = await findId(store, args.positionals[0] ?? '');
    const { manifest } = await readManifest(store, id);
    const status = (await listStatuses(store)).find((each) => each.id === id);
    const judged = await readStatus(store, id);
    const key = manifest.encryption === null ? 'not encrypted' : `encrypted with ${manifest.encryption.keyReference}`;
    output.line(
      `${id}: ${(status?.state ?? 'captured').toUpperCase()}, as of ${manifest.at}, parent ${manifest.parent ?? 'none'}, ${key}`,
    );
    const rows = manifest.collections.map(
      ({ name, documents, plainBytes, addedBytes, changes, digest, schemaVersion }) => [
        name,
        schemaVersion ?? '',
        countText(documents, 'document'),
        bytesText(plainBytes),
        changes === null
          ? `whole, +${bytesText(addedBytes)}`
          : `+${changes.added} ~${changes.changed} -${changes.removed}, +${bytesText(addedBytes)}`,
        digest.slice(0, 16),
      ],
    );
    for (const line of columns(rows)) output.line(`  ${line}`);
    if (judged !== undefined) output.line(`  judged ${judged.state} at ${judged.judgedAt} by ${judged.by}`);
    output.document({
      schema: 'highnoon.snapshot-manifest/1',
      ...manifest,
      state: status?.state ?? 'captured',
      status,
      judged,
    });
    return 0;
  },
});
