import type { MemoryCollection } from '../../domain/configuration/index.ts';
import { type Evidence, noted, type Observation } from '../../domain/finding.ts';
import type { Json } from '../../domain/json.ts';
import {
  beginSet,
  captureRange,
  IntegrityError,
  type RangeOptions,
  type RangePart,
  snapshotIdAt,
} from '../../snapshots/index.ts';
import type { ContextOf } from '../define-operation.ts';
import { type CaptureHead, decideHead, field, knownHead, partIdOf } from './capture-head.ts';
import { withEnvironment } from './environment-source.ts';
import { damage, explainFault } from './explain-damage.ts';
import { giveUpStale } from './give-up-stale.ts';
import { encryptionOf, planOf, storeOf } from './snapshot-store.ts';

export type CaptureContext = ContextOf<'memory' | 'objects' | 'keys'>;

/** The place is kept this often, so that the stretch can end and a crash loses little. */
const CURSOR_EVERY_MS = 20_000;

export interface Captured {
  readonly head: CaptureHead;
  readonly findings: readonly Observation[];
  readonly evidence: readonly Evidence[];
  readonly output: Json;
}

/**
 * Captures the collections of one operation as parts of the snapshot's set; in a dry-run it only reads them. A damaged
 * parent is not continued: from there on everything is captured whole, and the head that is given back says so. With
 * `own` it works on that set, whatever was decided before.
 */
export async function captureCollections(
  context: CaptureContext,
  collections: readonly MemoryCollection[],
  own?: { readonly head: CaptureHead; readonly isNew: boolean },
): Promise<Captured> {
  const store = storeOf(context);
  const known = own?.head ?? knownHead(context);
  let head = known ?? (await decideHead(context, store));
  const findings: Observation[] = [];
  const evidence: Evidence[] = [];
  const parts: Record<string, Json> = {};
  const begins = known === undefined || own?.isNew === true;
  if (context.mode === 'run' && begins) {
    await giveUpStale(store, snapshotIdAt(context.slot.dueAt), head.id, context.now());
    await beginSet(store, head.id, head.parent, context.now());
  }
  const take = (collection: MemoryCollection) =>
    context.mode === 'run' ? capturePart(context, head, collection) : count(context, head, collection);
  for (const collection of collections) {
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
  return { head, findings, evidence, output: { head: { ...head }, parts } };
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

const sourceOf = ({ ports, configuration, environment }: CaptureContext) =>
  withEnvironment(ports.memory, configuration.memory, environment);

async function capturePart(context: CaptureContext, head: CaptureHead, collection: MemoryCollection): Promise<Taken> {
  const partId = partIdOf(head, collection);
  const stored = field<{ id: string; state: NonNullable<RangeOptions['cursor']> }>(context.cursor, 'part');
  const options = {
    ...storeOf(context),
    ...(await encryptionOf(context)),
    source: sourceOf(context),
    snapshotId: head.id,
    collection: planOf(collection),
    range: {},
    partId,
    readTime: head.readTime,
    ...(head.parent === null ? {} : { parent: head.parent }),
  };
  const save = (state: NonNullable<RangeOptions['cursor']>) =>
    context.saveCursor({ head, part: { id: partId, state } } as unknown as Json);
  const part = await inPieces(context, stored?.id === partId ? stored.state : undefined, options, save);
  const { documents, mode, digest, addedBytes, changes } = part;
  return { documents, mode, digest, addedBytes, ...(mode === 'delta' ? changes : {}) };
}

/** Stops at segments' ends so that the engine can be asked whether the stretch goes on. */
async function inPieces(
  context: CaptureContext,
  from: RangeOptions['cursor'],
  options: Omit<RangeOptions, 'budget' | 'onCursor' | 'cursor'>,
  save: (state: NonNullable<RangeOptions['cursor']>) => Promise<'go-on' | 'stop'>,
): Promise<RangePart> {
  let cursor = from;
  for (;;) {
    const startedMs = context.remainingMs();
    const part = await captureRange({
      ...options,
      ...(cursor === undefined ? {} : { cursor }),
      budget: () => startedMs - context.remainingMs() < CURSOR_EVERY_MS,
      onCursor: async (state) => {
        cursor = state;
        await save(state);
      },
    });
    if (part !== undefined) return part;
  }
}
