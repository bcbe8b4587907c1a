import { UsageError } from '../../../shared/domain/errors.ts';
import { weigh } from '../../../shared/operations/snapshots/seal-snapshot.ts';
import { textOption } from '../arguments.ts';
import { createByHand } from './create.ts';
import { snapshotCommand } from './snapshot-command.ts';
import { bytesText, countText } from './table.ts';

export const createCommand = snapshotCommand({
  verb: 'create',
  usage: 'create [--at T] [--tag NAME]',
  summary: 'captures the memory now, reads back what was written and judges it',
  options: { tag: { type: 'string', value: 'NAME', help: 'a tag for the rules of retention; several with commas' } },
  async run(world, args, output) {
    if (world.configuration.memory.length === 0)
      throw new UsageError('snapshots create: the configuration names no collection under `memory`');
    const { manifest, state, findings } = await createByHand(world, tagsOf(textOption(args, 'tag')));
    const { documents, addedBytes } = weigh(manifest);
    const upon = manifest.parent === null ? 'whole' : `upon ${manifest.parent}`;
    output.line(
      `${manifest.id}: ${state.toUpperCase()}, ${countText(documents, 'document')}, ${bytesText(addedBytes)} added, ${upon}`,
    );
    for (const { state: kind, message, subject } of findings) output.line(`  ${kind}: ${subject}: ${message}`);
    const { id, at, parent, collections } = manifest;
    output.document({
      schema: 'highnoon.snapshot/1',
      id,
      at,
      parent,
      state,
      documents,
      addedBytes,
      collections: collections.map(({ base: _base, deltas: _deltas, ...told }) => told),
      findings,
    });
    return state === 'valid' ? 0 : 1;
  },
});

function tagsOf(text: string | undefined): string[] {
  const tags = (text ?? '').split(',').filter((tag) => tag !== '');
  const bad = tags.find((tag) => !/^[A-Za-z0-9][A-Za-z0-9_.-]{0,59}$/.test(tag));
  if (bad !== undefined)
    throw new UsageError(`--tag '${bad}': letters, digits, '.', '_' and '-' are allowed, 60 at most`);
  return tags;
}
