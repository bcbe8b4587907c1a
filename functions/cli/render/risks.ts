import { isOverdue, type Register } from '../../../shared/domain/risk/register.ts';
import type { ExitCode } from '../command.ts';
import type { Output } from '../output.ts';

/** The register, open risks or all; exit code 1 when one is overdue, or when nothing is known. */
export function tellRisks(register: Register | undefined, today: string, all: boolean, output: Output): ExitCode {
  if (register === undefined) {
    output.line('No weekly review has left a register yet: nothing is known of risks.');
    output.document({ schema: 'highnoon.risks/1', date: null, runId: null, risks: [] });
    return 1;
  }
  const shown = register.risks.filter(({ status }) => all || status !== 'closed');
  for (const line of lines({ ...register, risks: shown }, today)) output.line(line);
  output.document({ ...register, risks: shown });
  return shown.some((risk) => isOverdue(risk, today)) ? 1 : 0;
}

function lines({ runId, risks }: Register, today: string): string[] {
  const rows = risks.flatMap((risk) => [
    `${risk.severity.padEnd(8)}  ${risk.status}${risk.isUnknown ? ', unknown' : ''}  ${risk.title}`,
    `          ${risk.id}`,
    `          ${risk.owner}, due ${risk.dueDate}${isOverdue(risk, today) ? ' OVERDUE' : ''}, since ${risk.firstSeen}; next: ${risk.mitigation}`,
  ]);
  return [`${risks.length} risks, from ${runId}`, ...rows];
}
