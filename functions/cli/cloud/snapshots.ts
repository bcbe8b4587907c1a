import type { SnapshotWorld } from '../../../shared/runtime/local-snapshots.ts';
import type { Arguments } from '../arguments.ts';
import type { Output } from '../output.ts';
import { openCloud } from './open-cloud.ts';

/** The snapshots and the memory of the cloud, with the caller's own credentials. */
export async function openCloudSnapshots(args: Arguments, output: Output): Promise<SnapshotWorld> {
  const { engine, close } = await openCloud(args, output);
  const { objects, keys, memory } = engine.ports;
  return {
    configuration: engine.configuration,
    pins: { configuration: engine.configurationSha256 },
    documents: engine.documents,
    ports: { objects, keys, memory },
    environment: engine.environment,
    now: () => engine.clock.now(),
    close,
  };
}
