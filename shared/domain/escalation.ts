import type { PhaseName } from './catalog.ts';
import { type Ending, isGood } from './ending.ts';
import { unreachable } from './errors.ts';
import type { Instant } from './time.ts';
import type { Verdict } from './verdict.ts';

/** Whom to tell. */
export const ROUTES = ['oncall', 'critical', 'security', 'engineering', 'continuity'] as const;
export type Route = (typeof ROUTES)[number];

/** One per cause of a bad ending, created in the commit that records it. */
export interface Escalation {
  readonly id: string;
  readonly cause: string;
  readonly routes: readonly Route[];
  readonly severity: 'warning' | 'error' | 'critical';
  readonly title: string;
  readonly phase: PhaseName | null;
  readonly slotId: string | null;
  readonly runId: string | null;
  readonly since: Instant;
  /** What failed: finding ids and messages, never values of personal data. */
  readonly findings: readonly { readonly id: string; readonly message: string; readonly remedy: string }[];
  readonly rolledBack: readonly string[];
  readonly nextStep: string;
  /** When every channel had been told; null while one still has to be. */
  readonly acknowledgedAt: Instant | null;
  /** Channels that were told already, while another could not be reached. */
  readonly told?: readonly string[];
  /** Slots that ended badly for the same cause. */
  readonly joined: readonly string[];
}

export function routesFor(phase: PhaseName, ending: Ending, verdict: Verdict | null): readonly Route[] {
  if (verdict === 'violated') return ['security', 'critical'];
  switch (phase) {
    case 'high-noon-sync':
      return ['critical'];
    case 't-90-prep':
    case 't-30-final-check':
      return ['oncall'];
    case 'weekly-risk-review':
    case 'snapshot-orchestration':
      return ending === 'missed' || ending === 'expired' ? ['oncall'] : ['engineering'];
    default:
      return unreachable(phase, 'phase');
  }
}

/** Endings that follow from an upstream's bad ending tell nobody anew: they join it. */
export const joinsUpstream = (ending: Ending): boolean =>
  ending === 'skipped' || ending === 'scrubbed' || ending === 'refused';

export const needsEscalation = (ending: Ending): boolean => !isGood(ending) && !joinsUpstream(ending);

/** One step for a person, by how the slot ended. */
export function nextStepFor(phase: PhaseName, ending: Ending): string {
  const rerun = `mend what is named, then rerun: npm run -s highnoon -- run ${phase} --rerun --reason "..."`;
  switch (ending) {
    case 'violated':
    case 'locked':
      return 'security reviews the violation; the lockdown is lifted by two people with: npm run -s highnoon -- unlock --epoch N --reason "..."';
    case 'rollback-failed':
      return 'put the named targets back by hand as the runbook says, then lift the lockdown';
    case 'rolled-back':
      return 'everything is as before noon; mend the cause before the next T-90';
    case 'refused':
      return 'a lockdown is in force: see its cause in status';
    case 'failed':
    case 'inconclusive':
      return rerun;
    case 'missed':
    case 'expired':
      return 'find out why nothing started in time: schedules, subscriptions and the watchdog, as the runbook says';
    case 'skipped':
    case 'scrubbed':
      return 'mend what the phase before it named (see Findings), before the next T-90 at 10:30 UTC';
    case 'passed':
    case 'degraded':
      return '';
    default:
      return unreachable(ending, 'ending');
  }
}
