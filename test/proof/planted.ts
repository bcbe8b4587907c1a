// A proof that finds nothing proves nothing: each fault in test/patches is planted in a copy, and must be found there.
//   node test/proof/planted.ts [name ...]
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { namedOf, orRefuse } from './arguments.ts';
import { copyOfTree } from './copy.ts';

const asked = process.argv.slice(2);
const nameOf = (path: string): string => basename(path, '.patch');
const all = globSync('test/patches/*.patch').sort();
const wanted = orRefuse(() => namedOf('patch', asked, all.map(nameOf)));
const patches = all.filter((path) => wanted.includes(nameOf(path)));
/** Of the whole list; who names a patch has asked for that one. */
const LEAST = asked.length === 0 ? 3 : 1;

/** The searches of the proof, the cheapest first, each a small part of what it runs itself. */
const SEARCHES = [
  { args: ['functions/cli/start.mjs', 'simulate', '--days', '4000', '--seed', '1', '--json'], env: {} },
  { args: ['test/proof/told-days.ts', '0', '1'], env: { TOLD_DAY: 'lockdown during noon' } },
] as const;

const results = patches.map((path, index) => {
  const name = nameOf(path);
  console.error(`planted: ${index + 1} of ${patches.length}, ${name}`);
  const copy = copyOfTree();
  try {
    const applied = spawnSync('git', ['apply', '-p1'], { cwd: copy.root, input: readFileSync(path), encoding: 'utf8' });
    if (applied.status !== 0) return { name, found: null, why: applied.stderr.trim() };
    for (const { args, env } of SEARCHES) {
      const run = spawnSync(process.execPath, [...args], {
        cwd: copy.root,
        env: { ...process.env, ...env },
        encoding: 'utf8',
        maxBuffer: 1 << 28,
      });
      if (run.status !== 1) continue;
      const { violations } = JSON.parse(run.stdout) as {
        violations: { invariant?: string; violation?: { invariant: string } }[];
      };
      const [first] = violations;
      return { name, found: first?.invariant ?? first?.violation?.invariant ?? null };
    }
    return { name, found: null, why: 'nobody noticed' };
  } finally {
    copy.remove();
  }
});
console.log(JSON.stringify({ planted: results.length, results }));
process.exitCode = results.length >= LEAST && results.every(({ found }) => found !== null) ? 0 : 1;
