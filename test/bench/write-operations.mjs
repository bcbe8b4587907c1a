// Writes docs/operations.md from a counted day and the table of roles:
//   npm run -s highnoon -- cost --json > cost.json && node test/bench/write-operations.mjs cost.json
import { readFileSync, writeFileSync } from 'node:fs';

const file = process.argv[2];
if (file === undefined) {
  console.error('write-operations: the file with the answer of `highnoon cost --json` is needed');
  process.exit(2);
}
const cost = JSON.parse(readFileSync(file, 'utf8'));
if (!cost.isWholeDay) {
  const bad = cost.endings.filter(({ isGood }) => !isGood).map(({ slot, ended }) => `${slot} ${ended}`);
  console.error(
    `write-operations: ${file} holds no whole day (${bad.join(', ') || 'messages were lost'}); one is needed`,
  );
  process.exit(1);
}
const catalog = JSON.parse(readFileSync('shared/catalog/phases.json', 'utf8'));
const security = readFileSync('docs/security.md', 'utf8');

const money = (usd) => (usd === 0 ? '0' : usd.toFixed(usd < 0.1 ? 4 : 2));
const whole = (units) => String(Math.round(units ?? 0));
const row = (cells) => `| ${cells.join(' | ')} |`;
const table = (heads, rows) => [row(heads), row(heads.map(() => '---')), ...rows.map(row)].join('\n');
/** Buckets are named after a project, which is the reader's own. */
const placeName = (place) =>
  place.replace(/^gs:\/\/.*-highnoon-(.*)$/, 'bucket `$1`').replace(/^gs:\/\/(.*)$/, 'evidence bucket');
const placesOf = ({ places }, way) => {
  const sums = new Map();
  for (const [place, counts] of Object.entries(places))
    if (counts[way] > 0) sums.set(placeName(place), (sums.get(placeName(place)) ?? 0) + counts[way]);
  return (
    [...sums]
      .sort((a, b) => b[1] - a[1])
      .map(([place, count]) => `${place} ${count}`)
      .join(', ') || 'nothing'
  );
};
const STORES = new Set(['firestore', 'storage', 'monitoring', 'publish']);
const asksOf = ({ asked }) =>
  Object.entries(asked)
    .filter(([port]) => !STORES.has(port))
    .map(([port, count]) => `${port} ${count}`)
    .join(', ') || 'nothing';
const rolesOf = (account) =>
  security
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter(([, accounts, , role]) => role?.startsWith('roles/') && accounts.split(', ').includes(account))
    .map(([, , on, role, reason]) => [`\`${role}\``, on, reason]);

