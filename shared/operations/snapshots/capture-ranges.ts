import type { MemoryCollection } from '../../domain/configuration/index.ts';
import { PortError, UsageError } from '../../domain/errors.ts';
import { type Evidence, type Observation, result } from '../../domain/finding.ts';
import type { Json } from '../../domain/json.ts';
import type { OperationOutcome } from '../../domain/operation.ts';
import { type FanOutPlan, MOST_SHARDS, type Share } from '../../domain/shard.ts';
import { IntegrityError } from '../../snapshots/index.ts';
import { type CaptureHead, field, partIdOf, type RangedParts } from './capture-head.ts';
import { type CaptureContext, captureOne, type NameRange, namesOf, sourceOf } from './capture-one.ts';
import { explainFault } from './explain-damage.ts';

/** Large collections of one operation, as their shards captured them. */
export interface Ranged {
  readonly head: CaptureHead;
  readonly parts: RangedParts;
  /** What the shards of each collection took together. */
  readonly taken: Readonly<Record<string, Json>>;
  readonly findings: readonly Observation[];
  readonly evidence: readonly Evidence[];
  /** A shard could not read the parent: nothing can be joined upon it. */
  readonly isParentDamaged: boolean;
}

/**
 * Collections above `snapshots.documents_per_range` are captured in ranges of their names, each by a message of its own.
 * Undefined when there is none. `begin` decides what all share and announces the set; it is asked at most once.
 */
export async function captureInRanges(
  context: CaptureContext,
  collections: readonly MemoryCollection[],
  begin: () => Promise<CaptureHead>,
): Promise<Ranged | undefined> {
  if (collections.length === 0 || context.ports.memory.cuts === undefined) return undefined;
  const found = await context.fanOut('ranges', async (): Promise<FanOutPlan> => {
    const head = await begin();
    const parts: Record<string, string[]> = {};
    const shares: Share[] = [];
    for (const [index, collection] of collections.entries()) {
      const most = Math.max(2, Math.floor((MOST_SHARDS - shares.length) / (collections.length - index)));
      if (shares.length + most > MOST_SHARDS) continue;
      const ranges = await rangesOf(context, head, collection, most);
      const { seal } = await namesOf(context, collection);
      const ids = ranges.map((_, at) => `${partIdOf(head, collection)}-r${at}`);
      if (ids.length > 0) parts[collection.collection] = ids;
      for (const [at, { after = null, until = null }] of ranges.entries()) {
        const sealed = { after: after === null ? null : seal(after), until: until === null ? null : seal(until) };
        const work = { head, collection: collection.collection, partId: ids[at] ?? '', range: sealed };
        shares.push({ id: `${collection.collection}-${at}`, work: work as unknown as Json });
      }
    }
    return { about: { head, parts } as unknown as Json, shares };
  });
  if (found === undefined) return undefined;
  const { head, parts } = found.about as unknown as { head: CaptureHead; parts: RangedParts };
  const isParentDamaged = found.outcomes.some(({ output }) => field<boolean>(output, 'isParentDamaged') === true);
  const findings = found.outcomes.flatMap((outcome) => {
    const isOfParent = field<boolean>(outcome.output, 'isParentDamaged') === true;
    return outcome.findings.map((finding) => (isOfParent ? { ...finding, soft: true } : finding));
  });
  // One damaged chunk of the parent is met by every shard that reads there.
  const told = new Map(findings.map((finding) => [`${finding.code} ${finding.message}`, finding]));
  const outputs = found.outcomes.map(({ output }) => field<Taken>(output, 'taken'));
  const taken = Object.keys(parts).map((name) => [name, sum(outputs.filter((each) => each?.collection === name))]);
  const evidence = found.outcomes.flatMap((outcome) => outcome.evidence);
  return { head, parts, taken: Object.fromEntries(taken), findings: [...told.values()], evidence, isParentDamaged };
}

async function rangesOf(
  context: CaptureContext,
  { readTime }: CaptureHead,
  { collection }: MemoryCollection,
  most: number,
): Promise<NameRange[]> {
  const size = context.configuration.snapshots.documents_per_range;
  let cuts: readonly string[] = [];
  try {
    cuts = (await sourceOf(context).cuts?.(collection, { readTime, size, most, signal: context.signal })) ?? [];
  } catch (error) {
    // Where it may be cut cannot be told: in one piece it is captured, or what is wrong with it is told there.
    if (!(error instanceof PortError)) throw error;
  }
  if (cuts.length === 0) return [];
  return Array.from({ length: cuts.length + 1 }, (_, at) => {
    const [after, until] = [cuts[at - 1], cuts[at]];
    return { ...(after === undefined ? {} : { after }), ...(until === undefined ? {} : { until }) };
  });
}

interface Taken {
  readonly collection: string;
  readonly documents: number;
  readonly addedBytes: number;
}

function sum(parts: readonly (Taken | undefined)[]): Json {
  const total = (count: (part: Taken) => number) => parts.reduce((all, part) => all + (part ? count(part) : 0), 0);
  return {
    documents: total(({ documents }) => documents),
    addedBytes: total(({ addedBytes }) => addedBytes),
    ranges: parts.length,
  };
}

interface Work {
  readonly head: CaptureHead;
  readonly collection: string;
  readonly partId: string;
  readonly range: { readonly after: string | null; readonly until: string | null };
}

/** One range, in a message of its own. The part it writes is captured once, however often the message comes. */
export async function captureShare(context: CaptureContext, work: Json): Promise<OperationOutcome> {
  const { head, collection: name, partId, range } = work as unknown as Work;
  const collection = context.configuration.memory.find((each) => each.collection === name);
  if (collection === undefined) throw new UsageError(`collection ${name} is not among those of the configuration`);
  const subject = `memory/${name}`;
  try {
    const { open } = await namesOf(context, collection);
    const part = await captureOne(context, head, collection, {
      partId,
      range: {
        ...(range.after === null ? {} : { after: open(range.after) }),
        ...(range.until === null ? {} : { until: open(range.until) }),
      },
    });
    const { documents, mode, digest, addedBytes } = part;
    const request = `range ${partId} of ${name} as of ${head.readTime}`;
    const value = { documents, mode, digest, addedBytes };
    const evidence = [{ subject, request, observedAt: context.now(), value }];
    return { ...result([], evidence), output: { taken: { collection: name, documents, addedBytes } } };
  } catch (error) {
    const finding = explainFault(error, subject, `range ${partId} cannot be captured`, collection.pii);
    const isParentDamaged = error instanceof IntegrityError && head.parent !== null;
    return { ...result([finding], []), output: { isParentDamaged } };
  }
}
