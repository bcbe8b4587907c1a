// `npm run bench`: every bench, or those named: npm run bench -- day snapshots. Options go to each: --json, --quick (smaller,
// to see that it runs; `day` has nothing to leave out). Options of a bench's own, as the usage at its head tells them, are
// taken when that bench alone is named, their values behind an equals sign: npm run bench -- forecast --suites=20.
// A name or an option that is not known is refused with code 2, before any bench runs. --help tells all of them.
// With --json each bench is one line, `{"bench": NAME, "at": WHEN IT BEGAN, "load": OF THE MACHINE THEN, "rows": [...]}`, its
// rows as in report.ts, with `"quick": true` where it was to be; one that answers nothing readable says so in `error`.
import { spawn } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { basename } from 'node:path';
import { namedOf, orRefuse, Refusal } from '../proof/arguments.ts';

const COMMON = ['--json', '--quick'];
const given = process.argv.slice(2);
const isOption = (argument) => argument.startsWith('-');
const options = given.filter(isOption);
const isJson = options.includes('--json');
const nameOf = (file) => basename(file, '.bench.ts');
const all = globSync('test/bench/*.bench.ts').sort();
const names = all.map(nameOf);
if (options.some((option) => option === '--help' || option === '-h')) {
  console.log(help());
  process.exit(0);
}
const files = orRefuse(() => {
  const words = given.filter((argument) => !isOption(argument));
  const chosen = all.filter((file) => words.includes(nameOf(file)));
  // In the order in which they stand: what follows a mistyped option may be its value, and no bench at all.
  for (const argument of given) {
    if (isOption(argument)) refuseUnknown(argument, chosen);
    else namedOf('bench', [argument], names);
  }
  return words.length === 0 ? all : chosen;
});

function refuseUnknown(option, chosen) {
  if (COMMON.includes(option)) return;
  if (chosen.length !== 1)
    throw new Refusal(
      `option '${option}': allowed are ${COMMON.join(', ')}; a bench's own when that bench alone is named`,
    );
  const allowed = [...COMMON, ...ownOptions(chosen[0])];
  if (allowed.includes(option.replace(/=.+$/s, '=VALUE'))) return;
  const [name] = option.split('=');
  const meant = allowed.find((one) => one.split('=')[0] === name);
  if (meant !== undefined) throw new Refusal(`option '${option}': allowed is ${meant}`);
  throw new Refusal(`option '${option}': allowed are ${allowed.join(', ')}`);
}

/** Those that its usage names beside the common ones: `[--runs N]` takes a value, `[--apart]` none. */
function ownOptions(file) {
  const usage = readFileSync(file, 'utf8').matchAll(/\[(--[a-z-]+)( [^\]]+)?\]/g);
  const own = [...usage].map(([, name, value]) => (value === undefined ? name : `${name}=VALUE`));
  return [...new Set(own)].filter((option) => !COMMON.includes(option));
}

function help() {
  const width = Math.max(...names.map((name) => name.length));
  const own = all.map((file) => `  ${nameOf(file).padEnd(width)}  ${ownOptions(file).join(' ')}`.trimEnd());
  return `npm run bench -- [BENCH ...] [OPTION ...]

Runs every bench, or those that are named.
  --json   one line of JSON for each bench
  --quick  smaller sizes, to see that it runs: no figure is judged

Benches, with options of their own, which are taken when that bench alone is named:
${own.join('\n')}`;
}

/** One after the other: two at once would measure each other. */
for (const file of files) {
  // What else the machine did just before: a bench that begins on a busy one measures that too.
  const began = { at: `${new Date().toISOString().slice(0, 16)}Z`, load: Number(loadavg()[0].toFixed(1)) };
  if (!isJson) console.log(`\n== ${nameOf(file)} (${began.at}, load ${began.load})`);
  const child = spawn(process.execPath, [file, ...options], {
    stdio: ['inherit', isJson ? 'pipe' : 'inherit', 'inherit'],
  });
  let said = '';
  child.stdout?.setEncoding('utf8').on('data', (text) => {
    said += text;
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (isJson) console.log(lineOf(nameOf(file), began, said, code));
  // 2 of a bench that was asked alone: it refused a value of an option.
  if (code !== 0) process.exitCode = code === 2 && files.length === 1 ? 2 : 1;
}

/** The bench's own document, however many lines it takes, as one line under the bench's name. */
function lineOf(bench, began, said, code) {
  try {
    const { bench: _, ...figures } = JSON.parse(said.slice(Math.max(0, said.indexOf('{'))));
    return JSON.stringify({ bench, ...began, ...figures });
  } catch {
    return JSON.stringify({ bench, ...began, error: `ended with ${code}, and printed no JSON document` });
  }
}
