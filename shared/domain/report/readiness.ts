import type { DayRecord } from '../day.ts';
import { summaryOf } from '../day.ts';
import type { Ending } from '../ending.ts';
import { isHeld } from '../hold.ts';
import type { AttemptRecord, Checkpoint } from '../run.ts';
import { toSeconds } from '../time.ts';
import { isGo, type Verdict } from '../verdict.ts';

export interface ReadinessReport {
  readonly schema: 'highnoon.readiness/1';
  readonly generatedAt: string;
  readonly decision: 'GO' | 'NO-GO';
  readonly ending: Ending | null;
  readonly verdict: Verdict | null;
  readonly reason: string;
  readonly ticket: { readonly id: string; readonly validUntil: string; readonly bindings: number } | null;
  readonly operations: readonly {
    readonly name: string;
    readonly verdict: Verdict;
    readonly receipts: number;
    readonly findings: readonly {
      readonly id: string;
      readonly verdict: Verdict;
      readonly message: string;
      readonly remedy: string;
    }[];
  }[];
  readonly next: string;
}

/** The go / no-go report of a T-30 attempt, from what it stored. */
export function readinessReport(state: {
  readonly day: DayRecord;
  readonly attempt: AttemptRecord | undefined;
  readonly checkpoints: readonly Checkpoint[];
}): ReadinessReport {
  const { day, attempt, checkpoints } = state;
  const concluded = attempt?.concluded ?? null;
  const isGoNow = concluded?.verdict !== undefined && concluded?.verdict !== null && isGo(concluded.verdict);
  const ticket = isGoNow && day.ticket?.slotId === attempt?.slotId ? day.ticket : null;
  return {
    schema: 'highnoon.readiness/1',
    generatedAt: toSeconds(
      concluded?.at ?? summaryOf(day, 't-30-final-check')?.concludedAt ?? `${day.date}T11:30:00.000Z`,
    ),
    decision: isGoNow && ticket !== null ? 'GO' : 'NO-GO',
    ending: concluded?.ending ?? null,
    verdict: concluded?.verdict ?? null,
    reason: concluded?.reason ?? 'it has not concluded',
    ticket:
      ticket === null
        ? null
        : { id: ticket.id, validUntil: ticket.validUntil, bindings: Object.keys(ticket.bindings).length },
    operations: checkpoints.map(({ operation, verdict, evidence, findings }) => ({
      name: operation,
      verdict,
      receipts: evidence.length,
      findings: findings.map(({ id, verdict: own, message, remedy }) => ({ id, verdict: own, message, remedy })),
    })),
    next: nextOf(day, isGoNow),
  };
}

function nextOf(day: DayRecord, isGoNow: boolean): string {
  if (isHeld(day.hold)) {
    return isGoNow
      ? 'a named person releases the hold inside the launch window'
      : 'mend what failed, rerun t-30-final-check, then release the hold until 12:30';
  }
  return isGoNow ? 'noon may start at 12:00 UTC' : 'noon will not start';
}

export function renderReadiness(report: ReadinessReport): string {
  const operations = report.operations.flatMap(({ name, verdict, receipts, findings }) => [
    `- ${verdict}: ${name} (${receipts} receipts)`,
    ...findings
      .filter((finding) => finding.verdict !== 'passed')
      .map(({ id, message, remedy }) => `  - ${message} (${id}); next: ${remedy}`),
  ]);
  const ticket =
    report.ticket === null
      ? 'none'
      : `${report.ticket.id}, ${report.ticket.bindings} bindings, valid until ${report.ticket.validUntil}`;
  return [
    `# READINESS: ${report.decision}`,
    '',
    `Generated: ${report.generatedAt}`,
    '',
    report.reason,
    '',
    `Go ticket: ${ticket}`,
    `Next: ${report.next}`,
    '',
    '## Operations',
    '',
    ...operations,
    '',
  ].join('\n');
}
