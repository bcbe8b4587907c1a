import { unreachable } from './errors.ts';

/** Badness, one ordered list: later is worse. */
export const VERDICTS = ['passed', 'degraded', 'inconclusive', 'failed', 'violated'] as const;
export type Verdict = (typeof VERDICTS)[number];

export type FailureClass = 'soft' | 'hard' | 'compliance';
export type Severity = 'info' | 'low' | 'medium' | 'high' | 'critical';

export const badness = (verdict: Verdict): number => VERDICTS.indexOf(verdict);
export const worse = (a: Verdict, b: Verdict): Verdict => (badness(a) >= badness(b) ? a : b);
export const worst = (verdicts: Iterable<Verdict>): Verdict => {
  let result: Verdict = 'passed';
  for (const verdict of verdicts) result = worse(result, verdict);
  return result;
};

/** Go: the gates it guards may open. Unknown is not go. */
export const isGo = (verdict: Verdict): boolean => verdict === 'passed' || verdict === 'degraded';

/** Whether a finding of this class that fails, or cannot tell, closes what follows. */
export function judge(state: 'fails' | 'unknown', failure: FailureClass, severity: Severity): Verdict {
  switch (failure) {
    case 'soft':
      return 'degraded';
    case 'hard':
      return state === 'fails' ? 'failed' : 'inconclusive';
    case 'compliance':
      return state === 'unknown' ? 'inconclusive' : judgeCompliance(severity);
    default:
      return unreachable(failure, 'failure class');
  }
}

function judgeCompliance(severity: Severity): Verdict {
  switch (severity) {
    case 'critical':
      return 'violated';
    case 'high':
      return 'failed';
    case 'medium':
    case 'low':
    case 'info':
      return 'degraded';
    default:
      return unreachable(severity, 'severity');
  }
}
