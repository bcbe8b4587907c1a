import type { Command } from '../command.ts';
import { checkCommand } from '../snapshots/check-command.ts';
import { createCommand } from '../snapshots/create-command.ts';
import { diffCommand } from '../snapshots/diff-command.ts';
import { eraseCommand } from '../snapshots/erase-command.ts';
import { forgetCommand } from '../snapshots/forget-command.ts';
import { holdCommand } from '../snapshots/hold-command.ts';
import { listCommand } from '../snapshots/list-command.ts';
import { restoreCommand } from '../snapshots/restore-command.ts';
import { showCommand } from '../snapshots/show-command.ts';

export const SNAPSHOT_COMMANDS: readonly Command[] = [
  createCommand,
  listCommand,
  showCommand,
  diffCommand,
  restoreCommand,
  checkCommand,
  forgetCommand,
  holdCommand,
  eraseCommand,
];
