// `npm run bench`: every bench, or those named: npm run bench -- day snapshots. Options go to each: --json, --quick.
// With --json each bench is one line, `{"bench": NAME, ...}`; one that answers nothing readable says so in `error`.
import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { basename } from 'node:path';

const words = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
const options = process.argv.slice(2).filter((argument) => argument.startsWith('-'));
const isJson = options.includes('--json');
const nameOf = (file) => basename(file, '.bench.ts');
const files = globSync('test/bench/*.bench.ts')
  .sort()
  .filter((file) => words.length === 0 || words.includes(nameOf(file)));
if (files.length === 0) {
  console.error(`no bench is named ${words.join(' or ')}`);
  process.exit(2);
}

/** One after the other: two at once would measure each other. */
for (const file of files) {
  if (!isJson) console.log(`\n== ${nameOf(file)}`);
  const child = spawn(process.execPath, [file, ...options], {
    stdio: ['inherit', isJson ? 'pipe' : 'inherit', 'inherit'],
  });
  let said = '';
  child.stdout?.setEncoding('utf8').on('data', (text) => {
    said += text;
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (isJson) console.log(lineOf(nameOf(file), said, code));
  if (code !== 0) process.exitCode = 1;
}

/** The bench's own document, however many lines it takes, as one line under the bench's name. */
function lineOf(bench, said, code) {
  try {
    return JSON.stringify({ bench, ...JSON.parse(said.slice(Math.max(0, said.indexOf('{')))) });
  } catch {
    return JSON.stringify({ bench, error: `ended with ${code}, and printed no JSON document` });
  }
}
