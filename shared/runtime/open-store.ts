import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { LocalDocuments } from '../adapters/local/documents.ts';
import { UsageError } from '../domain/errors.ts';
import type { Clock } from '../ports/clock.ts';

const storeFile = (data: string): string => join(data, 'store.sqlite');

/** What every SQLite database begins with (https://www.sqlite.org/fileformat.html, 1.3.1). */
const MAGIC = 'SQLite format 3\0';

/** Throws UsageError when the folder's store is something else, before anything is written beside it. */
export function refuseForeignStore(data: string): void {
  const file = storeFile(data);
  if (!existsSync(file)) return;
  const head = Buffer.alloc(MAGIC.length);
  const descriptor = openSync(file, 'r');
  let length: number;
  try {
    length = readSync(descriptor, head, 0, MAGIC.length, 0);
  } finally {
    closeSync(descriptor);
  }
  // A file of no bytes is a database that nobody has written to yet.
  if (length > 0 && head.toString('latin1', 0, length) !== MAGIC) throw notAStore(file);
}

/** The embedded store of a data folder. Throws UsageError when its file is damaged. */
export function openStore(data: string, clock: Pick<Clock, 'now'>): LocalDocuments {
  try {
    return new LocalDocuments(storeFile(data), clock);
  } catch (cause) {
    if ((cause as { code?: unknown }).code !== 'ERR_SQLITE_ERROR') throw cause;
    if (/readonly database|unable to open/.test((cause as Error).message))
      throw new UsageError(
        `${storeFile(data)} cannot be written by this user, and nothing can be read without: make it and its folder writable, or name another --data`,
      );
    throw notAStore(storeFile(data), cause);
  }
}

const notAStore = (file: string, cause?: unknown): UsageError =>
  new UsageError(
    `${file} is not a store of High Noon${cause instanceof Error ? ` (${cause.message})` : ''}; put it back, move it away, or name another --data`,
  );
