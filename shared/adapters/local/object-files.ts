import { mkdirSync, readdirSync, realpathSync, rmdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileIdentity } from './object-versions.ts';

/** What the object store does to plain files and folders. */

/** Removes bodies that a killed process left half written; their names begin with the process's number. */
export function sweepIncomplete(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) {
    if (!isAlive(Number.parseInt(name, 10))) rmSync(join(folder, name), { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Without links; undefined when it is absent. */
export function realFolder(folder: string): string | undefined {
  try {
    return realpathSync(folder);
  } catch {
    return undefined;
  }
}

/** Removes empty folders from here up to, and without, the root. */
export function pruneEmpty(folder: string, root: string): void {
  for (let at = folder; at.length > root.length; at = dirname(at)) {
    try {
      rmdirSync(at);
    } catch {
      // Not empty: another object lies there.
      return;
    }
  }
}

/** The file's size and time, made different from those of the version before: they are what tells the two apart. */
export function unlike(path: string, before: string | undefined): string {
  let stats = statSync(path, { bigint: true });
  while (fileIdentity(stats) === before) {
    utimesSync(path, Number(stats.atimeMs) / 1000, Number(stats.mtimeMs + 2n) / 1000);
    stats = statSync(path, { bigint: true });
  }
  return fileIdentity(stats);
}
