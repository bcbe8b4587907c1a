// Writes docs/performance.md from the answers of benches, one JSON document a line:
//   npm run -s bench -- --json > bench.jsonl && node test/bench/write-performance.mjs bench.jsonl
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { isReached } from './report.ts';

const [file, ...more] = process.argv.slice(2);
if (file === undefined || more.length > 0) {
  console.error('write-performance: one file is needed, the answers of `npm run -s bench -- --json`');
  process.exit(2);
}

/**
 * What a reader has to know of a bench to take its figures for what they are. None of it says how a figure came out: that is
 * the table's to say, after every run.
 */
const ABOUT = {
  advisories: `The pure part of a weekly scan, nothing asked of a network: lockfiles of six formats are read one after the other, then every
package is judged by the advisories listed for it. Advisories of one cause that go by several names count as one group.`,
  curve: `How cost grows with size. A fitted exponent says that cost grows as the size to this power: 1 is linear, 0 is constant, 2 is four
times the cost for twice the size. It is fitted over all sizes, by least squares over logarithms; the exponent of the last step is that of the two largest alone,
in which what a process costs by itself no longer hides. "Virtual" seconds pass on the clock of a simulated network, and nobody waits for them.`,
  start: `From the start of a process to its first answer. What is started is what is deployed: the archive of \`npm run build\`, compiled by
its \`gcp-build\`. Every ratio is to a bare functions-framework whose function does nothing; bare node:http stands beside it, to show what the framework itself costs. A
body that is no JSON is answered by functions-framework itself. A malformed message is kept as evidence in Firestore before it is
acknowledged, a second copy of a message is looked up and counted there; the code of both is bundled apart from the engine. T-30 and T-90
are whole runs of the sample world: its configuration read from a bucket and checked, its git server, shop and datasets asked, every
outcome and the ending stored, so that they wait for others, one after the other, besides loading the clients of Google Cloud. The target
of 2.5 was set for a phase function's first 2xx, which is the second copy's; the whole runs are held to it all the same.`,
  load: `A phase function is deployed with one request an instance at a time; then an answer takes what stands under "one at a
time". With 32 at once on one process an answer waits for the 31 before it; the rows of a function that does nothing tell how much of
that is functions-framework's own. The client is a thread of its own on the same two cores.`,
  day: `"Engine and store" is the wall time of the three phases without the time inside the world's ports and without what operations
judge by themselves, which stands beside it. The first day is genesis, and cold. 30 reads and 30 writes are to be kept by a check phase
of five operations; T-90 has more operations, and stages datasets.`,
  simulation: `Days for each second of processor time of the whole process, the threads of its collector and compiler included. Every call is
the real engine's, and every oracle looks at every commit.`,
  guardrails: `From the bytes of an object to findings, for 20 guardrails over the same documents. "Decoding" reads the bytes into documents and
judges nothing. "Judging" is the whole audit less that: besides conditions it looks for patterns in whole documents, for ages and for
required fields, and it collects findings with their examples. An evaluation is one guardrail for one document. To compare with other engines of rules take
\`policy\`, which evaluates conditions alone.`,
  policy: `The same 20 rules over the same documents in the same process, in turns. "Beside @bufbuild/cel" is how many times as many
evaluations a processor second that is. An attack is an expression made to hold the process; its time is from its source to its end.`,
  'operator-page': `A view is the whole page, made anew from the embedded store over a history of so many days.`,
  snapshots: `Beside restic of Debian on the same documents, encrypted in both. A restore writes files of records, which keep every type of
value, or lines of JSON, which keep what JSON can say; no target is set for lines of JSON, since restic writes no text.`,
  'snapshot-emulator': `From the Firestore emulator into a snapshot, in a process of its own. Bound by the emulator, which looks through its
whole database for every query.`,
  forecast: `The suites come from the clock, so that nobody can tune to them. MASE is the mean absolute scaled error, MSIS the mean scaled
interval score: of both less is better. Coverage is the share of days that fell into the interval, of which 0.95 is meant to. "All-knowing"
knows the law of every series; no forecast can do better than that but by chance.`,
  weekly: `The five operations of the weekly review, one after the other, at the size of a large year, with the advisories asked of a
local server. Each is told by its processor time.`,
};

