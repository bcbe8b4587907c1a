import type { Verdict } from '../../../shared/domain/verdict.ts';
import type { OperationView, RunView } from '../../../shared/engine/read-run.ts';

const MARKS: Record<Verdict, string> = { passed: '✔', degraded: '!', inconclusive: '?', failed: '✘', violated: '‼' };

/** A degraded line that only could not tell is shown as unknown. */
export const markOf = (verdict: Verdict | null): string => (verdict === null ? '·' : MARKS[verdict]);

/** One line of progress per run. */
export function runLine(run: RunView): string {
  const outcome = run.refused === null ? (run.ending ?? run.status) : `refused: ${run.refused.reason}`;
  const receipts = run.operations.reduce((sum, { evidence }) => sum + evidence.length, 0);
  const attempt = run.attempt > 1 ? ` (attempt ${run.attempt})` : '';
  const reason = run.verdict === 'passed' ? `${receipts} receipts` : run.reason;
  return `${markOf(run.verdict)} ${run.slot}${attempt}  ${outcome}  ${reason}`;
}

/** The verdict first, then what it rests on. */
export function renderRun(run: RunView): string[] {
  const title = run.dryRun ? 'DRY-RUN' : run.rehearsal ? 'REHEARSAL' : run.runId;
  const outcome =
    run.refused !== null
      ? `REFUSED (${run.refused.reason}: ${run.refused.detail})`
      : (run.ending ?? run.verdict ?? run.status).toUpperCase();
  return [
    `${title}: ${outcome}${run.reason === '' ? '' : ` - ${run.reason}`}`,
    ...(run.dryRun ? [`looked at: ${run.slot}, at ${run.startedAt ?? 'no known time'}`] : []),
    ...(run.gate === null ? [] : [`gate: ${run.gate.answer} (${run.gate.detail})`]),
    ...run.operations.flatMap(renderOperation),
    ...(run.rollback?.effects ?? []).map(
      ({ target, outcome: undone, detail }) => `  rollback ${undone}: ${target}: ${detail}`,
    ),
    `next High Noon: ${run.nextHighNoon}`,
  ];
}

function renderOperation({ name, verdict, evidence, findings, wouldDo }: OperationView): string[] {
  const said = findings.filter((finding) => finding.verdict !== 'passed' || finding.state === 'noted');
  return [
    `  ${markOf(verdict)} ${name}  ${verdict}  ${evidence.length} receipt${evidence.length === 1 ? '' : 's'}`,
    ...said.map(
      ({ verdict: own, message, remedy, id }) =>
        `      ${own === 'passed' ? 'note' : own}: ${message}${own === 'passed' ? '' : ` (${id}); next: ${remedy}`}`,
    ),
    ...(wouldDo ?? []).map(({ target, detail }) => `      would: ${target}: ${detail}`),
  ];
}
