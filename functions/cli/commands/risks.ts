import { UsageError } from '../../../shared/domain/errors.ts';
import { dateOf, type Instant } from '../../../shared/domain/time.ts';
import { assignRisk, closeRisk, recordRestoreTest, waiveAdvisory } from '../../../shared/engine/acts/risk.ts';
import { currentRegister } from '../../../shared/engine/risk-register.ts';
import { type Arguments, dateOption, flagOption, textOption, timeOption } from '../arguments.ts';
import type { Command } from '../command.ts';
import { dataFolder, localTime, openLocal, requirePlayed, storeOption } from '../open-runtime.ts';
import { tellRisks } from '../render/risks.ts';
import { personAct } from './person-acts.ts';

const listCommand: Command = {
  name: 'risks',
  usage: 'risks [--all]',
  summary: 'the risk register of the newest weekly review, what blocks first; exit code 1 when a risk is overdue',
  options: { all: { type: 'boolean', help: 'closed ones too' } },
  positionals: { least: 0, most: 0 },
  async run(args, output) {
    if (storeOption(args) === 'firestore') {
      const { risksInCloud } = await import('../cloud/look.ts');
      return risksInCloud(args, output);
    }
    requirePlayed('risks', args);
    const at = localTime(dataFolder(args), undefined);
    const runtime = await openLocal(args, output, at);
    try {
      return tellRisks(await currentRegister(runtime.engine), dateOf(at), flagOption(args, 'all'), output);
    } finally {
      await runtime.close();
    }
  },
};

function untilOption(args: Arguments): Instant {
  const until = timeOption(args, 'until');
  if (until === undefined) throw new UsageError('risks waive: --until is needed');
  return until;
}

function secondsOption(args: Arguments): number | undefined {
  const text = textOption(args, 'seconds');
  const seconds = text === undefined ? undefined : Number(text);
  if (seconds !== undefined && !(Number.isFinite(seconds) && seconds >= 0))
    throw new UsageError(`--seconds '${text}': a number of seconds is allowed`);
  return seconds;
}

/** The register and what people do with it. */
export const RISK_COMMANDS: readonly Command[] = [
  listCommand,
  personAct({
    name: 'risks assign',
    usage: 'risks assign ID [--owner NAME] [--due D] --actor NAME --reason TEXT',
    summary: 'names who takes a risk on, and until when',
    options: {
      owner: { type: 'string', value: 'NAME', help: 'who takes it on' },
      due: { type: 'string', value: 'D', help: 'until which date' },
    },
    act: (engine, who, riskId, reason, args) =>
      assignRisk(engine, who, { riskId, reason, owner: textOption(args, 'owner'), dueDate: dateOption(args, 'due') }),
    inCloud: {
      act: 'risk-assign',
      body: (risk, args) => ({ risk, owner: textOption(args, 'owner'), due: dateOption(args, 'due') }),
    },
  }),
  personAct({
    name: 'risks close',
    usage: 'risks close ID --actor NAME --reason TEXT',
    summary: 'closes a risk; a review that finds it again opens it again',
    act: (engine, who, riskId, reason) => closeRisk(engine, who, { riskId, reason }),
    inCloud: { act: 'risk-close', body: (risk) => ({ risk }) },
  }),
  personAct({
    name: 'risks waive',
    usage: 'risks waive ADVISORY --until T --actor NAME --reason TEXT',
    summary: 'a dated exception for one advisory, under any of its names',
    options: { until: { type: 'string', value: 'T', help: 'when it ends', needed: 'always' } },
    act: (engine, who, advisory, reason, args) =>
      waiveAdvisory(engine, who, { advisory, until: untilOption(args), reason }),
    inCloud: { act: 'risk-waive', body: (advisory, args) => ({ advisory, until: untilOption(args) }) },
  }),
  personAct({
    name: 'risks tested',
    usage: 'risks tested BACKUP [--seconds N] --actor NAME --reason TEXT',
    summary: 'a restore of a configured backup was tried and worked',
    options: { seconds: { type: 'string', value: 'N', help: 'how long the restore took' } },
    act: (engine, who, backup, reason, args) =>
      recordRestoreTest(engine, who, { backup, seconds: secondsOption(args), reason }),
    inCloud: { act: 'risk-tested', body: (backup, args) => ({ backup, seconds: secondsOption(args) }) },
  }),
];