const row = (cells) => `| ${cells.join(' | ')} |`;
const digits = (value) => (Math.abs(value) < 1 ? 3 : Math.abs(value) < 10 ? 2 : 1);
const number = (value) => (Number.isInteger(value) ? String(value) : value.toFixed(digits(value)));
const isJudged = ({ reach }) => reach !== undefined;
const told = ({ value, unit }) => `${number(value)} ${unit}`.trim();
const beside = ({ ratio, of }) => (ratio === undefined ? '' : `${ratio.toFixed(2)} x ${of}`);
const goal = (one) => (isJudged(one) ? `${one.least ? '>=' : '<='} ${one.reach}` : '');
const verdict = (one) => (isJudged(one) ? (isReached(one) ? 'reached' : '**not reached**') : '');

function section({ bench, at, load, rows }) {
  const when = at === undefined ? '' : `Began ${at.replace('T', ' ').replace('Z', ' UTC')}, at a load of ${load}.`;
  const heads = ['what', 'value', 'beside', 'to reach', ''];
  const table = [
    row(heads),
    row(heads.map(() => '---')),
    ...rows.map((one) => row([one.what, told(one), beside(one), goal(one), verdict(one)])),
  ];
  return [`## ${bench}`, [ABOUT[bench], when].filter(Boolean).join('\n\n'), table.join('\n')]
    .filter(Boolean)
    .join('\n\n');
}

function refuse(reason, code) {
  console.error(`write-performance: ${reason}`);
  process.exit(code);
}

function textOf(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    return refuse(`'${path}' cannot be read (${error.code})`, 2);
  }
}

/** One answer, or the end: a page of which a part is missing would look whole. */
function answerOf(line, index) {
  const place = `${file}: line ${index + 1} '${line.slice(0, 60)}'`;
  let answer;
  try {
    answer = JSON.parse(line);
  } catch {
    refuse(`${place} is no JSON: the answers of \`npm run -s bench -- --json\` are allowed`, 1);
  }
  if (typeof answer?.bench !== 'string') refuse(`${place} is no answer of a bench`, 1);
  return answer;
}

const documents = textOf(file)
  .split('\n')
  .flatMap((line, index) => (line.trim() === '' ? [] : [answerOf(line, index)]));
const namesOf = (some) => some.map(({ bench }) => bench).join(', ');
const hurried = documents.filter(({ quick }) => quick === true);
if (hurried.length > 0) refuse(`${file}: ${namesOf(hurried)} ran with --quick: allowed are full runs`, 1);
const broken = documents.filter(({ rows }) => !Array.isArray(rows) || rows.length === 0);
if (documents.length === 0 || broken.length > 0) refuse(`${file}: ${namesOf(broken) || 'nothing'} has no rows`, 1);
const judged = documents.flatMap(({ bench, rows }) => rows.filter(isJudged).map((one) => ({ bench, ...one })));
const missed = judged.filter((one) => !isReached(one));
const missedLines = missed.map(
  (one) => `- ${one.bench}: ${one.what}: ${beside(one) || told(one)}, where ${one.reach} was to be reached`,
);
const reached = judged.length - missed.length;
const lead = `Of ${judged.length} ${judged.length === 1 ? 'target' : 'targets'}, ${reached} ${reached === 1 ? 'is' : 'are'} reached`;
const cores = cpus().length === 2 ? 'two' : cpus().length;

writeFileSync(
  'docs/performance.md',
  `# Performance

${lead}${missed.length === 0 ? '.' : `; not reached:\n\n${missedLines.join('\n')}`}

Made by \`test/bench/write-performance.mjs\` from what \`npm run -s bench -- --json\` printed, as measured, on ${cores} shared cores, whose speed
wanders by a third within an hour, with Node ${process.versions.node}: trust ratios and counts rather than milliseconds. What each bench measures stands in
the first comment of its file in \`test/bench/\`; money stands in [operations.md](operations.md), what was simulated and
broken in [proof.md](proof.md).

${documents.map(section).join('\n\n')}
`,
);
console.log('docs/performance.md');
