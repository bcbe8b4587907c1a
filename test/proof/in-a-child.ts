import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** Sends batches to a script beside this file, which answers each by a list; undefined when it died of one. */
export function inAChild<T, R>(script: string) {
  const child = fork(join(import.meta.dirname, script), {
    execArgv: ['--max-old-space-size=80', '--max-semi-space-size=8'],
    // Structured clones: what is sent need not be JSON.
    serialization: 'advanced',
  });
  const died = once(child, 'exit').then(() => [undefined] as const);
  return {
    async judge(tasks: readonly T[]): Promise<readonly R[] | undefined> {
      child.send([...tasks] as never);
      const [answers] = (await Promise.race([once(child, 'message'), died])) as readonly [readonly R[] | undefined];
      return answers;
    },
    [Symbol.dispose]: () => {
      if (child.connected) child.disconnect();
    },
  };
}
