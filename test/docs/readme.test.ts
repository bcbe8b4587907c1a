import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { highnoon, temporaryFolder } from '../cli/support.ts';

const PREFIX = 'npm run -s highnoon -- ';
/** Run by other tests: the whole day, and the tests themselves. */
const ELSEWHERE = new Set(['npm ci && npm start', 'npm test']);

function commandsOf(file: string): string[] {
  const blocks = [...readFileSync(file, 'utf8').matchAll(/```sh\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
  return blocks.flatMap((block) => block.split('\n')).filter((line) => line.trim() !== '' && !line.startsWith('#'));
}

function words(command: string): string[] {
  return [...command.matchAll(/"([^"]*)"|(\S+)/g)].map((match) => match[1] ?? match[2] ?? '');
}

describe('the README', () => {
  const commands = commandsOf('README.md');

  it('names only npm commands that are run by a test', () => {
    for (const command of commands) assert.ok(command.startsWith(PREFIX) || ELSEWHERE.has(command), command);
  });

  it('has every command of its pages work, in order, on a morning', async () => {
    using folder = temporaryFolder();
    writeFileSync(join(folder.path, 'clock.json'), JSON.stringify({ now: '2026-11-24T10:00:00.000Z' }));
    for (const command of commands.filter((one) => one.startsWith(PREFIX))) {
      const args = words(command.slice(PREFIX.length)).map((word) => word.replace(/^\.highnoon\b/, folder.path));
      const takesData = !['next', 'help', 'config'].includes(args[0] ?? '');
      const answer = await highnoon(takesData ? [...args, '--data', folder.path] : args);
      assert.equal(answer.code, 0, `${command}\n${answer.out}${answer.err}`);
      assert.notEqual(answer.out, '');
    }
  });

  it('links only to files that are there', () => {
    for (const [, target] of readFileSync('README.md', 'utf8').matchAll(/\]\(([^)#]+)\)/g)) {
      assert.doesNotThrow(() => (target?.includes('.md') ? readFileSync(target) : undefined), target);
    }
  });
});
