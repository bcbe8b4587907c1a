import { readFile } from 'node:fs/promises';
import { explainMistakes, parseConfiguration } from '../../../shared/domain/configuration/index.ts';
import { UsageError } from '../../../shared/domain/errors.ts';
import { checkExpression } from '../../../shared/runtime/check-expressions.ts';
import type { Command } from '../command.ts';

export const configCheckCommand: Command = {
  name: 'config check',
  usage: 'config check FILE',
  summary: 'validates a configuration: each mistake with its path, its value and what is allowed',
  options: {},
  positionals: { least: 1, most: 1 },
  async run(args, output) {
    const [file = ''] = args.positionals;
    let bytes: Uint8Array;
    try {
      bytes = await readFile(file);
    } catch {
      throw new UsageError(`config check: '${file}' cannot be read; a readable YAML file is needed`);
    }
    const result = parseConfiguration(bytes, {
      fileName: file,
      allowLoopbackHttp: true,
      allowSample: true,
      checkExpression,
    });
    if (result.ok) {
      const { configuration, sha256 } = result;
      output.line(`${file}: valid`);
      output.line(
        `${configuration.repositories.length} repositories, ${configuration.services.length} services, ${configuration.datasets.length} datasets, ${configuration.guardrails.length} guardrails`,
      );
      output.line(`sha256 ${sha256}`);
      output.document({ schema: 'highnoon.config-check/1', file, valid: true, sha256, mistakes: [] });
      return 0;
    }
    output.line(explainMistakes(result.mistakes, file));
    if (result.omitted > 0) output.line(`and ${result.omitted} mistakes more`);
    output.document({
      schema: 'highnoon.config-check/1',
      file,
      valid: false,
      mistakes: result.mistakes,
      omitted: result.omitted,
    });
    return 2;
  },
};
