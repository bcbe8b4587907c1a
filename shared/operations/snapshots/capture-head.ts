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
}

type HeadContext = Pick<OperationContext<unknown>, 'slot' | 'attempt' | 'earlier' | 'cursor' | 'now'>;

export const CAPTURES = ['capture-behavior', 'preserve-context', 'track-preferences'] as const;

/** As decided by an earlier stretch or an earlier capture of this attempt; undefined when this is the first. */
export function knownHead({ cursor, earlier }: HeadContext): CaptureHead | undefined {
  const outputs = [cursor, ...CAPTURES.map((name) => earlier(name)?.output)];
  return outputs.map((output) => field<CaptureHead>(output, 'head')).find((head) => head !== undefined);
}

/** Each attempt makes a snapshot of its own: what an earlier one left behind stays as it is for whoever looks into it. */
export async function decideHead(context: HeadContext, store: SnapshotStore): Promise<CaptureHead> {
  const { slot, attempt } = context;
  const id = `${snapshotIdAt(slot.dueAt)}${attempt === 1 ? '' : `-${attempt}`}`;
  const parent = newestValid(await listStatuses(store), id)?.id ?? null;
  return { id, parent, readTime: `${context.now().slice(0, 16)}:00.000Z` };
}

/** The part of a collection in the set; another read time makes another part. */
export const partIdOf = ({ readTime }: CaptureHead, { collection }: Pick<MemoryCollection, 'collection'>): string =>
  `${collection}-${readTime.replaceAll(/[^0-9]/g, '').slice(0, 12)}`;

export function field<T>(output: Json | undefined, name: string): T | undefined {
  if (output === undefined || output === null || typeof output !== 'object' || Array.isArray(output)) return undefined;
  return (output as Record<string, unknown>)[name] as T | undefined;
}
