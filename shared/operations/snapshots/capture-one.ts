import type { MemoryCollection } from '../../domain/configuration/index.ts';
import type { Json } from '../../domain/json.ts';
import {
  captureRange,
  openName,
  type RangeOptions,
  type RangePart,
  sealName,
  writingKeys,
} from '../../snapshots/index.ts';
import type { ContextOf } from '../define-operation.ts';
import { type CaptureHead, field } from './capture-head.ts';
import { withEnvironment } from './environment-source.ts';
import { encryptionOf, planOf, storeOf } from './snapshot-store.ts';

export type CaptureContext = ContextOf<'memory' | 'objects' | 'keys'>;
type PartCursor = NonNullable<RangeOptions['cursor']>;
export type NameRange = RangeOptions['range'];

/** The place is kept this often, so that the stretch can end and a crash loses little. */
const CURSOR_EVERY_MS = 20_000;

export const sourceOf = ({ ports, configuration, environment }: CaptureContext) =>
  withEnvironment(ports.memory, configuration.memory, environment);

/** One part of the snapshot's set: a collection, or a range of one. Goes on at the context's cursor, if that is its. */
export async function captureOne(
  context: CaptureContext,
  head: CaptureHead,
  collection: MemoryCollection,
  { partId, range }: { readonly partId: string; readonly range: NameRange },
  beside: Readonly<Record<string, Json>> = {},
): Promise<RangePart> {
  const encryption = await encryptionOf(context);
  const names = await namesOf(context, collection);
  const stored = field<{ id: string; state: PartCursor }>(context.cursor, 'part');
  const options = {
    ...storeOf(context),
    ...encryption,
    source: sourceOf(context),
    snapshotId: head.id,
    collection: planOf(collection),
    range,
    partId,
    readTime: head.readTime,
    ...(head.parent === null ? {} : { parent: head.parent }),
  };
  const moved = (state: PartCursor, change: (name: string) => string): PartCursor => ({
    ...state,
    after: state.after === null ? null : change(state.after),
  });
  const from = stored?.id === partId ? moved(stored.state, names.open) : undefined;
  return inPieces(context, from, options, (state) => {
    const part = { id: partId, state: moved(state, names.seal) };
    return context.saveCursor({ ...beside, head, part } as unknown as Json);
  });
}

/** How names of a collection's records are written into the engine's documents: sealed where they are people's. */
export async function namesOf(
  context: CaptureContext,
  collection: MemoryCollection,
): Promise<{ seal(name: string): string; open(name: string): string }> {
  const keys = writingKeys({ collections: [planOf(collection)], ...(await encryptionOf(context)) });
  if (!collection.pii || keys === undefined) return { seal: (name) => name, open: (name) => name };
  return { seal: (name) => sealName(name, keys), open: (name) => openName(name, keys) };
}

/** Stops at segments' ends so that the engine can be asked whether the stretch goes on. */
async function inPieces(
  context: CaptureContext,
  from: PartCursor | undefined,
  options: Omit<RangeOptions, 'budget' | 'onCursor' | 'cursor'>,
  save: (state: PartCursor) => Promise<'go-on' | 'stop'>,
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
