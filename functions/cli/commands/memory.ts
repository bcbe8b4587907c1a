import { readNdjson } from '../../../shared/adapters/local/ndjson-file.ts';
import { isCollectionName } from '../../../shared/adapters/local/record-file.ts';
import { UsageError } from '../../../shared/domain/errors.ts';
import type { RawDocument } from '../../../shared/ports/memory.ts';
import { flagOption } from '../arguments.ts';
import type { Command } from '../command.ts';
import type { Bar } from '../progress.ts';
import { isEmptyCollection } from '../snapshots/is-empty.ts';
import { openWorld } from '../snapshots/open-world.ts';
import { countText } from '../snapshots/table.ts';

const TELL_EVERY = 1000;

export const memoryLoadCommand: Command = {
  name: 'memory load',
  usage: 'memory load COLLECTION FILE.ndjson [--force]',
  summary: 'replaces a collection of the local store; each line is a document with its name in `_id`',
  options: {
    at: { type: 'string', value: 'T', help: 'when (default: where the clock of the data folder stands)' },
    force: { type: 'boolean', help: 'also when the file holds no document, and so empties the collection' },
  },
  positionals: { least: 2, most: 2 },
  async run(args, output) {
    const [collection = '', file = ''] = args.positionals;
    if (!isCollectionName(collection))
      throw new UsageError(
        `memory load: collection '${collection}': a letter, then letters, digits, - or _ are allowed`,
      );
    const world = await openWorld(args, 'memory load');
    try {
      const incoming = readNdjson(collection, file);
      const first = await incoming.next();
      if (
        first.done === true &&
        !flagOption(args, 'force') &&
        !(await isEmptyCollection(world.ports.memory, collection, world.now()))
      )
        throw new UsageError(
          `memory load: ${file} holds no document, and would empty the collection ${collection}; add --force if that is meant`,
        );
      const documents = await world.ports.memory.replace(
        collection,
        counted(from(first, incoming), output.bar(collection, 'documents read')),
      );
      output.line(`${collection}: ${countText(documents, 'document')}`);
      output.document({ schema: 'highnoon.memory/1', collection, documents, at: world.now() });
      return 0;
    } finally {
      world.close();
    }
  },
};

/** All of them, of which the first was taken to see whether there is one. */
async function* from(first: IteratorResult<RawDocument>, rest: AsyncIterable<RawDocument>): AsyncIterable<RawDocument> {
  if (first.done === true) return;
  yield first.value;
  yield* rest;
}

async function* counted<T>(documents: AsyncIterable<T>, bar: Bar): AsyncIterable<T> {
  let done = 0;
  for await (const document of documents) {
    yield document;
    done += 1;
    if (done % TELL_EVERY === 0) bar(done);
  }
  if (done >= TELL_EVERY) bar(done, done);
}
