import { PortError, UsageError } from '../../shared/domain/errors.ts';
import { parseArguments } from './arguments.ts';
import type { Command, ExitCode } from './command.ts';
import { COMMANDS } from './commands.ts';
import { renderHelp, renderUnknown } from './help.ts';
import { createOutput } from './output.ts';
import { systemRefusal } from './system-error.ts';

/** Finds the command, parses its options strictly, runs it, and turns what goes wrong into exit codes. */
export async function main(args: readonly string[]): Promise<ExitCode> {
  const json = args.includes('--json');
  const output = createOutput(json);
  try {
    const [first, second] = args;
    if (first === undefined || first === 'help' || first === '--help' || first === '-h') {
      process.stdout.write(renderHelp(COMMANDS, args.slice(1).join(' ')));
      return 0;
    }
    const found = findCommand(first, second);
    if (found === undefined) {
      process.stderr.write(renderUnknown(COMMANDS, first, second));
      output.document({ schema: 'highnoon.error/1', error: 'usage', message: `'${first}' is no command` });
      return 2;
    }
    if (args.includes('--help')) {
      process.stdout.write(renderHelp(COMMANDS, found.command.name));
      return 0;
    }
    const parsed = parseArguments(
      found.command.name,
      args.slice(found.words),
      found.command.options,
      found.command.positionals,
      found.command.usage,
    );
    return await found.command.run(parsed, output);
  } catch (error) {
    const refusal = systemRefusal(error);
    if (refusal !== undefined) {
      process.stderr.write(`${refusal}\n`);
      output.document({ schema: 'highnoon.error/1', error: 'usage', message: refusal });
      return 2;
    }
    if (!(error instanceof UsageError) && !(error instanceof PortError)) throw error;
    const isUsage = error instanceof UsageError;
    process.stderr.write(`${isUsage ? '' : `${error.port}: `}${error.message}\n`);
    output.document({ schema: 'highnoon.error/1', error: isUsage ? 'usage' : error.code, message: error.message });
    return isUsage ? 2 : 1;
  }
}

function findCommand(
  first: string,
  second: string | undefined,
): { readonly command: Command; readonly words: number } | undefined {
  const two = COMMANDS.find(({ name }) => name === `${first} ${second ?? ''}`);
  if (two !== undefined) return { command: two, words: 2 };
  const one = COMMANDS.find(({ name }) => name === first);
  return one === undefined ? undefined : { command: one, words: 1 };
}
