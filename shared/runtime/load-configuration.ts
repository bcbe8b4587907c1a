import { readFile } from 'node:fs/promises';
import { type Configuration, explainMistakes, parseConfiguration } from '../domain/configuration/index.ts';
import { UsageError } from '../domain/errors.ts';
import { checkExpression } from './check-expressions.ts';

export interface LoadedConfiguration {
  readonly configuration: Configuration;
  readonly sha256: string;
  readonly text: string;
}

/** Reads and checks a configuration file. Throws UsageError that tells every mistake at once; nothing has run then. */
export async function loadConfiguration(
  file: string,
  options: { readonly local: boolean },
): Promise<LoadedConfiguration> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (cause) {
    throw new UsageError(`configuration '${file}' cannot be read: a readable YAML file is needed`, { cause });
  }
  return checkConfiguration(bytes, file, options);
}

export function checkConfiguration(
  bytes: Uint8Array,
  fileName: string,
  { local }: { readonly local: boolean },
): LoadedConfiguration {
  const result = parseConfiguration(bytes, { fileName, allowLoopbackHttp: local, allowSample: local, checkExpression });
  if (!result.ok) throw new UsageError(explainMistakes(result.mistakes, fileName));
  return { configuration: result.configuration, sha256: result.sha256, text: Buffer.from(bytes).toString('utf8') };
}
