// `npm run bench`: every bench, or those named: npm run bench -- day snapshots. Options go to each: --json, --quick.
import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { basename } from 'node:path';

const words = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
const options = process.argv.slice(2).filter((argument) => argument.startsWith('-'));
const isJson = options.includes('--json');
const files = globSync('test/bench/*.bench.ts')
  .sort()
  .filter((file) => words.length === 0 || words.includes(basename(file, '.bench.ts')));
if (files.length === 0) {
  console.error(`no bench is named ${words.join(' or ')}`);
  process.exit(2);
}

/** One after the other: two at once would measure each other. */
for (const file of files) {
  if (!isJson) console.log(`\n== ${basename(file, '.bench.ts')}`);
  const child = spawn(process.execPath, [file, ...options], { stdio: 'inherit' });
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code !== 0) process.exitCode = 1;
}
