import { unreachable } from './errors.ts';
import type { Verdict } from './verdict.ts';

/** How a concluded slot ended: exactly one of these. */
export const ENDINGS = [
  'passed',
  'degraded',
  'violated',
  'locked',
  'refused',
  'failed',
  'inconclusive',
  'rolled-back',
  'rollback-failed',
  'skipped',
  'scrubbed',
  'missed',
  'expired',
] as const;
export type Ending = (typeof ENDINGS)[number];

export type ExitCode = 0 | 1 | 2 | 4;

/** A violation exits 4 on every path, whatever its rollback came to. */
export function exitCodeOf(ending: Ending, verdict: Verdict | null = null): ExitCode {
  if (verdict === 'violated') return 4;
  switch (ending) {
    case 'passed':
    case 'degraded':
      return 0;
    case 'violated':
    case 'locked':
    case 'refused':
      return 4;
    case 'failed':
    case 'inconclusive':
    case 'rolled-back':
    case 'rollback-failed':
    case 'skipped':
    case 'scrubbed':
    case 'missed':
    case 'expired':
      return 1;
    default:
      return unreachable(ending, 'ending');
  }
}

export const isGood = (ending: Ending): boolean => ending === 'passed' || ending === 'degraded';

/** Endings of slots on which no operation was judged: their `verdict` is null. */
export function isJudged(ending: Ending): boolean {
  switch (ending) {
    case 'refused':
    case 'skipped':
    case 'scrubbed':
    case 'missed':
    case 'expired':
      return false;
    case 'passed':
    case 'degraded':
    case 'violated':
    case 'locked':
    case 'failed':
    case 'inconclusive':
    case 'rolled-back':
    case 'rollback-failed':
      return true;
    default:
      return unreachable(ending, 'ending');
  }
}

/** The value of the metric `high_noon_sync_status`. */
export function noonStatus(ending: Ending | null): 1 | 0 | -1 | -2 {
  if (ending === null) return 0;
  switch (ending) {
    case 'passed':
    case 'degraded':
      return 1;
    case 'skipped':
    case 'scrubbed':
    case 'refused':
    case 'missed':
    case 'expired':
      return 0;
    case 'failed':
    case 'inconclusive':
    case 'violated':
    case 'locked':
    case 'rolled-back':
      return -1;
    case 'rollback-failed':
      return -2;
    default:
      return unreachable(ending, 'ending');
  }
}

export type RollbackOutcome = 'none' | 'done' | 'failed';

/** The ending of a judged attempt from its verdict and what its rollback came to. */
export function endingOf(verdict: Verdict, rollback: RollbackOutcome): Ending {
  if (rollback === 'failed') return 'rollback-failed';
  if (rollback === 'done') return verdict === 'violated' ? 'locked' : 'rolled-back';
  return verdict;
}
