// Takes each listed guard away, one at a time, in a copy of the tree; its directed test must fail then.
//   node test/proof/guard-mutants.ts [id ...]
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GUARDS, type Guard } from '../guards/guards.ts';
import { namedOf, orRefuse } from './arguments.ts';
import { copyOfTree } from './copy.ts';
import { tenths } from './progress.ts';

const AT_ONCE = 2;
const known = GUARDS.map(({ id }) => id);
const wanted = orRefuse(() => namedOf('guard', process.argv.slice(2), known));
const guards = GUARDS.filter(({ id }) => wanted.includes(id));

async function survives(root: string, { file, text, without, test }: Guard): Promise<boolean> {
  const path = join(root, file);
  const whole = readFileSync(path, 'utf8');
  if (!whole.includes(text)) throw new Error(`${file} has no '${text}'`);
  writeFileSync(
    path,
    whole.replace(text, () => without),
  );
  try {
    return await passes(root, `test/guards/${test[0]}.test.ts`, test[1]);
  } finally {
    writeFileSync(path, whole);
  }
}

function passes(root: string, file: string, name: string): Promise<boolean> {
  const pattern = `^${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`;
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--test', '--test-timeout=30000', '--test-name-pattern', pattern, file], {
      cwd: root,
      stdio: 'ignore',
    });
    child.on('close', (code) => resolve(code === 0));
  });
}

const survivors: string[] = [];
const tell = tenths('guard-mutants', 'guards');
let tried = 0;
const queue = [...guards];
await Promise.all(
  Array.from({ length: Math.min(AT_ONCE, guards.length) }, async () => {
    const copy = copyOfTree();
    try {
      for (let guard = queue.shift(); guard !== undefined; guard = queue.shift()) {
        if (await survives(copy.root, guard)) survivors.push(guard.id);
        tried += 1;
        tell(tried, guards.length);
      }
    } finally {
      copy.remove();
    }
  }),
);
console.log(JSON.stringify({ guards: guards.length, killed: guards.length - survivors.length, survivors }));
process.exitCode = survivors.length === 0 ? 0 : 1;
