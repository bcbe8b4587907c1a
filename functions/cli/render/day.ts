import { InvariantError } from '../../../shared/domain/errors.ts';
import { type Verdict, worst } from '../../../shared/domain/verdict.ts';
import type { RunView } from '../../../shared/engine/read-run.ts';
import type { ExitCode } from '../command.ts';

type JudgedRun = Pick<RunView, 'phase' | 'ending' | 'status' | 'verdict' | 'exitCode'>;

export interface DayJudgement {
  /** Null while no slot of the day has concluded. */
  readonly verdict: Verdict | null;
  readonly exitCode: ExitCode;
}

/**
 * The worst of the day. A slot on which nothing was judged (refused, missed, still waiting) tells nothing of the world:
 * it counts as inconclusive, as the metric `phase_verdict` counts it, so that good snapshots cannot pass a refused chain.
 */
export function judgeDay(runs: readonly JudgedRun[]): DayJudgement {
  if (runs.length === 0) throw new InvariantError('a day without a run');
  const hasConcluded = runs.some(({ status }) => status === 'concluded');
  const exitCode = runs.some((run) => run.exitCode === 4) ? 4 : runs.every((run) => run.exitCode === 0) ? 0 : 1;
  return { verdict: hasConcluded ? worst(runs.map(({ verdict }) => verdict ?? 'inconclusive')) : null, exitCode };
}

/**
 * One line: what the exit code stands for, then how noon itself ended. Where the exit code is a lockdown's and nothing
 * was found violated, or the worst slot was never judged, its ending says more than a verdict that nobody gave.
 */
export function dayHeadline(date: string, runs: readonly JudgedRun[]): string {
  const { verdict, exitCode } = judgeDay(runs);
  const noon = runs.find(({ phase }) => phase === 'high-noon-sync')?.ending ?? 'not concluded';
  return `${date}: ${headword(runs, verdict, exitCode).toUpperCase()} (exit code ${exitCode}), noon ${noon}`;
}

function headword(runs: readonly JudgedRun[], verdict: Verdict | null, exitCode: ExitCode): string {
  if (verdict === null) return 'not concluded';
  if (verdict === 'violated') return verdict;
  if (exitCode !== 4 && runs.some((run) => run.verdict === verdict)) return verdict;
  const telling = runs.filter((run) => (exitCode === 4 ? run.exitCode === 4 : run.verdict === null));
  const [worstRun] = [...telling.filter(({ phase }) => phase === 'high-noon-sync'), ...telling];
  if (worstRun === undefined) return verdict;
  return worstRun.ending ?? 'not concluded';
}
