import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createCloudRuntime } from '../../../shared/runtime/cloud.ts';
import { refuseForeignEndpoints } from '../../../shared/runtime/refuse-foreign-endpoints.ts';
import type { Runtime } from '../../../shared/runtime/runtime.ts';
import { type Arguments, textOption } from '../arguments.ts';
import { dataFolder } from '../open-runtime.ts';
import type { Output } from '../output.ts';
import { PHASES } from '../phases.ts';

/**
 * A runtime over the cloud's store, with the caller's own credentials. Logs go to standard error; the command ends when
 * it is interrupted, as commands do.
 */
export async function openCloud(args: Arguments, output: Output): Promise<Runtime> {
  const own = join(dataFolder(args), 'herbitrage.yaml');
  const file = textOption(args, 'config') ?? process.env.HIGHNOON_CONFIG ?? (existsSync(own) ? own : undefined);
  const environment = {
    ...process.env,
    HIGHNOON_STORE: 'firestore',
    HIGHNOON_DATA: dataFolder(args),
    ...(file === undefined ? {} : { HIGHNOON_CONFIG: file }),
  };
  refuseForeignEndpoints(environment, 'firestore');
  const runtime = await createCloudRuntime(environment, { log: output.log, drains: false });
  return { ...runtime, engine: { ...runtime.engine, phases: PHASES } };
}
