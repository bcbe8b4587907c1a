// `npm run proof`: the whole proof. `npm run proof -- --fixed`: the fixed part that every commit passes, in minutes.
// `--days N` plays another number of days. An option that is not known, and a number that is none, are refused with code 2.
// One document on standard output; what happens meanwhile on standard error.
import { spawn } from 'node:child_process';
import { orRefuse, parsedOptions, wholeNumber } from './arguments.ts';

const SHARES = 2;
const MOST_DAYS = 10_000_000;
const { isFixed, days } = orRefuse(() => {
  const { fixed = false, days } = parsedOptions({ fixed: { type: 'boolean' }, days: { type: 'string' } });
  const usual = fixed ? 100_000 : 1_000_000;
  const asked = days === undefined ? usual : wholeNumber('--days', days, { least: SHARES, most: MOST_DAYS });
  return { isFixed: fixed, days: asked };
});
const daysPerShare = Math.ceil(days / SHARES);
/** Worlds come and go by the thousand: with room for the young the collector copies less. */
const NODE_OPTIONS = ['--max-semi-space-size=64'];

const shares = (name, argumentsOf) =>
  Array.from({ length: SHARES }, (_, share) => ({ name: `${name}, share ${share + 1}`, args: argumentsOf(share) }));

/** Steps of one stage run beside each other, stages one after the other. */
const stages = [
  shares(`${SHARES * daysPerShare} days with faults`, (share) => [
    'functions/cli/start.mjs',
    'simulate',
    '--json',
    ...['--days', String(daysPerShare), '--seed', String(share + 1), '--faults', 'swarm'],
  ]),
  shares('every single fault of every told day', (share) => ['test/proof/told-days.ts', String(share), String(SHARES)]),
  ...(isFixed
    ? []
    : [
        shares('double faults at noon', (share) => ['test/proof/told-days.ts', String(share), String(SHARES), '20000']),
        [
          { name: 'idle ticks on 2,000 seeds', args: ['test/proof/idle-ticks.ts', '2000'] },
          { name: '100,000 fuzzed envelopes', args: ['test/proof/fuzz-envelopes.ts', '100000'] },
        ],
        [{ name: '10,000 fuzzed configurations', args: ['test/proof/fuzz-configurations.ts', '10000'] }],
        [{ name: 'the stores compared, 1,000 sequences', args: ['test/proof/compare-stores.ts', '1000'] }],
        [{ name: 'every listed guard taken away', args: ['test/proof/guard-mutants.ts'] }],
        [{ name: 'a sample of all mutants', args: ['test/proof/mutants.ts', '300'] }],
        [{ name: 'planted faults', args: ['test/proof/planted.ts'] }],
        [{ name: '500 function processes killed over the emulators', args: ['test/proof/kills.ts', '500'] }],
      ]),
];

/** What a step printed, where that is a document; its text otherwise. */
function answerOf(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text.slice(-20_000);
  }
}

function run({ name, args }) {
  const began = performance.now();
  console.error(`begins  ${name}`);
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [...NODE_OPTIONS, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    const chunks = [];
    child.stdout.on('data', (chunk) => chunks.push(chunk));
    child.on('close', (code) => {
      const seconds = Math.round((performance.now() - began) / 1000);
      const text = Buffer.concat(chunks).toString('utf8').replace(/\s+/g, ' ').trim();
      const isHeld = code === 0;
      console.error(
        `${isHeld ? 'held' : 'BROKEN'}  ${name} (${seconds} s)\n        ${text.slice(0, isHeld ? 1500 : 20_000)}`,
      );
      resolve({ name, isHeld, seconds, answer: answerOf(text) });
    });
  });
}

const steps = [];
for (const stage of stages) steps.push(...(await Promise.all(stage.map(run))));
const isHeld = steps.every((step) => step.isHeld);
console.log(JSON.stringify({ isHeld, steps }));
console.error(isHeld ? 'the proof holds' : 'THE PROOF IS BROKEN');
process.exitCode = isHeld ? 0 : 1;
