import { storeOf } from '../../../shared/operations/snapshots/snapshot-store.ts';
import { verifySnapshots } from '../../../shared/snapshots/index.ts';
import { flagOption } from '../arguments.ts';
import { snapshotLook } from './snapshot-command.ts';
import { bytesText, countText } from './table.ts';

export const checkCommand = snapshotLook({
  verb: 'check',
  usage: 'check [--read-data]',
  summary: 'manifests, lists and packs of all snapshots; with --read-data every byte is read and hashed again',
  options: { 'read-data': { type: 'boolean', help: 'reads, decrypts and hashes every chunk' } },
  async run(world, args, output) {
    const bar = output.bar('packs', 'checked');
    const report = await verifySnapshots({
      ...storeOf(world),
      readData: flagOption(args, 'read-data') ? 'all' : 'none',
      onProgress: ({ packs, of }) => bar(packs, of),
    });
    const { snapshots, chunks, chunksRead, bytesRead, problems } = report;
    // Nothing that was looked at is no proof of anything.
    const isSound = problems.length === 0 && snapshots > 0;
    const verdict = problems.length > 0 ? 'DAMAGED' : isSound ? 'SOUND' : 'NOTHING TO CHECK';
    const read = chunksRead === 0 ? 'no chunk read' : `${chunksRead} read, ${bytesText(bytesRead)}`;
    output.line(
      `${verdict}: ${countText(snapshots, 'snapshot')}, ${countText(chunks, 'chunk')}, ${read}, ${countText(problems.length, 'problem')}`,
    );
    for (const { message } of problems) output.line(`  ${message}`);
    output.document({
      schema: 'highnoon.snapshots-check/1',
      ok: isSound,
      snapshots,
      chunks,
      chunksRead,
      bytesRead,
      problems: problems.map(({ kind, collection, chunk, uri, message }) => ({
        kind,
        collection,
        chunk,
        uri,
        message,
      })),
    });
    return isSound ? 0 : 1;
  },
});
