import type { MemoryCollection } from '../../domain/configuration/index.ts';
import type { Json } from '../../domain/json.ts';
import type { OperationContext } from '../../domain/operation.ts';
import type { Instant } from '../../domain/time.ts';
import { type SnapshotStore, snapshotIdAt } from '../../snapshots/index.ts';
import { listStatuses, newestValid } from './snapshot-status.ts';

/** What the captures of one snapshot share; decided once, by whichever comes first. */
export interface CaptureHead {
  readonly id: string;
  /** The newest valid snapshot, whose chains are continued. */
  readonly parent: string | null;
  /** The whole minute that every document is read at. */
  readonly readTime: Instant;
  /** It would have been the parent, but is damaged: `parent` is null, and all collections are captured whole. */
  readonly damagedParent: string | null;
}

/** Where a collection was captured in ranges: its parts, in their order. */
export type RangedParts = Readonly<Record<string, readonly string[]>>;

type HeadContext = Pick<OperationContext<unknown>, 'earlier' | 'cursor'>;

export const CAPTURES = ['capture-behavior', 'preserve-context', 'track-preferences'] as const;

/** As last decided by an earlier capture of this attempt or an earlier stretch; undefined when this is the first. */
export function knownHead({ cursor, earlier }: HeadContext): CaptureHead | undefined {
  const outputs = [...CAPTURES.map((name) => earlier(name)?.output), cursor];
  return outputs.map((output) => field<CaptureHead>(output, 'head')).findLast((head) => head !== undefined);
}

/** Each attempt makes a snapshot of its own: what an earlier one left behind stays as it is for whoever looks into it. */
export async function decideHead(
  context: Pick<OperationContext<unknown>, 'slot' | 'attempt' | 'now'>,
  store: SnapshotStore,
): Promise<CaptureHead> {
  const { slot, attempt } = context;
  const id = `${snapshotIdAt(slot.dueAt)}${attempt === 1 ? '' : `-${attempt}`}`;
  const parent = newestValid(await listStatuses(store), id)?.id ?? null;
  return { id, parent, readTime: wholeMinute(context.now()), damagedParent: null };
}

/** Firestore reads the past at whole minutes. */
export const wholeMinute = (at: Instant): Instant => `${at.slice(0, 16)}:00.000Z`;

/** The part of a collection in the set; another read time, or none of the parent, makes another part. */
export function partIdOf(
  { readTime, damagedParent }: CaptureHead,
  { collection }: Pick<MemoryCollection, 'collection'>,
): string {
  const minute = readTime.replaceAll(/[^0-9]/g, '').slice(0, 12);
  return `${collection}-${minute}${damagedParent === null ? '' : '-whole'}`;
}

/** All parts of a collection in the set. What was captured in ranges upon a damaged parent was made again, whole. */
export function partsOf(
  head: CaptureHead,
  collection: Pick<MemoryCollection, 'collection'>,
  ranged: RangedParts,
): string[] {
  const ranges = head.damagedParent === null ? ranged[collection.collection] : undefined;
  return ranges === undefined ? [partIdOf(head, collection)] : [...ranges];
}

export function field<T>(output: Json | undefined, name: string): T | undefined {
  if (output === undefined || output === null || typeof output !== 'object' || Array.isArray(output)) return undefined;
  return (output as Record<string, unknown>)[name] as T | undefined;
}

/** The parent that a capture of this attempt found damaged, so that it could not be continued. */
export const damagedParent = (context: Pick<HeadContext, 'earlier'>): string | undefined =>
  knownHead({ ...context, cursor: undefined })?.damagedParent ?? undefined;
