import { UsageError } from '../../../shared/domain/errors.ts';
import { requiredText, textOption } from '../arguments.ts';
import type { ExitCode } from '../command.ts';
import type { Output } from '../output.ts';
import { type Erased, eraseEverywhere, hasErased, hasWord, heldSnapshots } from './erase.ts';
import { lockdownReason } from './forget.ts';
import { ACTOR, snapshotCommand } from './snapshot-command.ts';
import { countText } from './table.ts';
import { actorOf } from './write-act.ts';

export const eraseCommand = snapshotCommand({
  verb: 'erase',
  usage: 'erase --subject ID [--actor NAME] [--reason TEXT]',
  summary: 'takes a person out of every snapshot by rewriting what holds them; the act stands in the ledger',
  options: {
    ...ACTOR,
    subject: { type: 'string', value: 'ID', help: 'how the records name the person', needed: 'always' },
    reason: { type: 'string', value: 'TEXT', help: 'why; it stands in the ledger, so it does not name the person' },
  },
  async run(world, args, output) {
    const subjectId = requiredText(args, 'subject', 'snapshots erase').trim();
    const reason = textOption(args, 'reason');
    if (reason !== undefined && hasWord(reason, subjectId))
      throw new UsageError('snapshots erase: --reason names the subject, and the ledger is never erased');
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
    const erased = await eraseEverywhere(world, subjectId, { actor: actorOf(args), reason });
    tellErased(erased, output);
    output.document({ schema: 'highnoon.snapshots-erase/1', refused: null, ...erased });
    return exitCodeOf(erased);
  },
});

/** Nothing erased is not the success that was asked for: the subject may be mistyped. */
const exitCodeOf = (erased: Erased): ExitCode => (erased.isSound && hasErased(erased) ? 0 : 1);

function tellErased(erased: Erased, output: Output): void {
  const { versions, snapshots, removedPacks, isSound, stillInMemory, actor } = erased;
  if (hasErased(erased))
    output.line(
      `ERASED: ${countText(versions, 'version')} from ${countText(snapshots.length, 'snapshot')}, ${countText(removedPacks, 'pack')} removed`,
    );
  else
    output.line(
      `NOTHING ERASED: no record in ${stillInMemory > 0 ? 'any snapshot' : 'any snapshot or in the memory'} names this subject`,
    );
  if (!hasErased(erased) && removedPacks > 0)
    output.line(`${countText(removedPacks, 'pack')} that no snapshot needs any more went, as at every erasure`);
  output.line(isSound ? 'every snapshot was read again and is sound' : 'DAMAGED: see snapshots check --read-data');
  if (stillInMemory > 0)
    output.line(
      `the memory itself still holds the subject, in ${countText(stillInMemory, 'document')}: erase it there, or the next snapshot has it again`,
    );
  output.line(`the ledger says that ${actor} asked for it, and names the subject by a keyed hash`);
}
