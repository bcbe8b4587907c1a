// Writes docs/performance.md from the answers of benches, one JSON document a line, and from pages of others (.md):
//   npm run -s bench -- --json > bench.jsonl && node test/bench/write-performance.mjs bench.jsonl [PAGE.md]...
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';

const files = process.argv.slice(2);
if (files.length === 0) {
  console.error('write-performance: the file with the answers of `npm run -s bench -- --json` is needed');
  process.exit(2);
}

const row = (cells) => `| ${cells.join(' | ')} |`;
const table = (heads, rows) => [row(heads), row(heads.map(() => '---')), ...rows.map(row)].join('\n');
const number = (value) => (Number.isInteger(value) ? String(value) : value.toFixed(Math.abs(value) < 10 ? 2 : 1));

/** Benches of our own shape: a row has a value, perhaps a ratio, perhaps a figure to reach. */
function rowsTable(rows) {
  return table(
    ['what', 'value', 'ratio', 'to reach', ''],
    rows.map(({ what, value, unit, ratio, of, reach, least }) => {
      const figure = ratio ?? value;
      const isReached =
        reach === undefined ? '' : (least ? figure >= reach : figure <= reach) ? 'reached' : '**not reached**';
      const goal = reach === undefined ? '' : `${least ? '>=' : '<='} ${reach}`;
      return [
        what,
        `${number(value)} ${unit}`,
        ratio === undefined ? '' : `${ratio.toFixed(2)} x ${of}`,
        goal,
        isReached,
      ];
    }),
  );
}

function rowsOf({ rows }) {
  return Array.isArray(rows) && rows.every(({ value }) => typeof value === 'number') ? rows : [];
}

/** Others: every figure under the path it stands at. */
function flat(value, path = []) {
  if (typeof value === 'number') return [[path.join(' '), number(value)]];
  if (typeof value === 'string' || typeof value === 'boolean') return [[path.join(' '), String(value)]];
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, inner]) => flat(inner, [...path, key]));
}

/** Its headings stand one level below this page's. */
const demoted = (text) => text.replace(/^#/gm, '##');
const isPage = (file) => file.endsWith('.md');
const documents = files
  .filter((file) => !isPage(file))
  .flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => ({ document: JSON.parse(line), name: file.replace(/.*\//, '').replace(/\.jsonl?$/, '') })),
  );
const sections = documents.map(({ document, name }) => {
  const { bench = name, ...figures } = document;
  const rows = rowsOf(document);
  const body = rows.length > 0 ? rowsTable(rows) : table(['figure', 'value'], flat(figures));
  return `## ${bench}\n\n${body}\n`;
});
const missed = documents.flatMap(({ document }) =>
  rowsOf(document).filter(
    ({ value, ratio, reach, least }) =>
      reach !== undefined && !(least ? (ratio ?? value) >= reach : (ratio ?? value) <= reach),
  ),
);
const notReached =
  missed.length === 0
    ? 'Every figure that was set is reached.'
    : `Not reached, of the figures that benches judge themselves:\n\n${missed.map(({ what, value, unit, ratio, reach }) => `- ${what}: ${ratio === undefined ? `${number(value)} ${unit}` : `${ratio.toFixed(2)} x`} where ${reach} was to be reached`).join('\n')}`;

writeFileSync(
  'docs/performance.md',
  `# Performance

Made by \`test/bench/write-performance.mjs\` from \`npm run -s bench -- --json\`, as measured, on ${cpus().length} shared cores with Node
${process.versions.node}. Other work ran on them (a load of ${loadavg()[2].toFixed(1)} over a quarter of an hour), so trust ratios and counts and not milliseconds: those
of \`start\` are taken in turns within one run.

What the figures mean:

- \`start\` starts what is deployed: the archive of \`npm run build\`, compiled by its \`gcp-build\`. A body that is
  no JSON is answered by functions-framework itself. A malformed message is kept as evidence in Firestore before it is
  acknowledged, by code that is bundled apart. The T-90 is a whole one of the sample world, with its configuration in a bucket, its
  git server and shop, and its ending stored; the peer does nothing at all.
- \`day\`: "engine and store" is the wall time of the three phases without the time inside the world's ports and without what
  operations judge by themselves, which stands beside it. Earlier editions of this page counted both together. The first
  day is genesis and cold.
- \`load\`: a phase function is deployed with one request an instance at a time; with 32 at once on one process an answer waits
  for the 31 before it. The client is a thread of its own.
- \`simulation\`: the processor time of the whole process, the threads of its collector and compiler included.

What each bench measures stands at the head of its file in \`test/bench/\`; money stands in [operations.md](operations.md).

${notReached}

${[...sections, ...files.filter(isPage).map((file) => demoted(readFileSync(file, 'utf8')))].join('\n').trimEnd()}
`,
);
console.log('docs/performance.md');
