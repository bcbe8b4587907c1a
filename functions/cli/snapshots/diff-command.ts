import { nameHashed } from '../../../shared/operations/snapshots/name-hashed.ts';
import { compareFields } from '../../../shared/operations/snapshots/preference-drift.ts';
import { storeOf } from '../../../shared/operations/snapshots/snapshot-store.ts';
import { type DocumentChange, decodeFields, diffSnapshots, readManifest } from '../../../shared/snapshots/index.ts';
import { findId } from './find-id.ts';
import { snapshotLook } from './snapshot-command.ts';

/** More lines than a person reads; the counts are complete. */
const MOST_LINES = 1000;
const SIGN = { added: '+', removed: '-', changed: '~' } as const;

export const diffCommand = snapshotLook({
  verb: 'diff',
  usage: 'diff A B',
  summary: 'which documents were added, removed and changed from A to B; records of people by keyed hash',
  positionals: { least: 2, most: 2 },
  async run(world, args, output) {
    const store = storeOf(world);
    const [a, b] = [await findId(store, args.positionals[0] ?? ''), await findId(store, args.positionals[1] ?? '')];
    const personal = new Set<string>();
    for (const id of [a, b])
      for (const { name, pii } of (await readManifest(store, id)).manifest.collections) if (pii) personal.add(name);
    const nameOf = nameHashed(world);
    const counts = { added: 0, removed: 0, changed: 0 };
    const collections: Record<string, { added: number; removed: number; changed: number }> = {};
    const changes: object[] = [];
    for await (const change of diffSnapshots(store, a, b)) {
      const own = collections[change.collection] ?? { added: 0, removed: 0, changed: 0 };
      own[change.kind]++;
      collections[change.collection] = own;
      counts[change.kind]++;
      if (changes.length >= MOST_LINES) continue;
      const name = personal.has(change.collection) ? `${change.collection}/${nameOf(change.path)}` : change.path;
      changes.push({ kind: change.kind, name, ...fieldsOf(change) });
      output.line(`${SIGN[change.kind]} ${name}`);
    }
    output.line(`${a} -> ${b}: ${counts.added} added, ${counts.changed} changed, ${counts.removed} removed`);
    output.document({
      schema: 'highnoon.snapshots-diff/1',
      a,
      b,
      ...counts,
      collections,
      changes,
      complete: total(counts) === changes.length,
    });
    return 0;
  },
});

const fieldsOf = (change: DocumentChange) =>
  change.kind === 'changed'
    ? { fields: compareFields(decodeFields(change.before.fields), decodeFields(change.after.fields)) }
    : {};

const total = ({ added, removed, changed }: { added: number; removed: number; changed: number }) =>
  added + removed + changed;
