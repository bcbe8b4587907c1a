import { requiredText } from '../arguments.ts';
import { eraseEverywhere, heldSnapshots } from './erase.ts';
import { lockdownReason } from './forget.ts';
import { ACTOR, snapshotCommand } from './snapshot-command.ts';
import { actorOf } from './write-act.ts';

export const eraseCommand = snapshotCommand({
  verb: 'erase',
  usage: 'erase --subject ID',
  summary: 'takes a person out of every snapshot by rewriting what holds them; the act stands in the ledger',
  options: { ...ACTOR, subject: { type: 'string', value: 'ID', help: 'how the records name the person' } },
  async run(world, args, output) {
    const subjectId = requiredText(args, 'subject', 'snapshots erase').trim();
    const held = await heldSnapshots(world);
    const refusal =
      (await lockdownReason(world)) ??
      (held.length > 0 ? `${held.join(', ')} is under a legal hold, which an erasure may not touch` : undefined);
    if (refusal !== undefined) {
      output.line(`REFUSED: ${refusal}`);
      output.document({ schema: 'highnoon.snapshots-erase/1', refused: refusal });
      return 1;
    }
    output.progress('  reading every version in every snapshot');
    const erased = await eraseEverywhere(world, subjectId, actorOf(args));
    const { versions, snapshots, removedPacks, isSound, stillInMemory } = erased;
    output.line(`ERASED: ${versions} versions from ${snapshots.length} snapshots, ${removedPacks} packs removed`);
    output.line(isSound ? 'every snapshot was read again and is sound' : 'DAMAGED: see snapshots check --read-data');
    if (stillInMemory > 0)
      output.line(
        `${stillInMemory} documents of the memory itself still hold the subject: erase them there, or the next snapshot has them again`,
      );
    output.document({ schema: 'highnoon.snapshots-erase/1', refused: null, ...erased });
    return isSound ? 0 : 1;
  },
});
