import type { MemoryCollection } from '../../domain/configuration/index.ts';
import { type Evidence, noted, type Observation } from '../../domain/finding.ts';
import type { Json } from '../../domain/json.ts';
import { beginSet, captureRange, IntegrityError, type RangeOptions, type RangePart } from '../../snapshots/index.ts';
import type { ContextOf } from '../define-operation.ts';
import { type CaptureHead, decideHead, field, knownHead, partIdOf } from './capture-head.ts';
import { withEnvironment } from './environment-source.ts';
import { damage, explainFault } from './explain-damage.ts';
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
 * Captures the collections of one operation as parts of the snapshot's set; in a dry-run it only reads them. With
 * `ownHead` it begins a set of its own.
 */
export async function captureCollections(
  context: CaptureContext,
  collections: readonly MemoryCollection[],
  ownHead?: CaptureHead,
): Promise<Captured> {
  const store = storeOf(context);
  const known = ownHead === undefined ? knownHead(context) : undefined;
  const head = ownHead ?? known ?? (await decideHead(context, store));
  const findings: Observation[] = [];
  const evidence: Evidence[] = [];
  const parts: Record<string, Json> = {};
  if (context.mode === 'run' && known === undefined) await beginSet(store, head.id, head.parent, context.now());
  for (const collection of collections) {
    const subject = `memory/${collection.collection}`;
    const request = `every document of ${collection.collection} as of ${head.readTime}`;
    try {
      const taken =
        context.mode === 'run'
          ? await capturePart(context, head, collection, findings)
          : await count(context, head, collection);
      parts[collection.collection] = taken;
      const value = taken.digest === undefined ? { documents: taken.documents } : { ...taken };
      evidence.push({ subject, request, observedAt: context.now(), value });
    } catch (error) {
      findings.push(explainFault(error, subject, 'it cannot be captured', collection.pii));
    }
  }
  return { head, findings, evidence, output: { head: { ...head }, parts } };
}

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

async function capturePart(
  context: CaptureContext,
  head: CaptureHead,
  collection: MemoryCollection,
  findings: Observation[],
): Promise<Taken> {
  const partId = partIdOf(head, collection);
  const stored = field<{ id: string; state: RangeOptions['cursor']; parentless: boolean }>(context.cursor, 'part');
  const resumed = stored?.id === partId ? stored : undefined;
  const once = async (parentless: boolean, cursor: RangeOptions['cursor']) => {
    const common = {
      ...storeOf(context),
      ...(await encryptionOf(context)),
      source: sourceOf(context),
      snapshotId: head.id,
      collection: planOf(collection),
      range: {},
      partId,
      readTime: head.readTime,
      ...(head.parent === null || parentless ? {} : { parent: head.parent }),
    };
    return inPieces(context, cursor, common, (state) =>
      context.saveCursor({ head, part: { id: partId, state, parentless } } as unknown as Json),
    );
  };
  let part: RangePart;
  try {
    part = await once(resumed?.parentless ?? false, resumed?.state);
  } catch (error) {
    if (!(error instanceof IntegrityError) || head.parent === null || resumed?.parentless === true) throw error;
    // The chain that it would have continued is damaged: it begins a new one, which needs nothing of the old.
    findings.push({ ...damage(error), soft: true });
    findings.push(
      noted({
        code: 'made-whole',
        subject: `memory/${collection.collection}`,
        message: `it was captured whole, because snapshot ${head.parent} is damaged`,
        remedy: 'see the finding about the damaged chunk',
      }),
    );
    part = await once(true, undefined);
  }
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
