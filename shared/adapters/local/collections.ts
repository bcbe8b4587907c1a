import { PortError } from '../../domain/errors.ts';
import type { Instant } from '../../domain/time.ts';
import type { DocumentsPort } from '../../ports/documents.ts';

/** A record of a collection: plain JSON with its own id. */
export type CollectionRecord = { readonly _id: string } & { readonly [field: string]: unknown };

const folderOf = (collection: string): string => `collections/${collection}/records`;
/** One transaction of the embedded store takes this many at once. */
const BATCH = 500;

/** Replaces a whole collection of the embedded store. */
export async function writeCollection(
  documents: DocumentsPort,
  collection: string,
  records: readonly CollectionRecord[],
  at: Instant,
): Promise<void> {
  const folder = folderOf(collection);
  const kept = new Set(records.map(({ _id }) => _id));
  const gone = (await documents.query(folder)).filter(({ id }) => !kept.has(id));
  for (let from = 0; from < gone.length; from += BATCH) {
    await documents.transact(async (transaction) => {
      for (const { path } of gone.slice(from, from + BATCH)) transaction.delete(path);
    });
  }
  for (let from = 0; from < records.length; from += BATCH) {
    await documents.transact(async (transaction) => {
      for (const { _id, ...fields } of records.slice(from, from + BATCH))
        transaction.set(`${folder}/${checkedId(_id)}`, fields);
    });
  }
  await documents.transact(async (transaction) => transaction.set(`collections/${collection}`, { updatedAt: at }));
}

function checkedId(id: string): string {
  if (id === '' || id.includes('/') || id === '.' || id === '..' || /^__.*__$/.test(id)) {
    throw new PortError('memory', 'invalid', `_id '${id.slice(0, 80)}': not empty, no '/', not '.' or '..', not __x__`);
  }
  return id;
}

/** The records of a collection by id, each with its `_id`. */
export async function readCollection(documents: DocumentsPort, collection: string): Promise<CollectionRecord[]> {
  const found = await documents.query<Record<string, unknown>>(folderOf(collection));
  return found.map(({ id, data }) => ({ ...data, _id: id }));
}
