import type { Command } from './command.ts';
import { ACCESS_COMMANDS } from './commands/access.ts';
import { ACT_COMMANDS } from './commands/acts.ts';
import { completionCommand } from './commands/completion.ts';
import { configCheckCommand } from './commands/config-check.ts';
import { costCommand } from './commands/cost.ts';
import { dayCommand } from './commands/day.ts';
import { devCommand } from './commands/dev.ts';
import { guardrailsTestCommand } from './commands/guardrails-test.ts';
import { ledgerVerifyCommand } from './commands/ledger-verify.ts';
import { memoryLoadCommand } from './commands/memory.ts';
import { nextCommand } from './commands/next.ts';
import { reportCommand } from './commands/report.ts';
import { RISK_COMMANDS } from './commands/risks.ts';
import { runCommand } from './commands/run.ts';
import { simulateCommand } from './commands/simulate.ts';
import { SNAPSHOT_COMMANDS } from './commands/snapshots.ts';
import { statusCommand } from './commands/status.ts';

/** Every command, in the order of the help text. */
export const COMMANDS: readonly Command[] = [
  dayCommand,
  runCommand,
  nextCommand,
  statusCommand,
  reportCommand,
  ...ACT_COMMANDS,
  ledgerVerifyCommand,
  configCheckCommand,
  guardrailsTestCommand,
  memoryLoadCommand,
  ...SNAPSHOT_COMMANDS,
  ...RISK_COMMANDS,
  ...ACCESS_COMMANDS,
  simulateCommand,
  costCommand,
  devCommand,
  completionCommand(() => COMMANDS),
];