const counted = new Map(cost.functions.map((one) => [one.name, one]));
const sections = [...catalog.phases, ...catalog.services].map(({ name, account, purpose, cron, budgetSeconds }) => {
  const one = counted.get(name);
  const head = [
    `## ${name}`,
    '',
    `${purpose[0].toUpperCase()}${purpose.slice(1)}.${cron === undefined ? '' : ` Cron \`${cron}\` (UTC).`}${budgetSeconds === undefined ? '' : ` Budget ${budgetSeconds / 60} min.`}`,
    '',
  ];
  const facts =
    one === undefined
      ? ['Nobody asked it anything on the counted day; it costs nothing until somebody does.']
      : [
          table(
            ['that day', ''],
            [
              ['messages', whole(one.messagesPerDay)],
              [
                'Firestore reads, writes, deletes',
                `${whole(one.usage.reads)}, ${whole(one.usage.writes)}, ${whole(one.usage.deletes)}`,
              ],
              ['Storage class A, class B', `${whole(one.usage.storageA)}, ${whole(one.usage.storageB)}`],
              ['reads', placesOf(one, 'reads')],
              ['writes', placesOf(one, 'writes')],
              ['asks', asksOf(one)],
              ['billed seconds', one.billedSecondsPerDay.toFixed(1)],
              ['USD a month at list price', money(one.usdPerMonth)],
            ],
          ),
        ];
  return [...head, ...facts, '', table(['role', 'on', 'why'], rolesOf(account)), ''].join('\n');
});

const { phases, everything, stateAndMessages } = cost;
const exact = (usd) => usd.toFixed(4);
const plain = (number) => number.toLocaleString('en-US', { maximumFractionDigits: 9 });
const [, ...beside] = everything.parts;
const partRows = [
  ...phases.parts.map(({ name, usdPerMonth }) => [name, exact(usdPerMonth)]),
  ['**the five phases**', `**${exact(phases.usdPerMonth)}**`],
  ...beside.map(({ name, usdPerMonth }) => [name, exact(usdPerMonth)]),
  ['**everything counted**', `**${exact(everything.usdPerMonth)}**`],
];
const peerRows = [cost.own, ...cost.peers]
  .sort((a, b) => b.usdPerMonth - a.usdPerMonth)
  .map(({ name, plan, usdPerMonth, counted: units, note, leavesOut, page }) => [
    page === undefined ? `**${name}** ${plan}` : `[${name} ${plan}](${page})`,
    usdPerMonth.toFixed(2),
    units,
    note,
    leavesOut,
  ]);
const times = new Map();
for (const { phase, ended } of cost.endings) times.set(`${phase} ${ended}`, (times.get(`${phase} ${ended}`) ?? 0) + 1);
const endedTimes = [...times].map(([key, count]) => (count === 1 ? key : `${key} ${count} times`));
const text = `# Operations: what each function reads, writes, needs and costs

Made by \`test/bench/write-operations.mjs\` from \`highnoon cost --json\`, which plays a Sunday of the sample world through the
real functions and counts every call that the cloud would bill, and from the table of roles in [security.md](security.md).
A larger world reads more; ${'`highnoon cost --config FILE`'} counts yours.

The day played is ${cost.countedDate}, priced as of ${cost.pricesAsOf} in ${cost.region} (\`shared/domain/prices.ts\`). Billed seconds are the processor
time of the machine that counted, the sample world's servers included, and ${cost.assumptions.secondsPerCall * 1000} ms for each remote call (assumed), and ${cost.assumptions.secondsPerStart} s for each start but the watchdog's, whose instance is kept.

## Money

The five phases: **${money(phases.usdPerMonth)} USD a month** at list price, ${money(phases.usdPerMonthAfterFree)} after free allotments. To reach: below ${phases.reachUsdPerMonth.toFixed(2)}: ${phases.reached ? 'reached' : 'not reached'}.
With watchdog, relay, secrets and alerts: ${money(everything.usdPerMonth)} USD a month at list price, ${money(everything.usdPerMonthAfterFree)} after free allotments.
Firestore and Pub/Sub of a whole day, the watchdog's ticks included: **${money(stateAndMessages.usdPerDay)} USD** at list price. To reach: below ${stateAndMessages.reachUsdPerDay.toFixed(2)}: ${stateAndMessages.reached ? 'reached' : 'not reached'}.
Not counted: storage of data and images, egress, and what probed services cost their owners.

The phases of that day ended: ${endedTimes.join(', ')}. Had one ended otherwise than \`passed\` or \`degraded\`, or a message been
taken by nobody, the command would say first that the day it counted is no whole one, and by which phase. \`--json\` has \`isWholeDay: false\`
then, and the exit code is 1.

${table(['a month at list price', 'USD'], partRows)}

Free allotments are given once for everything, so they are taken from the sums of what is billed alone:

${table(
  ['a month of everything', 'units', 'list price, USD', 'free a month', 'USD', 'after free'],
  everything.lines.map(({ title, units, listPrice, freePerMonth, page, usd, usdAfterFree }) => [
    `[${title}](${page})`,
    whole(units),
    `${plain(listPrice.usd)} for ${plain(listPrice.per)}`,
    plain(freePerMonth),
    exact(usd),
    exact(usdAfterFree),
  ]),
)}

## The same work elsewhere

A month is ${whole(cost.work.runs)} runs of phases, ${whole(cost.work.operations)} judged steps and ${whole(cost.work.ticks)} looks of the watchdog (ticks).

${table(['orchestrator', 'USD a month', 'counted', 'what counts', 'leaves out'], peerRows)}

The peers orchestrate. Gate, ticket, rollback, ledger and the judging itself would be written on top of them.

${sections.join('\n')}`;
writeFileSync('docs/operations.md', `${text.trimEnd()}\n`);
console.log('docs/operations.md');
