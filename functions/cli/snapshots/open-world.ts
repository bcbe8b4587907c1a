import { UsageError } from '../../../shared/domain/errors.ts';
import { type LocalSnapshotWorld, openLocalSnapshots } from '../../../shared/runtime/local-snapshots.ts';
import { type Arguments, textOption, timeOption } from '../arguments.ts';
import { dataFolder, localTime, requirePlayed, storeOption } from '../open-runtime.ts';

/** As `openWorld`, of a folder that has a world: for whatever looks at it, and for acts that are meant for that one. */
export async function openPlayedWorld(args: Arguments, command: string): Promise<LocalSnapshotWorld> {
  if (storeOption(args) === 'local') requirePlayed(command, args);
  return openWorld(args, command);
}

/** The memory and the snapshots of the data folder, at `--at` or where its clock stands. */
export async function openWorld(args: Arguments, command: string): Promise<LocalSnapshotWorld> {
  if (storeOption(args) === 'firestore')
    throw new UsageError(
      `${command}: works on --store local; in the cloud the phase snapshot-orchestration does it, under its lease`,
    );
  const data = dataFolder(args);
  return openLocalSnapshots({
    data,
    configurationFile: textOption(args, 'config'),
    at: localTime(data, timeOption(args, 'at')),
    environment: process.env,
  });
}
