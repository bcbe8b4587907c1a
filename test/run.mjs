// `npm test`: every test file, or those whose path contains a word: npm test -- engine snapshots
import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';

const words = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
const files = globSync('test/**/*.test.ts')
  .sort()
  .filter((file) => words.length === 0 || words.some((word) => file.includes(word)));
if (files.length === 0) {
  console.error(`no test file matches: ${words.join(' ')}`);
  process.exit(2);
}

const child = spawn(
  process.execPath,
  ['--test', '--test-concurrency=2', '--test-force-exit', '--test-timeout=900000', ...files],
  { stdio: 'inherit' },
);
child.on('close', (code) => {
  process.exitCode = code ?? 1;
});
