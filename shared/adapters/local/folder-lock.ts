import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { PortError } from '../../domain/errors.ts';

/** The longest wait for another process's section; each is a few file operations. */
const PATIENCE_MS = 5000;

/**
 * One process at a time, on one machine. The lock is SQLite's on an empty database: the system itself lets go of it
 * when its holder is killed, which a lock file would not survive. A section is synchronous, so it cannot interleave
 * with another one of its own process either.
 */
export class FolderLock {
  readonly #file: string;
  #database: DatabaseSync | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  run<T>(section: () => T): T {
    const database = this.#open();
    try {
      database.exec('BEGIN IMMEDIATE');
    } catch (cause) {
      throw new PortError('local', 'aborted', 'another process holds the data folder', { cause });
    }
    try {
      return section();
    } finally {
      database.exec('ROLLBACK');
    }
  }

  close(): void {
    this.#database?.close();
    this.#database = undefined;
  }

  /** Made by the first writer: a world that is only looked at gets no new file. */
  #open(): DatabaseSync {
    if (this.#database === undefined) {
      mkdirSync(dirname(this.#file), { recursive: true });
      this.#database = new DatabaseSync(this.#file, { timeout: PATIENCE_MS });
    }
    return this.#database;
  }
}
