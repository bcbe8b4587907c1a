import { PortError } from '../../../shared/domain/errors.ts';
import type { LocalSnapshotWorld, SnapshotWorld } from '../../../shared/runtime/local-snapshots.ts';
import { IntegrityError, SourceError } from '../../../shared/snapshots/index.ts';
import type { Arguments, OptionSpec } from '../arguments.ts';
import type { Command, ExitCode } from '../command.ts';
import { storeOption } from '../open-runtime.ts';
import type { Output } from '../output.ts';
import { openPlayedWorld } from './open-world.ts';

const AT: Readonly<Record<string, OptionSpec>> = {
  at: { type: 'string', value: 'T', help: 'when (default: where the clock of the data folder stands)' },
};

export const ACTOR: Readonly<Record<string, OptionSpec>> = {
  actor: { type: 'string', value: 'NAME', help: 'who acts (default: local:ACCOUNT)' },
};

interface Declared<World> {
  readonly verb: string;
  readonly usage: string;
  readonly summary: string;
  readonly options?: Readonly<Record<string, OptionSpec>>;
  readonly positionals?: Command['positionals'];
  run(world: World, args: Arguments, output: Output): Promise<ExitCode>;
}

/** A command that writes snapshots, of the data folder: in the cloud that is the phase's, which has the lease for it. */
export const snapshotCommand = (declared: Declared<LocalSnapshotWorld>): Command => command(declared, openPlayedWorld);

/** A command that looks at snapshots, or restores from them with the caller's own rights: of the folder, or the cloud's. */
export const snapshotLook = (declared: Declared<SnapshotWorld>): Command =>
  command(declared, async (args, name, output) => {
    if (storeOption(args) === 'local') return openPlayedWorld(args, name);
    const { openCloudSnapshots } = await import('../cloud/snapshots.ts');
    return openCloudSnapshots(args, output);
  });

/** What is wrong with the store or the bytes is told, with exit code 1. */
function command<World extends SnapshotWorld>(
  declared: Declared<World>,
  open: (args: Arguments, name: string, output: Output) => Promise<World>,
): Command {
  const name = `snapshots ${declared.verb}`;
  return {
    name,
    usage: `snapshots ${declared.usage}`,
    summary: declared.summary,
    options: { ...AT, ...declared.options },
    positionals: declared.positionals ?? { least: 0, most: 0 },
    async run(args, output) {
      const world = await open(args, name, output);
      try {
        return await declared.run(world, args, output);
      } catch (error) {
        if (!(error instanceof PortError || error instanceof IntegrityError || error instanceof SourceError))
          throw error;
        output.line(`FAILED: ${error.message}`);
        output.document({ schema: 'highnoon.error/1', error: error.code, message: error.message });
        return 1;
      } finally {
        await world.close();
      }
    },
  };
}
