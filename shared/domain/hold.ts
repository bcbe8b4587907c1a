import type { Instant } from './time.ts';

/** Noon waits for a person. */
export type Hold = ActiveHold | ReleasedHold | ExpiredHold;

interface HoldBase {
  /** `genesis`: the first day on a real cloud. `t-30`: the final check was not go. `operator`: a person asked. */
  readonly cause: 'genesis' | 't-30' | 'operator';
  readonly reason: string;
  readonly setBy: string;
  readonly setAt: Instant;
}

export interface ActiveHold extends HoldBase {
  readonly status: 'active';
}

export interface ReleasedHold extends HoldBase {
  readonly status: 'released';
  readonly releasedBy: string;
  readonly releasedAt: Instant;
  readonly releaseReason: string;
}

/** Its noon is over: there is nothing left to hold. */
export interface ExpiredHold extends HoldBase {
  readonly status: 'expired';
  readonly expiredAt: Instant;
}

export const isHeld = (hold: Hold | null): hold is ActiveHold => hold?.status === 'active';
