import { UsageError } from '../domain/errors.ts';
import type { NameRange } from './capture-part.ts';
import { comparePaths } from './compare-names.ts';

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
