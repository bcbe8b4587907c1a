import { UsageError } from '../../../shared/domain/errors.ts';
import { isOverdue, type Register } from '../../../shared/domain/risk/register.ts';
import { dateOf } from '../../../shared/domain/time.ts';
import { assignRisk, closeRisk, recordRestoreTest, waiveAdvisory } from '../../../shared/engine/acts/risk.ts';
import { currentRegister } from '../../../shared/engine/risk-register.ts';
import { dateOption, flagOption, textOption, timeOption } from '../arguments.ts';
import type { Command } from '../command.ts';
import { dataFolder, localTime, openLocal } from '../open-runtime.ts';
import { personAct, requireLocal } from './person-acts.ts';

const listCommand: Command = {
  name: 'risks',
  usage: 'risks [--all]',
  summary: 'the risk register of the newest weekly review, what blocks first; exit code 1 when a risk is overdue',
  options: { all: { type: 'boolean', help: 'closed ones too' } },
  positionals: { least: 0, most: 0 },
  async run(args, output) {
    requireLocal(args, 'risks');
    const at = localTime(dataFolder(args), undefined);
    const runtime = await openLocal(args, output, at);
    try {
      const register = await currentRegister(runtime.engine);
      if (register === undefined) {
        output.line('No weekly review has left a register yet: nothing is known of risks.');
        output.document({ schema: 'highnoon.risks/1', date: null, runId: null, risks: [] });
        return 1;
      }
      const shown = register.risks.filter(({ status }) => flagOption(args, 'all') || status !== 'closed');
      for (const line of lines({ ...register, risks: shown }, dateOf(at))) output.line(line);
      output.document({ ...register, risks: shown });
      return shown.some((risk) => isOverdue(risk, dateOf(at))) ? 1 : 0;
    } finally {
      await runtime.close();
    }
  },
};

function lines({ runId, risks }: Register, today: string): string[] {
  const rows = risks.flatMap((risk) => [
    `${risk.severity.padEnd(8)}  ${risk.status}${risk.isUnknown ? ', unknown' : ''}  ${risk.title}`,
    `          ${risk.id}`,
    `          ${risk.owner}, due ${risk.dueDate}${isOverdue(risk, today) ? ' OVERDUE' : ''}, since ${risk.firstSeen}; next: ${risk.mitigation}`,
  ]);
  return [`${risks.length} risks, from ${runId}`, ...rows];
}

/** The register and what people do with it. */
export const RISK_COMMANDS: readonly Command[] = [
  listCommand,
  personAct({
    name: 'risks assign',
    usage: 'risks assign ID [--owner NAME] [--due D] --reason TEXT',
    summary: 'names who takes a risk on, and until when',
    options: {
      owner: { type: 'string', value: 'NAME', help: 'who takes it on' },
      due: { type: 'string', value: 'D', help: 'until which date' },
    },
    act: (engine, who, riskId, reason, args) =>
      assignRisk(engine, who, { riskId, reason, owner: textOption(args, 'owner'), dueDate: dateOption(args, 'due') }),
  }),
  personAct({
    name: 'risks close',
    usage: 'risks close ID --reason TEXT',
    summary: 'closes a risk; a review that finds it again opens it again',
    act: (engine, who, riskId, reason) => closeRisk(engine, who, { riskId, reason }),
  }),
  personAct({
    name: 'risks waive',
    usage: 'risks waive ADVISORY --until T --reason TEXT',
    summary: 'a dated exception for one advisory, under any of its names',
    options: { until: { type: 'string', value: 'T', help: 'when it ends' } },
    act: (engine, who, advisory, reason, args) => {
      const until = timeOption(args, 'until');
      if (until === undefined) throw new UsageError('risks waive: --until is needed');
      return waiveAdvisory(engine, who, { advisory, until, reason });
    },
  }),
  personAct({
    name: 'risks tested',
    usage: 'risks tested BACKUP [--seconds N] --reason TEXT',
    summary: 'a restore of a configured backup was tried and worked',
    options: { seconds: { type: 'string', value: 'N', help: 'how long the restore took' } },
    act: (engine, who, backup, reason, args) => {
      const text = textOption(args, 'seconds');
      const seconds = text === undefined ? undefined : Number(text);
      if (seconds !== undefined && !(Number.isFinite(seconds) && seconds >= 0))
        throw new UsageError(`--seconds '${text}': a number of seconds is allowed`);
      return recordRestoreTest(engine, who, { backup, seconds, reason });
    },
  }),
];
