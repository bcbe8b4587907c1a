import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../../shared/domain/errors.ts';

/**
 * One day at a time in a folder: two would push each other's clock on, and each would see budgets run out that were not.
 * Throws UsageError while another process plays there; what a killed one left behind counts for nothing.
 */
export function playAlone(data: string): Disposable {
  mkdirSync(data, { recursive: true });
  const file = join(data, 'playing');
  for (;;) {
    try {
      writeFileSync(file, `${process.pid}\n`, { flag: 'wx' });
      return { [Symbol.dispose]: () => rmSync(file, { force: true }) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const player = Number(readFileSync(file, 'utf8'));
    if (isAlive(player))
      throw new UsageError(`process ${player} is playing a day in '${data}'; wait for its end, or name another --data`);
    rmSync(file, { force: true });
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid < 1) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
