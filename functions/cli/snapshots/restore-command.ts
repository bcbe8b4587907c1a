import { existsSync, readdirSync } from 'node:fs';
import { isCollectionName } from '../../../shared/adapters/local/record-file.ts';
import { UsageError } from '../../../shared/domain/errors.ts';
import { storeOf } from '../../../shared/operations/snapshots/snapshot-store.ts';
import { readManifest, restoreSnapshot } from '../../../shared/snapshots/index.ts';
import { flagOption, requiredText, textOption } from '../arguments.ts';
import { findId } from './find-id.ts';
import { isEmptyCollection } from './is-empty.ts';
import { renamed, restoreIntoFolder } from './restore.ts';
import { snapshotLook } from './snapshot-command.ts';
import { countText } from './table.ts';

const COLLECTION = /^collection:(.*)$/;

export const restoreCommand = snapshotLook({
  verb: 'restore',
  usage: 'restore ID|latest --into DIR|collection:NAME [--collection NAME] [--force]',
  summary: 'writes the collections as files of a folder, or one into the memory, and compares the digests',
  options: {
    into: {
      type: 'string',
      value: 'DIR',
      help: 'a folder, or collection:NAME for a collection of the memory',
      needed: 'always',
    },
    collection: { type: 'string', value: 'NAME', help: 'only this one' },
    records: { type: 'boolean', help: 'files of records, which hold every kind of value, in place of JSON lines' },
    force: { type: 'boolean', help: 'also into a folder, or a collection, that is not empty' },
  },
  positionals: { least: 1, most: 1 },
  async run(world, args, output) {
    const into = requiredText(args, 'into', 'snapshots restore');
    const store = storeOf(world);
    const id = await findId(store, args.positionals[0] ?? '');
    const { manifest } = await readManifest(store, id);
    const only = textOption(args, 'collection');
    const collections = manifest.collections.filter(({ name }) => only === undefined || name === only);
    if (collections.length === 0)
      throw new UsageError(
        `--collection '${only}': the snapshot has ${manifest.collections.map(({ name }) => name).join(', ')}`,
      );
    const bars = new Map(collections.map(({ name }) => [name, output.bar(name, 'documents')]));
    const tell = (name: string, done: number, of: number) => bars.get(name)?.(done, of);
    const to = COLLECTION.exec(into)?.[1];
    if (to !== undefined) {
      const [first] = collections;
      if (first === undefined || collections.length > 1)
        throw new UsageError('--into collection:NAME takes one collection: name it by --collection');
      if (!isCollectionName(to))
        throw new UsageError(`--into collection:${to}: a letter, then letters, digits, - or _`);
      const isEmpty = await isEmptyCollection(world.ports.memory, to, world.now());
      if (!isEmpty && !flagOption(args, 'force'))
        throw new UsageError(
          `--into collection:${to}: the collection is not empty, and its documents of the same names would be overwritten; name another one, or add --force`,
        );
      const onProgress = (done: { documents: number }) => tell(first.name, done.documents, first.documents);
      const target = renamed(world.ports.memory, to);
      const [restored] = await restoreSnapshot({ ...store, id, target, collections: [first.name], onProgress });
      output.line(
        `${id}: RESTORED, ${countText(restored?.documents ?? 0, 'document')} of ${first.name} into the collection ${to}`,
      );
      if (!world.configuration.memory.some(({ collection }) => collection === to))
        output.line(
          `  ${to} is ${isEmpty ? 'a new collection' : 'a collection'} that the configuration does not name under \`memory\`: no snapshot holds it`,
        );
      output.document({ schema: 'highnoon.restore/1', id, into, restored: [restored] });
      return 0;
    }
    if (existsSync(into) && readdirSync(into).length > 0 && !flagOption(args, 'force'))
      throw new UsageError(`--into '${into}': the folder is not empty; name another one, or add --force`);
    const format = flagOption(args, 'records') ? 'records' : 'ndjson';
    const restored = await restoreIntoFolder(store, { ...manifest, collections }, into, tell, format);
    const documents = restored.reduce((sum, each) => sum + each.documents, 0);
    output.line(`${id}: RESTORED, ${countText(documents, 'document')} into ${into}, digests as captured`);
    for (const { file, documents: count } of restored) output.line(`  ${file}: ${countText(count, 'document')}`);
    output.document({ schema: 'highnoon.restore/1', id, into, documents, restored });
    return 0;
  },
});
