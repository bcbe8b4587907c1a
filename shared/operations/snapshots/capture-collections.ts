import type { MemoryCollection } from '../../domain/configuration/index.ts';
import { type Evidence, noted, type Observation } from '../../domain/finding.ts';
import type { Json } from '../../domain/json.ts';
import { beginSet, IntegrityError, snapshotIdAt } from '../../snapshots/index.ts';
import { type CaptureHead, decideHead, field, knownHead, partIdOf, type RangedParts } from './capture-head.ts';
import { type CaptureContext, captureOne, sourceOf } from './capture-one.ts';
import { captureInRanges } from './capture-ranges.ts';
import { damage, explainFault } from './explain-damage.ts';
import { giveUpStale } from './give-up-stale.ts';
import { storeOf } from './snapshot-store.ts';

export type { CaptureContext } from './capture-one.ts';

export interface Captured {
  readonly head: CaptureHead;
  /** What was captured in ranges upon that head. */
  readonly ranged: RangedParts;
  readonly findings: readonly Observation[];
  readonly evidence: readonly Evidence[];
  readonly output: Json;
}

/**
 * Captures the collections of one operation as parts of the snapshot's set; in a dry-run it only reads them. A damaged
 * parent is not continued: from there on everything is captured whole, and the head that is given back says so. With
 * `own` it works on that set, in one piece each, whatever was decided before.
 */
export async function captureCollections(
  context: CaptureContext,
  collections: readonly MemoryCollection[],
  own?: { readonly head: CaptureHead; readonly isNew: boolean },
): Promise<Captured> {
  const begin = headOf(context, own);
  // A cursor says how this attempt captures: what is captured in one piece by now is not cut any more.
  const isOpen = context.cursor === undefined || wasCut(context);
  const mayCut = own === undefined && context.mode === 'run' && isOpen && !knownHead(context)?.damagedParent;
  const ranged = mayCut ? await captureInRanges(context, collections, begin) : undefined;
  // Decided with the ranges, where there are any; an earlier capture that found the parent damaged has the last word.
  let head = ranged === undefined || knownHead(context)?.id === ranged.head.id ? await begin() : ranged.head;
  const findings: Observation[] = [...(ranged?.findings ?? [])];
  const evidence: Evidence[] = [...(ranged?.evidence ?? [])];
  const parts: Record<string, Json> = { ...ranged?.taken };
  if (ranged?.isParentDamaged && head.parent !== null) {
    findings.push(madeWhole(head.parent, `snapshots/${head.id}`));
    head = { ...head, parent: null, damagedParent: head.parent };
  }
  const isCut = (collection: MemoryCollection) =>
    head.damagedParent === null && ranged?.parts[collection.collection] !== undefined;
  const take = (collection: MemoryCollection) =>
    context.mode === 'run'
      ? takeWhole(context, head, collection, ranged !== undefined)
      : count(context, head, collection);
  for (const collection of collections.filter((each) => !isCut(each))) {
    const subject = `memory/${collection.collection}`;
    const request = `every document of ${collection.collection} as of ${head.readTime}`;
    try {
      let taken: Taken;
      try {
        taken = await take(collection);
      } catch (error) {
        if (!(error instanceof IntegrityError) || head.parent === null) throw error;
        findings.push({ ...damage(error), soft: true }, madeWhole(head.parent, subject));
        head = { ...head, parent: null, damagedParent: head.parent };
        taken = await take(collection);
      }
      parts[collection.collection] = { ...taken };
      evidence.push({ subject, request, observedAt: context.now(), value: { ...taken } });
    } catch (error) {
      findings.push(explainFault(error, subject, 'it cannot be captured', collection.pii));
    }
  }
  const output = { head: { ...head }, parts, ranged: { ...ranged?.parts } } as unknown as Json;
  return { head, ranged: ranged?.parts ?? {}, findings, evidence, output };
}

const wasCut = ({ cursor }: CaptureContext): boolean => field<boolean>(cursor, 'ranged') === true;

/** What all captures share: known, or decided now, with the set announced before anything of it is written. */
function headOf(
  context: CaptureContext,
  own: { readonly head: CaptureHead; readonly isNew: boolean } | undefined,
): () => Promise<CaptureHead> {
  let decided: Promise<CaptureHead> | undefined;
  const decide = async (): Promise<CaptureHead> => {
    const store = storeOf(context);
    const known = own?.head ?? knownHead(context);
    const head = known ?? (await decideHead(context, store));
    if (context.mode === 'run' && (known === undefined || own?.isNew === true)) {
      await giveUpStale(store, snapshotIdAt(context.slot.dueAt), head.id, context.now());
      await beginSet(store, head.id, head.parent, context.now());
    }
    return head;
  };
  return () => {
    decided ??= decide();
    return decided;
  };
}

const madeWhole = (parent: string, subject: string): Observation =>
  noted({
    code: 'made-whole',
    subject,
    message: `everything is captured whole, because snapshot ${parent} is damaged`,
    remedy: 'see the finding about the damaged chunk',
  });

type Taken = { documents: number; mode?: string; digest?: string; addedBytes?: number };

/** A dry-run reads everything as a capture would, and keeps nothing. */
async function count(context: CaptureContext, { readTime }: CaptureHead, collection: MemoryCollection): Promise<Taken> {
  let documents = 0;
  for await (const _ of sourceOf(context).capture(collection.collection, { readTime, signal: context.signal }))
    documents++;
  return { documents };
}

async function takeWhole(
  context: CaptureContext,
  head: CaptureHead,
  collection: MemoryCollection,
  ranged: boolean,
): Promise<Taken> {
  const part = await captureOne(
    context,
    head,
    collection,
    { partId: partIdOf(head, collection), range: {} },
    { ranged },
  );
  const { documents, mode, digest, addedBytes, changes } = part;
  return { documents, mode, digest, addedBytes, ...(mode === 'delta' ? changes : {}) };
}
