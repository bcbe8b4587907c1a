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

/** What a reader has to know of a bench to take its figures for what they are; the head of its file says how it measures. */
const ABOUT = {
  start: `What is started is what is deployed: the archive of \`npm run build\`, compiled by its \`gcp-build\`. The peer does nothing at
all. A body that is no JSON is answered by functions-framework itself. A malformed message is kept as evidence in Firestore before it is
acknowledged, a second copy of a message is looked up and counted there; the code of both is bundled apart from the engine. T-30 and T-90
are whole runs of the sample world: its configuration read from a bucket and checked, its git server, shop and datasets asked, every
outcome and the ending stored. Nearly half of their time is waiting for those, one after the other; what is left is mostly loading the
clients of Google Cloud and the configuration. The 2.5 stands for a phase function's first 2xx, which is the second copy's; the whole
runs are held to it all the same, and are far from it.`,
  load: `A phase function is deployed with one request an instance at a time; then an answer takes what stands under "one at a
time". With 32 at once on one process an answer waits for the 31 before it, and functions-framework needs more than the 20 ms
to answer 32 requests with nothing. The client is a thread of its own on the same two cores.`,
  day: `"Engine and store" is the wall time of the three phases without the time inside the world's ports and without what operations
judge by themselves, which stands beside it. The first day is genesis, and cold. 30 reads and 30 writes are to be kept by a check phase
of five operations; T-90 has more of them, and stages datasets.`,
  simulation: `Processor time of the whole process, the threads of its collector and compiler included. The 500 are not reached: no part of the
profile stands out, it is the engine's own work at every call, with every oracle at every commit.`,
  guardrails: `From the bytes of an object to findings. "Judging" is the whole without decoding; it does more than the expressions of
\`policy\`, whose figure is the one to hold beside other engines: patterns looked for in whole documents, ages, required fields, findings and their examples.`,
  policy: `The same 20 rules over the same documents in the same process, in turns.`,
  snapshots: `Beside restic of Debian on the same documents, encrypted in both. Files of records lose nothing; as lines of JSON a restore has
no limit, since restic writes no text.`,
  'snapshot-emulator': `Bound by the emulator, which looks through its whole database for every query.`,
  forecast: `The suites come from the clock, so that nobody can tune to them. MASE and MSIS are errors: less is better. "All-knowing"
knows the law of every series, and below it nothing is to be had.`,
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

const documents = readFileSync(file, 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('{'))
  .map((line) => JSON.parse(line));
const broken = documents.filter(({ rows }) => !Array.isArray(rows) || rows.length === 0);
if (documents.length === 0 || broken.length > 0) {
  console.error(`write-performance: ${file}: ${broken.map(({ bench }) => bench).join(', ') || 'nothing'} has no rows`);
  process.exit(1);
}
const judged = documents.flatMap(({ bench, rows }) => rows.filter(isJudged).map((one) => ({ bench, ...one })));
const missed = judged.filter((one) => !isReached(one));
const missedLines = missed.map(
  (one) => `- ${one.bench}: ${one.what}: ${beside(one) || told(one)}, where ${one.reach} was to be reached`,
);

writeFileSync(
  'docs/performance.md',
  `# Performance

Of ${judged.length} figures that were set, ${judged.length - missed.length} are reached${missed.length === 0 ? '.' : `; not reached:\n\n${missedLines.join('\n')}`}

Made by \`test/bench/write-performance.mjs\` from one run of \`npm run -s bench -- --json\`, as measured, on ${cpus().length} shared cores with Node
${process.versions.node}, whose speed wanders by a third within an hour: trust ratios and counts rather than milliseconds. What each bench
measures stands at the head of its file in \`test/bench/\`; money stands in [operations.md](operations.md), what was simulated and
broken in [proof.md](proof.md).

${documents.map(section).join('\n\n')}
`,
);
console.log('docs/performance.md');
