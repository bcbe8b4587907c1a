import { COMMON_OPTIONS, type OptionSpec } from './arguments.ts';
import type { Command } from './command.ts';

const PREFIX = 'npm run -s highnoon --';

/** The command of that name and those that begin with it: `snapshots` is a word of eight. */
export const familyOf = (commands: readonly Command[], name: string): readonly Command[] =>
  commands.filter((one) => one.name === name || one.name.startsWith(`${name} `));

/** The list of commands, or one command with its options. */
export function renderHelp(commands: readonly Command[], name?: string): string {
  const command = commands.find((one) => one.name === name);
  if (command === undefined) {
    const width = Math.max(...commands.map(({ usage }) => usage.length));
    const rows = commands.map(({ usage, summary }) =>
      usage.length > 44
        ? `  ${usage}\n  ${' '.repeat(46)}${summary}`
        : `  ${usage.padEnd(Math.min(width, 44))}  ${summary}`,
    );
    return `${PREFIX} COMMAND\n\n${rows.join('\n')}\n\n${renderOptions('Options of every command', COMMON_OPTIONS)}\nExit codes: 0 good, 1 failed, blocked or inconclusive, 4 compliance violation, 2 usage or configuration error.\n`;
  }
  const own = Object.keys(command.options).length === 0 ? '' : renderOptions('Options', command.options);
  return `${PREFIX} ${command.usage}\n\n${command.summary}\n\n${own}${renderOptions('Options of every command', COMMON_OPTIONS)}`;
}

function renderOptions(title: string, options: Readonly<Record<string, OptionSpec>>): string {
  const rows = Object.entries(options).map(
    ([name, { value, help }]) => `  ${`--${name}${value === undefined ? '' : ` ${value}`}`.padEnd(26)}  ${help}`,
  );
  return `${title}:\n${rows.join('\n')}\n`;
}

/** An unknown command names the nearest known one, and the first word of some names what may follow it. */
export function renderUnknown(commands: readonly Command[], first: string, second: string | undefined): string {
  const typed = second === undefined || second.startsWith('-') ? first : `${first} ${second}`;
  const [nearest] = commands
    .map(({ name }) => ({ name, distance: Math.min(distance(typed, name), distance(first, name)) }))
    .sort((a, b) => a.distance - b.distance);
  const hint =
    nearest !== undefined && nearest.distance <= closeTo(nearest.name) ? ` Did you mean '${nearest.name}'?` : '';
  const family = familyOf(commands, first);
  const allowed = family.length > 0 ? family : commands;
  return `'${typed}' is no command.${hint}\nCommands: ${allowed.map(({ name }) => name).join(', ')}\n`;
}

/** A slip of the fingers: one letter of a short name, two of a long one. What is further off is another word. */
const closeTo = (name: string): number => (name.length >= 8 ? 2 : 1);

/** Letters added, left out or exchanged, and neighbours that changed places, each counted as one. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const exchanged = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (before[j - 2] ?? 0) + 1 : exchanged;
      next.push(Math.min((next[j - 1] ?? 0) + 1, (row[j] ?? 0) + 1, exchanged, swapped));
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}
