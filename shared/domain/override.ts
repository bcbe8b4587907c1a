import type { Finding } from './finding.ts';
import type { Instant } from './time.ts';

/** A person's dated permission: re-judges one named finding of one slot as degraded, in a new attempt. */
export interface Override {
  readonly id: string;
  readonly slotId: string;
  readonly findingId: string;
  readonly actor: string;
  readonly reason: string;
  readonly at: Instant;
  readonly until: Instant;
}

/** A dated, owned exception to a guardrail: the act of verified people. */
export interface Waiver {
  readonly id: string;
  readonly guardrail: string;
  /** Record ids it covers; empty: all of the guardrail. */
  readonly records: readonly string[];
  readonly owner: string;
  /** A critical guardrail needs two. */
  readonly approvers: readonly string[];
  readonly reason: string;
  readonly at: Instant;
  readonly until: Instant;
}

/** At most this long from the act: a day's override, a quarter's waiver. */
export const OVERRIDE_MAX_SECONDS = 24 * 3600;
export const WAIVER_MAX_SECONDS = 92 * 86_400;
export const WAIVER_WARN_SECONDS = 7 * 86_400;

/** A violation is never overridden, nor is a ticket that does not hold, a hold or a lockdown (those are no findings of T-90 or T-30). */
export const mayOverride = (finding: Pick<Finding, 'verdict'>): boolean =>
  finding.verdict === 'failed' || finding.verdict === 'inconclusive';

export function overrideFor(
  overrides: readonly Override[],
  slotId: string,
  findingId: string,
  at: Instant,
): Override | undefined {
  return overrides.find((one) => one.slotId === slotId && one.findingId === findingId && one.until > at);
}

export const activeWaivers = (waivers: readonly Waiver[], at: Instant): readonly Waiver[] =>
  waivers.filter((one) => one.until > at);
