import {
  instantOfId,
  listStatuses,
  readStatus,
  writeStatus,
} from '../../../shared/operations/snapshots/snapshot-status.ts';
import { storeOf } from '../../../shared/operations/snapshots/snapshot-store.ts';
import { manifestUri, packUri } from '../../../shared/snapshots/object-names.ts';
import { loadSnapshots, referencedBytes } from '../../../shared/snapshots/pack-usage.ts';
import { flagOption, requiredText } from '../arguments.ts';
import { findId } from './find-id.ts';
import { ACTOR, snapshotCommand } from './snapshot-command.ts';
import { countText } from './table.ts';
import { actorOf, writeActLine } from './write-act.ts';

export const holdCommand = snapshotCommand({
  verb: 'hold',
  usage: 'hold ID --reason TEXT [--off]',
  summary: 'a legal hold: the snapshot and its packs can be neither removed nor rewritten until it is lifted',
  options: {
    ...ACTOR,
    reason: { type: 'string', value: 'TEXT', help: 'why; it stands in the ledger', needed: 'always' },
    off: { type: 'boolean', help: 'lifts it' },
  },
  positionals: { least: 1, most: 1 },
  async run(world, args, output) {
    const reason = requiredText(args, 'reason', 'snapshots hold');
    const hold = !flagOption(args, 'off');
    const store = storeOf(world);
    const id = await findId(store, args.positionals[0] ?? '');
    const kind = hold ? 'snapshot-held' : 'snapshot-hold-lifted';
    await writeActLine(world, { kind, subject: id, actor: actorOf(args), detail: { reason } });
    const snapshots = await loadSnapshots(store);
    const held = new Set(
      (await listStatuses(store)).filter((each) => each.isHeld && each.id !== id).map((each) => each.id),
    );
    const others = referencedBytes(snapshots.filter(({ manifest }) => held.has(manifest.id)));
    const own = [...referencedBytes(snapshots.filter(({ manifest }) => manifest.id === id)).keys()];
    // A pack that another held snapshot needs stays held.
    const packs = hold ? own : own.filter((pack) => !others.has(pack));
    for (const uri of [manifestUri(store.bucketUri, id), ...packs.map((pack) => packUri(store.bucketUri, pack))])
      await store.objects.update(uri, { hold });
    const known = await readStatus(store, id);
    const record = {
      id,
      at: instantOfId(id),
      state: 'captured' as const,
      judgedAt: world.now(),
      by: 'a person',
      detail: null,
    };
    await writeStatus(store, known ?? record, { hold });
    output.line(`${id}: ${hold ? 'HELD' : 'RELEASED'}, ${countText(packs.length, 'pack')}`);
    output.document({ schema: 'highnoon.snapshot-hold/1', id, held: hold, packs: packs.length });
    return 0;
  },
});
