import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { z } from 'zod';
import { PortError } from '../../domain/errors.ts';

/** A JSON file of the sample world that a person may edit while it runs: read anew each time, checked each time. */
export function readWorldFile<T>(port: string, file: string, schema: z.ZodType<T>): T {
  const name = basename(file);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'not-found' : 'permission-denied';
    throw new PortError(port, code, `${name} cannot be read`, { cause });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new PortError(port, 'invalid', `${name} is not JSON`, { cause });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new PortError(port, 'invalid', `${name}: ${z.prettifyError(parsed.error).replaceAll('\n', ' ').slice(0, 300)}`);
}

/** Puts the whole file in place at once. */
export function writeWorldFile(file: string, value: unknown): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, `${JSON.stringify(value, null, 2)}\n`);
  renameSync(`${file}.new`, file);
}

export const isThere = (file: string): boolean => existsSync(file);
