// Hostile and broken envelopes: never an exception, never slow, nothing gets through that the schema does not know, and nothing is
// written but to quarantine.
//   node test/proof/fuzz-envelopes.ts [count] [seed]
import fc from 'fast-check';
import type { Envelope } from '../../shared/envelope/parse-envelope.ts';
import { orRefuse, SEED, wholeNumbers } from './arguments.ts';
import { envelopes } from './hostile-envelopes.ts';
import { inAChild } from './in-a-child.ts';
import type { Judged } from './judge-envelopes.ts';
import { quantile } from './measure.ts';
import { tenths } from './progress.ts';

const [count, seed] = orRefuse(() =>
  wholeNumbers(process.argv.slice(2), [
    { name: 'count', otherwise: 100_000, least: 1, most: 10_000_000 },
    { ...SEED, otherwise: 42 },
  ]),
);
const BATCH = 500;
/** Judged before anything is timed: code that has run a few times is code as it runs in a function. */
const WARM = BATCH;
const MOST_MEGABYTES = 256;
const MOST_P99_MS = 5;

using child = inAChild<Envelope, Judged>('judge-envelopes.ts');
const tell = tenths('fuzz-envelopes', 'envelopes');
const times: number[] = [];
const faults: string[] = [];
let accepted = 0;
let megabytes = 0;
for (let drawn = -WARM; drawn < count; drawn += BATCH) {
  const tasks = fc.sample(envelopes, { numRuns: Math.min(BATCH, count - drawn), seed: seed + drawn });
  const answers = await child.judge(tasks);
  if (answers === undefined) {
    faults.push(`the process died of one of ${tasks.length} envelopes from ${drawn} on`);
    break;
  }
  for (const one of answers) faults.push(...one.faults);
  if (drawn < 0) continue;
  for (const { ms, isAccepted } of answers) {
    times.push(ms);
    if (isAccepted) accepted += 1;
  }
  megabytes = Math.max(megabytes, answers.at(-1)?.megabytes ?? 0);
  tell(times.length, count);
}
const p99Ms = quantile(times, 0.99);
console.log(
  JSON.stringify({
    envelopes: times.length,
    accepted,
    crashes: faults.length,
    faults: faults.slice(0, 5),
    p50Ms: quantile(times, 0.5),
    p99Ms,
    mostMs: quantile(times, 1),
    megabytes,
  }),
);
process.exitCode = faults.length === 0 && p99Ms < MOST_P99_MS && megabytes < MOST_MEGABYTES ? 0 : 1;
