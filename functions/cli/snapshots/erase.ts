import { createHistory } from '../../../shared/engine/history.ts';
import { nameHashed } from '../../../shared/operations/snapshots/name-hashed.ts';
import { listStatuses } from '../../../shared/operations/snapshots/snapshot-status.ts';
import { storeOf } from '../../../shared/operations/snapshots/snapshot-store.ts';
import type { RawDocument, RawFields, RawValue } from '../../../shared/ports/memory.ts';
import type { SnapshotWorld } from '../../../shared/runtime/local-snapshots.ts';
import { decodeFields, type EraseReport, eraseSubject, verifySnapshots } from '../../../shared/snapshots/index.ts';
import { writeActLine } from './write-act.ts';

const BEGUN = 'snapshots-erasure-begun';
/** Before everything that a ledger can hold. */
const FIRST = '1970-01-01T00:00:00.000Z';

export interface Erased extends EraseReport {
  /** The subject as the ledger names it. */
  readonly subject: string;
  /** Whom the ledger names as having asked for it. */
  readonly actor: string;
  /** An erasure of this subject broke off before: with this one it is done, even if there was only the end left to do. */
  readonly isResumed: boolean;
  /** Whether every snapshot was read whole afterwards and is sound. */
  readonly isSound: boolean;
  /** Documents of the live memory that still hold the subject: the next snapshot would hold them again. */
  readonly stillInMemory: number;
}

/** Removed packs alone are no erasure: they may be anybody's that no snapshot needed any more. */
export const hasErased = ({ versions, isResumed }: Pick<Erased, 'versions' | 'isResumed'>): boolean =>
  versions > 0 || isResumed;

/**
 * Takes a person out of every snapshot. The ledger says that, when, why and by whom, also when no record was found;
 * whom it was about stands there as a keyed hash.
 */
export async function eraseEverywhere(
  world: SnapshotWorld,
  subjectId: string,
  { actor, reason }: { readonly actor: string; readonly reason: string | undefined },
): Promise<Erased> {
  const store = storeOf(world);
  const subject = nameHashed(world)(subjectId);
  const isSubject = holdsSubject(subjectId);
  const about = { subject, actor };
  const why = reason === undefined ? {} : { reason };
  const isResumed = await brokeOff(world, subject);
  await writeActLine(world, { kind: BEGUN, ...about, detail: { bucket: store.bucketUri, ...why } });
  const report = await eraseSubject({ ...store, now: world.now(), isSubject });
  const { problems } = await verifySnapshots({ ...store, readData: 'all' });
  const detail = { versions: report.versions, snapshots: report.snapshots.length, removedPacks: report.removedPacks };
  await writeActLine(world, {
    kind: hasErased({ ...report, isResumed }) ? 'snapshots-erased' : 'snapshots-erasure-found-none',
    ...about,
    detail: { ...detail, sound: problems.length === 0 },
  });
  let stillInMemory = 0;
  for (const { collection } of world.configuration.memory)
    for await (const document of world.ports.memory.capture(collection, { readTime: world.now() }))
      if (isSubject(document)) stillInMemory++;
  return { ...report, subject, actor, isResumed, isSound: problems.length === 0, stillInMemory };
}

/** Whether the newest erasure of the subject in the ledger has a beginning and no end. */
async function brokeOff({ documents }: SnapshotWorld, subject: string): Promise<boolean> {
  const lines = await createHistory(documents).ledger(FIRST);
  return lines.findLast((line) => line.subject === subject && line.kind.startsWith('snapshots-eras'))?.kind === BEGUN;
}

/** Snapshots under a legal hold, which an erasure may not touch. */
export async function heldSnapshots(world: SnapshotWorld): Promise<string[]> {
  return (await listStatuses(storeOf(world))).filter(({ isHeld }) => isHeld).map(({ id }) => id);
}

const WORD = /[\p{L}\p{N}_-]/u;

/**
 * Whether a document is about the subject: its path has the id for a part, or a text in it holds the id as a word of its
 * own. Wider than a field called `userId`, because a person can be named anywhere.
 */
export function holdsSubject(id: string): (document: RawDocument) => boolean {
  const bytes = Buffer.from(id);
  return ({ path, fields }) => {
    if (path.split('/').includes(id)) return true;
    const source = Buffer.from(fields.buffer, fields.byteOffset, fields.byteLength);
    // Nearly no document holds these bytes at all: only those that do are decoded.
    return source.includes(bytes) && inFields(decodeFields(fields), id);
  };
}

const inFields = (fields: RawFields, id: string): boolean =>
  Object.entries(fields).some(([name, value]) => name === id || inValue(value, id));

function inValue(value: RawValue, id: string): boolean {
  if ('stringValue' in value) return hasWord(value.stringValue, id);
  if ('referenceValue' in value) return value.referenceValue.split('/').includes(id);
  if ('arrayValue' in value) return value.arrayValue.values.some((each) => inValue(each, id));
  return 'mapValue' in value && inFields(value.mapValue.fields, id);
}

/** Whether a text has the id as a word of its own. */
export function hasWord(text: string, id: string): boolean {
  for (let at = text.indexOf(id); at !== -1; at = text.indexOf(id, at + 1)) {
    const before = text[at - 1];
    const after = text[at + id.length];
    if ((before === undefined || !WORD.test(before)) && (after === undefined || !WORD.test(after))) return true;
  }
  return false;
}
