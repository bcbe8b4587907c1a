import { readFileSync } from 'node:fs';
import { PortError, UsageError } from '../../shared/domain/errors.ts';
import { parseArguments } from './arguments.ts';
import type { Command, ExitCode } from './command.ts';
import { COMMANDS } from './commands.ts';
import { familyOf, renderHelp, renderUnknown } from './help.ts';
import { createOutput, type Output } from './output.ts';
import { systemRefusal } from './system-error.ts';

/** Finds the command, parses its options strictly, runs it, and turns what goes wrong into exit codes. */
export async function main(args: readonly string[]): Promise<ExitCode> {
  const json = args.includes('--json');
  const output = createOutput(json);
  try {
    const [first, second] = args;
    if (first === undefined || first === 'help' || first === '--help' || first === '-h') {
      return help(args.slice(1), output);
    }
    if (first === '--version') {
      const version = packageVersion();
      output.line(`high-noon ${version} (Node ${process.versions.node})`);
      output.document({ schema: 'highnoon.version/1', version, node: process.versions.node });
      return 0;
    }
    const found = findCommand(first, second);
    if (found === undefined && args.includes('--help')) return help([first], output);
    if (found === undefined) return unknown(first, second, output);
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

/** The list, one command, or those that begin with a word; anything else is no command, asked for help or not. */
function help(args: readonly string[], output: Output): ExitCode {
  const [first, second] = args.filter((word) => !word.startsWith('-'));
  const known = first === undefined ? [] : familyOf(COMMANDS, second === undefined ? first : `${first} ${second}`);
  if (first !== undefined && known.length === 0) return unknown(first, second, output);
  const [only] = known;
  process.stdout.write(
    only !== undefined && known.length === 1
      ? renderHelp(COMMANDS, only.name)
      : renderHelp(known.length > 0 ? known : COMMANDS),
  );
  return 0;
}

function unknown(first: string, second: string | undefined, output: Output): ExitCode {
  process.stderr.write(renderUnknown(COMMANDS, first, second));
  output.document({ schema: 'highnoon.error/1', error: 'usage', message: `'${first}' is no command` });
  return 2;
}

function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
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
