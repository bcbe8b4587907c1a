import type { Arguments, OptionSpec } from './arguments.ts';
import type { Output } from './output.ts';

export type ExitCode = 0 | 1 | 2 | 4;

export interface Command {
  /** As it is typed, `ledger verify` included. */
  readonly name: string;
  readonly usage: string;
  readonly summary: string;
  readonly options: Readonly<Record<string, OptionSpec>>;
  readonly positionals: { readonly least: number; readonly most: number };
  run(args: Arguments, output: Output): Promise<ExitCode>;
}
