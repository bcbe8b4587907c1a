// A sample of small changes to the engine and the domain; tests must notice at least 85 of 100.
//   node test/proof/mutants.ts [count] [seed]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Dice } from '../../shared/simulation/random.ts';
import { orRefuse, SEED, wholeNumbers } from './arguments.ts';
import { copyOfTree } from './copy.ts';

const [count, seed] = orRefuse(() =>
  wholeNumbers(process.argv.slice(2), [
    { name: 'count', otherwise: 300, least: 1, most: 100_000 },
    { ...SEED, otherwise: 1 },
  ]),
);
const AT_ONCE = 2;
const LEAST_KILLED = 0.85;
/** Many times what the slowest suite takes: what has not ended then will not. */
const LONGEST_MS = 300_000;

/** Those that say least about behaviour stand aside: the catalog and its schema are checked by their own tests. */
const FILES = globSync(['shared/engine/**/*.ts', 'shared/domain/*.ts'])
  .filter((path) => !/catalog/.test(path))
  .sort();

const OPERATORS: readonly (readonly [from: RegExp, to: string])[] = [
  [/ === /g, ' !== '],
  [/ !== /g, ' === '],
  [/ < /g, ' >= '],
  [/ > /g, ' <= '],
  [/ <= /g, ' < '],
  [/ >= /g, ' > '],
  [/ && /g, ' || '],
  [/ \|\| /g, ' && '],
  [/ \+ 1\b/g, ''],
  [/\(!/g, '('],
  [/\btrue\b/g, 'false'],
  [/\bfalse\b/g, 'true'],
  [/ \? (?=[^:?]+ : )/g, ' && false ? '],
];

interface Mutant {
  readonly file: string;
  readonly at: number;
  readonly from: string;
  readonly to: string;
}

/** Lines that only declare, import or explain have no behaviour to lose. */
const isCode = (line: string): boolean =>
  !/^\s*(\*|\/\/|\/\*|import |export type|type |interface |readonly |\|)/.test(line);

function mutantsOf(file: string): Mutant[] {
  const text = readFileSync(file, 'utf8');
  return OPERATORS.flatMap(([from, to]) =>
    [...text.matchAll(from)].flatMap((match) => {
      const begins = text.lastIndexOf('\n', match.index) + 1;
      const line = text.slice(begins, text.indexOf('\n', match.index));
      if (!isCode(line) || /['"`][^'"`]*$/.test(quotesBefore(line, match.index - begins))) return [];
      return [{ file, at: match.index, from: match[0], to }];
    }),
  );
}

/** What stands before a place, without the strings that are closed there. */
const quotesBefore = (line: string, at: number): string => line.slice(0, at).replace(/'[^']*'|"[^"]*"|`[^`]*`/g, '');

/** The quickest first: most mutants die at once. */
const SUITES = [
  // The list of guards itself is text about text; it would notice any change.
  [
    'test/guards/{admission,lease,effects,rollback,stretch,controls}.test.ts',
    'test/domain/*.test.ts',
    'test/domain/core/*.test.ts',
    'test/engine/{day,page-summary,fan-out,relay,told-levels,rules,acts,exceptions,people}.test.ts',
    'test/engine/{stretches,putting-back,holding,beginnings,shares,deliveries,ticks}.test.ts',
    'test/operator/{api,page,next-thing,ledger-view,forgery}.test.ts',
    'test/functions/push.test.ts',
  ],
  [
    'test/engine/{found-by-simulation,self-test}.test.ts',
    'test/simulation/{worlds,scenarios,ledger-tampering}.test.ts',
  ],
] as const;

async function planted<T>(root: string, { file, at, from, to }: Mutant, work: () => Promise<T>): Promise<T> {
  const path = join(root, file);
  const whole = readFileSync(path, 'utf8');
  writeFileSync(path, whole.slice(0, at) + to + whole.slice(at + from.length));
  try {
    return await work();
  } finally {
    writeFileSync(path, whole);
  }
}

const isKilled = (root: string, mutant: Mutant): Promise<boolean> =>
  planted(root, mutant, async () => {
    for (const suite of SUITES) if (!(await passes(root, globSync([...suite], { cwd: root }).sort()))) return true;
    return false;
  });

/** What the compiler refuses can never be run; it is neither killed nor a survivor. */
async function compiles(root: string): Promise<boolean> {
  const child = spawn(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '--noEmit'], {
    cwd: root,
    stdio: 'ignore',
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return code === 0;
}

/** Given up at the first test that fails: there is nothing more to learn from the others. */
function passes(root: string, files: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    const how = ['--test', '--test-reporter=tap', '--test-timeout=120000', '--test-concurrency=1'];
    const child = spawn(process.execPath, [...how, '--test-isolation=none', ...files], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let isFailed = false;
    let line = '';
    const giveUp = () => {
      isFailed = true;
      child.kill('SIGKILL');
    };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      line += text;
      if (/^ *not ok/m.test(line)) giveUp();
      line = line.slice(line.lastIndexOf('\n') + 1);
    });
    const limit = setTimeout(() => {
      timedOut += 1;
      giveUp();
    }, LONGEST_MS);
    child.on('close', (code) => {
      clearTimeout(limit);
      resolve(code === 0 && !isFailed);
    });
  });
}

/** Counted as killed, as an endless loop is; told, because a busy machine can look like one. */
let timedOut = 0;

const all = FILES.flatMap(mutantsOf);
const dice = new Dice(seed);
const sample = Array.from(
  { length: Math.min(count, all.length) },
  () => all.splice(Math.floor(dice.next() * all.length), 1)[0] as Mutant,
);
const survivors: string[] = [];
let uncompiled = 0;
let judgedSoFar = 0;
const queue = [...sample];
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    const copy = copyOfTree();
    try {
      for (const suite of SUITES)
        if (!(await passes(copy.root, globSync([...suite], { cwd: copy.root }).sort())))
          throw new Error(`fails without a mutant: ${suite.join(' ')}`);
      // A compiler that always refuses would take every survivor for one that cannot be run.
      if (!(await compiles(copy.root))) throw new Error('does not compile without a mutant');
      for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
        const killed = await isKilled(copy.root, mutant);
        judgedSoFar += 1;
        console.error(`${judgedSoFar} of ${sample.length}`);
        if (killed) continue;
        if (!(await planted(copy.root, mutant, () => compiles(copy.root)))) {
          uncompiled += 1;
          continue;
        }
        const line = readFileSync(mutant.file, 'utf8').slice(0, mutant.at).split('\n').length;
        const survivor = `${mutant.file}:${line} '${mutant.from.trim()}' -> '${mutant.to.trim()}'`;
        survivors.push(survivor);
        console.error(`survives: ${survivor}`);
      }
    } finally {
      copy.remove();
    }
  }),
);
const judged = sample.length - uncompiled;
const killed = judged - survivors.length;
console.log(
  JSON.stringify({
    possible: all.length + sample.length,
    mutants: judged,
    uncompiled,
    killed,
    timedOut,
    share: killed / judged,
    survivors,
  }),
);
process.exitCode = killed / judged >= LEAST_KILLED ? 0 : 1;
