import type { Anchor, LedgerFault } from './ledger.ts';
import { type Instant, plusSeconds, secondsBetween } from './time.ts';

/** A tick writes the anchor and then remembers it; one that died in between has a successor within five minutes. */
const REMEMBERED_WITHIN_SECONDS = 900;
/** As the alert on a late anchor: heads are anchored at every tick that finds a new one. */
const ANCHORED_WITHIN_SECONDS = 7200;

export interface AnchorsFound {
  readonly anchors: readonly Anchor[];
  /** What the store says was anchored last; undefined when it says nothing. */
  readonly remembered: Anchor | undefined;
  /** Number of the newest entry. */
  readonly headSeq: number;
  /** The first tick of the watchdog; undefined when none has ticked yet. */
  readonly watchedSince: Instant | undefined;
}

/**
 * Anchors vouch for the ledger only while they are there: whoever cuts the ledger and takes its newest anchors away too
 * would leave a chain that is whole. So the store remembers the newest one, and the two must tell of each other.
 */
export function anchorsFault(
  { anchors, remembered, headSeq, watchedSince }: AnchorsFound,
  now: Instant,
): LedgerFault | null {
  const newest = anchors.reduce((most, { seq }) => Math.max(most, seq), 0);
  if (remembered !== undefined && !anchors.some(({ seq, hash }) => seq === remembered.seq && hash === remembered.hash))
    return {
      seq: Math.min(newest + 1, remembered.seq),
      what: `entry ${remembered.seq} was anchored at ${remembered.at}, and that anchor is gone: anchors were deleted or put back`,
    };
  const settled = plusSeconds(now, -REMEMBERED_WITHIN_SECONDS);
  const unknown = anchors.find(({ seq, at }) => seq > (remembered?.seq ?? 0) && at < settled);
  if (unknown !== undefined)
    return {
      seq: (remembered?.seq ?? 0) + 1,
      what: `entry ${unknown.seq} was anchored at ${unknown.at}, and the store remembers ${remembered === undefined ? 'no anchor' : `entry ${remembered.seq} as the newest anchored`}: it was put back`,
    };
  const isOwed = watchedSince !== undefined && secondsBetween(watchedSince, now) > ANCHORED_WITHIN_SECONDS;
  if (anchors.length === 0 && headSeq > 0 && isOwed)
    return { seq: 1, what: `no entry is anchored, though the watchdog has ticked since ${watchedSince}` };
  return null;
}
