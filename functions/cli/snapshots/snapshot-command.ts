import { PortError } from '../../../shared/domain/errors.ts';
import type { LocalSnapshotWorld } from '../../../shared/runtime/local-snapshots.ts';
import { IntegrityError, SourceError } from '../../../shared/snapshots/index.ts';
import type { Arguments, OptionSpec } from '../arguments.ts';
import type { Command, ExitCode } from '../command.ts';
import type { Output } from '../output.ts';
import { openWorld } from './open-world.ts';

const AT: Readonly<Record<string, OptionSpec>> = {
  at: { type: 'string', value: 'T', help: 'when (default: where the clock of the data folder stands)' },
};

export const ACTOR: Readonly<Record<string, OptionSpec>> = {
  actor: { type: 'string', value: 'NAME', help: 'who acts (default: local:ACCOUNT)' },
};

/** A command over the snapshots of the data folder. What is wrong with the store or the bytes is told, with exit code 1. */
export function snapshotCommand(declared: {
  readonly verb: string;
  readonly usage: string;
  readonly summary: string;
  readonly options?: Readonly<Record<string, OptionSpec>>;
  readonly positionals?: Command['positionals'];
  run(world: LocalSnapshotWorld, args: Arguments, output: Output): Promise<ExitCode>;
}): Command {
  const name = `snapshots ${declared.verb}`;
  return {
    name,
    usage: `snapshots ${declared.usage}`,
    summary: declared.summary,
    options: { ...AT, ...declared.options },
    positionals: declared.positionals ?? { least: 0, most: 0 },
    async run(args, output) {
      const world = await openWorld(args, name);
      try {
        return await declared.run(world, args, output);
      } catch (error) {
        if (!(error instanceof PortError || error instanceof IntegrityError || error instanceof SourceError))
          throw error;
        output.line(`FAILED: ${error.message}`);
        output.document({ schema: 'highnoon.error/1', error: error.code, message: error.message });
        return 1;
      } finally {
        world.close();
      }
    },
  };
}
