import { UsageError } from '../domain/errors.ts';
import type { NameRange } from './capture-part.ts';
import { comparePaths } from './compare-names.ts';

/** Names are kept evenly spread, and never more than this. */
const MOST_SAMPLED = 4096;

/** Names of a sorted stream, of which every second is forgotten whenever they become too many. */
export class PathSample {
  readonly #paths: string[] = [];
  #stride = 1;
  seen = 0;

  add(path: string): void {
    if (this.seen++ % this.#stride !== 0) return;
    this.#paths.push(path);
    if (this.#paths.length < MOST_SAMPLED) return;
    for (let index = 0; index * 2 < MOST_SAMPLED; index++) this.#paths[index] = this.#paths[index * 2] as string;
    this.#paths.length = MOST_SAMPLED / 2;
    this.#stride *= 2;
  }

  /** Names between `count` ranges of about equal size. */
  cuts(count: number): string[] {
    return splitRanges(this.#paths, Math.max(1, count)).flatMap(({ until }) => (until === undefined ? [] : [until]));
  }
}

/**
 * At most `count` ranges of about equal size that together hold every name once, from names sampled by ordinary queries
 * (any order, repetitions allowed). Fewer when the sample has fewer different names.
 */
export function splitRanges(sampledPaths: readonly string[], count: number): NameRange[] {
  if (!Number.isInteger(count) || count < 1) throw new UsageError(`${count} ranges: a whole number from 1 is needed`);
  const sorted = [...new Set(sampledPaths)].sort(comparePaths);
  const cuts: string[] = [];
  for (let i = 1; i < count; i++) {
    const cut = sorted[Math.floor((i * sorted.length) / count)];
    if (cut !== undefined && cut !== cuts.at(-1)) cuts.push(cut);
  }
  return Array.from({ length: cuts.length + 1 }, (_, i) => {
    const [after, until] = [cuts[i - 1], cuts[i]];
    return { ...(after === undefined ? {} : { after }), ...(until === undefined ? {} : { until }) };
  });
}
