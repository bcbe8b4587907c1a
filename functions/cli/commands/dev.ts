import { UsageError } from '../../../shared/domain/errors.ts';
import { createLocalRuntime } from '../../../shared/runtime/local.ts';
import { provideRuntime } from '../../../shared/runtime/the-runtime.ts';
import { textOption } from '../arguments.ts';
import type { Command } from '../command.ts';
import { dataFolder, storeOption } from '../open-runtime.ts';
import { PHASES } from '../phases.ts';
import { serveUntilInterrupted } from '../serve/fire-on-time.ts';
import { serveFunctions } from '../serve/push-server.ts';

export const devCommand: Command = {
  name: 'dev',
  usage: 'dev [--port P]',
  summary: 'serves the functions and the operator page locally, on the real clock',
  options: { port: { type: 'string', value: 'P', help: 'of the operator page (default: 8080)' } },
  positionals: { least: 0, most: 0 },
  async run(args, output) {
    if (storeOption(args) === 'firestore')
      throw new UsageError('dev: serves the local store; --store local is allowed');
    const port = portOption(textOption(args, 'port') ?? '8080');
    const created = await createLocalRuntime({
      data: dataFolder(args),
      configurationFile: textOption(args, 'config'),
      environment: process.env,
      log: output.log,
      logLeast: 'INFO',
    });
    const runtime = { ...created, engine: { ...created.engine, phases: PHASES } };
    provideRuntime(runtime);
    const servers = await serveFunctions(runtime, port);
    output.line(`operator page: ${servers.operator}`);
    output.document({ schema: 'highnoon.dev/1', operator: servers.operator });
    try {
      await serveUntilInterrupted(runtime, servers);
      return 0;
    } finally {
      await servers.close();
      provideRuntime(undefined);
      await runtime.close();
    }
  },
};

function portOption(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new UsageError(`--port '${text}': a number from 0 to 65535 is allowed`);
  return port;
}
